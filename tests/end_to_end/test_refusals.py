"""What cannot be done is refused before any training, by one line that names it, and leaves nothing."""

import pytest

from refusal import folder_is, refused
from support import INPUT_OUTPUT, SETTLED, USAGE, run, train

BAD_SWEEPS = {
    "misspelt key": ("train.learning_rat = 0.1", ["train.learning_rat ", "line 3", "train.learning_rate"]),
    "misspelt section": ("trian.epochs = 1", ["trian ", "line 3", "train?"]),
    "misspelt axis": ('[[sweep]]\n"train.momentun" = [0.1]', ["train.momentun", "train.momentum", "line 4"]),
    "wrong type": ('train.epochs = "ten"', ["train.epochs", "ten", "integer"]),
    "impossible value": ("train.learning_rate = -1.0", ["train.learning_rate", "-1.0"]),
    "no probability": ("train.momentum = 1.5", ["train.momentum", "[0, 1)"]),
    "unknown word": ('model.activation = "rely"', ["model.activation", "rely", "relu"]),
    "empty axis": ('[[sweep]]\n"train.learning_rate" = []', ["train.learning_rate", "empty"]),
    "swept record": ('[[sweep]]\n"record.probes" = [1, 2]', ["record.probes", "[record]"]),
    "snapshot too late": ("record.snapshots = [0, 99]", ["record.snapshots", "99", "10"]),
    "huge network": (
        'model.architecture = "cnn"\nmodel.channels = [1000000, 1000000]\nmodel.kernel = 9999',
        ["model.channels = [1000000, 1000000]", "model.kernel = 9999", "1099511627776 values"],
    ),
    "no TOML": ("train.epochs = = 3", ["TOML", "line 3"]),
    "no seeds": ("[[sweep]]\nseeds = 0", ["seeds", "0"]),
}


@pytest.mark.parametrize("name", BAD_SWEEPS)
def test_sweep_files(tmp_path, name):
    text, words = BAD_SWEEPS[name]
    path = tmp_path / "sweep.toml"
    path.write_text('name = "bad"\ndata.train_limit = 100\n' + text + "\n")
    refused(USAGE, words, "train", path, "-o", tmp_path / "p.h5")
    folder_is(tmp_path, "sweep.toml")


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["tran", "a.toml"], ["tran"]),
        ([], ["subcommand"]),
        (["train", "a.toml"], ["--output"]),
        (["status"], ["POPULATION"]),
        (["train", "a.toml", "-o", "p.h5", "--packs", "3"], ["--packs"]),
        (["status", "p.h5", "--log-level", "loud"], ["loud"]),
        (["train", "a.toml", "-o", "p.h5", "--time-limit", "soon"], ["--time-limit", "soon"]),
        (["train", "a.toml", "-o", "p.h5", "--pack", "0"], ["--pack", "0"]),
    ],
    ids=str,
)
def test_command_lines(arguments, words):
    refused(USAGE, words, *arguments)


def test_missing_files_and_folders(tmp_path, sweep):
    path = sweep({"seeds": 2})
    refused(USAGE, ["none.toml"], "train", tmp_path / "none.toml", "-o", tmp_path / "p.h5")
    refused(INPUT_OUTPUT, ["nowhere"], "train", path, "-o", tmp_path / "nowhere/p.h5")
    # A folder in which nobody, not even root, can make a file.
    refused(INPUT_OUTPUT, ["/proc/self"], "train", path, "-o", "/proc/self/p.h5")
    refused(INPUT_OUTPUT, [str(tmp_path)], "train", path, "-o", tmp_path)
    refused(
        INPUT_OUTPUT, ["elsewhere", "mnist"], "train", path, "-o", tmp_path / "p.h5", "--data", "elsewhere"
    )
    for verb in ("status", "verify"):
        refused(INPUT_OUTPUT, ["none.h5"], verb, tmp_path / "none.h5")
    refused(INPUT_OUTPUT, ["none.h5"], "compare", tmp_path / "none.h5", "-o", tmp_path / "s.h5")
    folder_is(tmp_path, path.name)
    assert not tmp_path.with_name(tmp_path.name + ".lock").exists()


def test_with_several_ranks(tmp_path, sweep):
    """The message comes once, and every rank ends with the same code."""
    path = sweep({"seeds": 2})
    bad = sweep(train__epoch=3)
    output = tmp_path / "p.h5"
    refused(USAGE, ["train.epoch ", "train.epochs"], "train", bad, "-o", output, ranks=2)
    wide = sweep(record__histogram_range=[-1e308, 0])
    refused(USAGE, ["record.histogram_range = [", "line 8"], "train", wide, "-o", output, ranks=2)
    huge = sweep(model__hidden=[10**6, 10**6, 10**6])
    refused(USAGE, ["model.hidden = [1000000", "fc3.weight"], "train", huge, "-o", output, ranks=2)
    refused(USAGE, ["--packs"], "train", path, "-o", output, "--packs", "3", ranks=2)
    refused(INPUT_OUTPUT, ["elsewhere"], "train", path, "-o", output, "--data", "elsewhere", ranks=2)
    refused(USAGE, ["loud"], "train", path, "-o", output, "--log-level", "loud", ranks=2)
    sweeps = [path.name, bad.name, wide.name, huge.name]
    folder_is(tmp_path, *sweeps)
    output.write_bytes(b"no HDF5")
    refused(INPUT_OUTPUT, ["p.h5"], "train", path, "-o", output, ranks=3)
    folder_is(tmp_path, *sweeps, "p.h5")
    output.unlink()
    train(path, output, ranks=2)
    refused(USAGE, ["p.h5", "seed"], "train", sweep({"seeds": 3}), "-o", output, ranks=2)
    assert run("train", path, "-o", output, ranks=2).returncode == SETTLED


@pytest.mark.parametrize("content", [None, b"no HDF5"])
def test_comparison_with_several_ranks(tmp_path, content):
    population = tmp_path / "p.h5"
    if content:
        population.write_bytes(content)
    refused(INPUT_OUTPUT, ["p.h5"], "compare", population, "-o", tmp_path / "s.h5", ranks=2)
    folder_is(tmp_path, *(["p.h5"] if content else []))
