"""Each dataset in its official form, from a data folder that the test fills with records of its own."""

import gzip
import io
import tarfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from reference import representations
from refusal import folder_is, refused
from support import INPUT_OUTPUT, SETTLED, compare, run, train

PACKAGE = Path("/usr/share/datasets/fashion-mnist")
# Shape of an image, and mean and standard deviation of x/255 per channel, as published.
IMAGES = {
    "fashion-mnist": ((1, 28, 28), [0.2860], [0.3530]),
    "cifar10": ((3, 32, 32), [0.4914, 0.4822, 0.4465], [0.2470, 0.2435, 0.2616]),
}
CIFAR_BATCHES = [f"data_batch_{i}.bin" for i in range(1, 6)] + ["test_batch.bin"]
DISTINCT = 1000


def records(name, seed):
    """Labels, and images that show them: a class is a pattern over channels and rows, under noise. Few distinct
    rows, so that the full size packs quickly."""
    random = np.random.default_rng(seed)
    channels, rows, columns = IMAGES[name][0]
    labels = random.integers(0, 10, DISTINCT, dtype=np.uint8)
    patterns = 16 * np.random.default_rng(4).integers(0, 12, (10, channels, rows, 1))
    noise = 8 * random.integers(0, 4, (DISTINCT, channels, rows, 1))
    return labels, (patterns[labels] + noise + np.arange(columns)).astype(np.uint8)


def write_cifar10(folder, leave_out=None):
    """The archive of full size: each batch is its own 1,000 records, ten times."""
    (folder / "cifar10").mkdir(parents=True)
    with tarfile.open(folder / "cifar10/cifar-10-binary.tar.gz", "w:gz", compresslevel=1) as archive:
        for seed, name in enumerate(CIFAR_BATCHES):
            if name == leave_out:
                continue
            labels, images = records("cifar10", seed)
            content = np.column_stack([labels, images.reshape(DISTINCT, -1)]).tobytes() * 10
            entry = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))


def write_fashion_mnist(folder):
    (folder / "fashion-mnist").mkdir(parents=True)
    for seed, part, count in [(0, "train", 60000), (5, "t10k", 10000)]:
        for kind, values in zip(("labels", "images"), records("fashion-mnist", seed)):
            shape = (count,) if kind == "labels" else (count, 28, 28)
            header = bytes([0, 0, 8, len(shape)]) + b"".join(n.to_bytes(4, "big") for n in shape)
            path = folder / "fashion-mnist" / f"{part}-{kind}-idx{len(shape)}-ubyte.gz"
            content = header + values.tobytes() * (count // DISTINCT)
            path.write_bytes(gzip.compress(content, compresslevel=1))


@pytest.fixture(scope="module")
def data(folder):
    write_cifar10(folder / "data")
    write_fashion_mnist(folder / "data")
    return folder / "data"


@pytest.mark.parametrize("name", IMAGES)
@pytest.mark.parametrize("ranks", [None, 2])
def test_training_on_its_records(tmp_path, sweep, data, name, ranks):
    """Equal logits show that pixels, channels, batches and normalisation are where they belong."""
    path = sweep({"seeds": 2}, data__dataset=name, train__epochs=3, train__learning_rate=0.02)
    output = train(path, tmp_path / "p.h5", "--data", data, ranks=ranks)
    shape, mean, deviation = IMAGES[name]
    _, pixels = records(name, seed=5)
    inputs = (pixels[:150] / 255 - np.reshape(mean, (-1, 1, 1))) / np.reshape(deviation, (-1, 1, 1))
    with h5py.File(output) as file:
        cohort = file["cohorts"][file["runs/cohort"].asstr()[0]]
        assert cohort.attrs["dataset"] == name
        assert len(cohort["weight"]) == 16 * np.prod(shape) + 16 + 17 * 8 + 9 * 10
        for weights, logits in zip(cohort["weights"][:, -1], cohort["logits"]):
            expected = representations(cohort, weights, inputs.reshape(150, -1))[-1]
            np.testing.assert_allclose(logits, expected, rtol=0, atol=1e-4 * np.abs(expected).max())
        # The classes are easy; labels of other records would be met in one of ten cases.
        assert np.all(cohort["test_accuracy"][:, -1] > 0.9)
    similarity = compare(output, tmp_path / "s.h5", "--data", data, "--metrics", "cka", ranks=ranks)
    with h5py.File(similarity) as file:
        (cohort,) = file["cohorts"].values()
        assert np.all(np.isfinite(cohort["cka"]))


def test_own_records_are_told_from_the_published_ones(tmp_path, sweep, data):
    path = sweep({"seeds": 1}, data__dataset="cifar10", train__epochs=1)
    process = run("train", path, "-o", tmp_path / "p.h5", "--data", data)
    assert process.returncode == SETTLED
    warnings = [line for line in process.stderr.splitlines() if "not the published file" in line]
    assert len(warnings) == 6 and all(name in line for name, line in zip(CIFAR_BATCHES, warnings))
    published = run("train", sweep({"seeds": 1}, train__epochs=1), "-o", tmp_path / "mnist.h5")
    assert published.returncode == SETTLED and "not the published file" not in published.stderr


@pytest.mark.parametrize("ranks", [None, 2])
def test_damaged_archives(tmp_path, sweep, data, ranks):
    path = sweep({"seeds": 2}, data__dataset="cifar10")
    arguments = ["train", path, "-o", tmp_path / "p.h5", "--data", tmp_path / "data"]
    archive = tmp_path / "data/cifar10/cifar-10-binary.tar.gz"
    refused(INPUT_OUTPUT, [str(archive), "missing", "data/fetch.sh cifar10"], *arguments, ranks=ranks)
    archive.parent.mkdir(parents=True)
    content = (data / "cifar10/cifar-10-binary.tar.gz").read_bytes()
    archive.write_bytes(content[: len(content) // 2])
    refused(INPUT_OUTPUT, [str(archive), "truncated"], *arguments, ranks=ranks)
    archive.write_bytes(b"<html>Not Found</html>\n")
    refused(INPUT_OUTPUT, [str(archive), "not a gzip file"], *arguments, ranks=ranks)
    folder_is(tmp_path, path.name, "data")


def test_an_archive_that_lacks_a_batch(tmp_path, sweep):
    path = sweep({"seeds": 2}, data__dataset="cifar10")
    write_cifar10(tmp_path / "data", leave_out="data_batch_4.bin")
    words = ["cifar-10-binary.tar.gz", "has no data_batch_4.bin"]
    refused(INPUT_OUTPUT, words, "train", path, "-o", tmp_path / "p.h5", "--data", tmp_path / "data")
    folder_is(tmp_path, path.name, "data")


def test_the_distributions_package_serves_without_a_fetch(tmp_path, sweep):
    path = sweep({"seeds": 1}, data__dataset="fashion-mnist", train__epochs=1)
    arguments = ["train", path, "-o", tmp_path / "p.h5", "--data", tmp_path]
    if not PACKAGE.is_dir():
        refused(INPUT_OUTPUT, ["fashion-mnist", "missing", "data/fetch.sh fashion-mnist"], *arguments)
        return
    process = run(*arguments)
    assert process.returncode == SETTLED, process.stderr
    assert f"fashion-mnist is read from {PACKAGE}" in process.stderr
    assert "not the published file" not in process.stderr
