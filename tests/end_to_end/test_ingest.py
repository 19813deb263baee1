"""Models trained elsewhere: what `kindred ingest` makes of a folder of safetensors files."""

import json
import signal

import h5py
import numpy as np
import pytest
from scipy import stats

from refusal import folder_is, refused
from support import (
    DIVERGED,
    DONE,
    FAILED,
    INPUT_OUTPUT,
    PENDING,
    SETTLED,
    SOME_FAILED,
    STOPPED,
    USAGE,
    assert_same_population,
    run,
    settled,
    start,
    states,
    train,
    wait_for,
    write_sweep,
)

TYPES = {"float64": "F64", "float32": "F32", "float16": "F16", "uint16": "BF16", "int64": "I64"}
STATISTICS = ["moments", "histogram", "quantiles", "singular_values", "spectrum"]
NODES = ["strength_in", "strength_out", "node_strength", "layer_fluctuation"]


def write_model(path, tensors, metadata=None):
    """A safetensors file of arrays in their order; arrays of uint16 are the bits of BF16."""
    header, at = {} if metadata is None else {"__metadata__": metadata}, 0
    for name, values in tensors.items():
        offsets = [at, at + values.nbytes]
        header[name] = {"dtype": TYPES[values.dtype.name], "shape": values.shape, "data_offsets": offsets}
        at += values.nbytes
    text = json.dumps(header).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    data = b"".join(np.ascontiguousarray(values).tobytes() for values in tensors.values())
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)
    return path


def dense(seed, kind=np.float32, sizes=(6, 5, 3)):
    random, tensors = np.random.default_rng(seed), {}
    for i, (size_in, size_out) in enumerate(zip(sizes, sizes[1:])):
        tensors[f"layers.{i}.weight"] = random.normal(0, 0.5, (size_out, size_in)).astype(kind)
        tensors[f"layers.{i}.bias"] = random.normal(0, 0.1, size_out).astype(kind)
    return tensors


def ingest(folder, output, *options, ranks=None, code=SETTLED):
    process = run("ingest", folder, "-o", output, *options, ranks=ranks)
    assert process.returncode == code, process.stderr
    return output


def verify(path):
    process = run("verify", path)
    assert process.returncode == SETTLED, process.stdout + process.stderr
    assert f"{settled(path)} runs checked, 0 problems" in process.stdout


def texts(dataset):
    return list(dataset.asstr()[:])


@pytest.fixture(scope="module")
def trained(folder):
    """A population, and its networks in a folder as someone else might have left them there."""
    sweep = write_sweep(
        folder / "sweep.toml", {"seeds": 5, "init.scale": [1.0, 4.0]}, record__snapshots=[0, 1, 2]
    )
    population, models = train(sweep, folder / "trained.h5"), folder / "models"
    with h5py.File(population) as file:
        (cohort,) = file["cohorts"].values()
        architecture = json.loads(cohort.attrs["architecture"])
        lines = ["run,test_accuracy,test_loss,data.dataset,init.scale,seed"]
        for row in range(len(cohort["run"])):
            for snapshot, epoch in enumerate(cohort["snapshot"]):
                flat = cohort["weights"][row, snapshot]
                tensors = {}
                for parameter in architecture["parameters"]:
                    first, shape = parameter["offset"], parameter["shape"]
                    tensors[parameter["name"]] = flat[first : first + np.prod(shape)].reshape(shape)
                # The package safetensors sorts by name.
                tensors = dict(sorted(tensors.items()))
                text = json.dumps(architecture | {"activation": "relu"})
                write_model(models / f"run{row}/{epoch}.safetensors", tensors, {"kindred": text})
            values = [file[f"runs/{name}"][row] for name in ("test_accuracy", "test_loss")]
            values += ["mnist", file["runs/init.scale"][row], file["runs/seed"][row]]
            lines.append(",".join([f"run{row}", *map(str, values)]))
    settings = folder / "runs.csv"
    settings.write_text("\n".join(lines) + "\n")
    return population, models, settings


@pytest.fixture(scope="module")
def ingested(folder, trained):
    return ingest(
        trained[1], folder / "ingested.h5", "--settings", trained[2], "--weights", "snapshots"
    )


def assert_same(array, ours, theirs):
    """As statistics of the same weights in another order, the trainer's own: of matrices, sums are rounded in it."""
    if array in ("weights", "histogram", "quantiles", "runs", "weight_mean", "weight_variance"):
        return np.testing.assert_array_equal(ours, theirs, err_msg=array)
    # Doubles that cancel are of order one; node strengths meet in floats in eights (node_strength.hpp), and the
    # absolute weights that a layer of this network sums up are less than a thousand.
    strengths = array.startswith(("strength", "node_strength", "layer_fluctuation"))
    atol = 8 * 2.0**-24 * 1000 if strengths else 1e-9
    if array == "node_strength_moments":
        ours, theirs = ours[..., 1:3], theirs[..., 1:3]
    np.testing.assert_allclose(ours, theirs, rtol=1e-6 if strengths else 1e-9, atol=atol, err_msg=array)


def test_statistics_are_those_of_the_trained_population(trained, ingested):
    verify(ingested)
    with h5py.File(trained[0]) as file, h5py.File(ingested) as other:
        (theirs,), ((name, ours),) = file["cohorts"].values(), other["cohorts"].items()
        assert name.startswith("mnist-mlp-") and ours.attrs["dataset"] == "mnist"
        assert json.loads(ours.attrs["architecture"]) == json.loads(theirs.attrs["architecture"])
        for array in ["weights", *STATISTICS, *NODES]:
            assert_same(array, ours[array][:], theirs[array][:])
        for scale in ("snapshot", "parameter", "parameter_offset", "bin", "probability", "node_layer", "layer"):
            np.testing.assert_array_equal(ours[scale][:], theirs[scale][:], err_msg=scale)
        assert "logits" not in ours and "test_loss" not in ours and "epoch" not in ours
        for column in ("test_accuracy", "test_loss", "init.scale", "seed", "state", "epochs_completed"):
            np.testing.assert_array_equal(other[f"runs/{column}"][:], file[f"runs/{column}"][:], err_msg=column)
        assert other["runs/seed"].dtype == np.int64 and other["runs/init.scale"].dtype == np.float64
        assert np.isnan(other["runs/train_loss"][:]).all()
        assert texts(other["runs/model.activation"]) == ["relu"] * 10
        assert texts(other["runs/name"]) == [f"run{row}" for row in range(10)]
        summaries, expected = other[f"population/{name}"], file["population"][theirs.name.split("/")[-1]]
        for array in ("runs", "moments", "histogram", "moments_mean", "moments_std", "node_strength_moments",
                      "weight_mean", "weight_variance"):
            assert_same(array, summaries[array][0], expected[array][0])
        np.testing.assert_array_equal(summaries["runs"][:], [10, 3, 3])


@pytest.mark.parametrize("ranks", [1, 2, 3, 12])
def test_ranks(tmp_path, trained, ingested, ranks):
    options = ["--settings", trained[2], "--weights", "snapshots"]
    assert_same_population(ingest(trained[1], tmp_path / "p.h5", *options, ranks=ranks), ingested)


def test_status(ingested):
    status = json.loads(run("status", "--json", ingested).stdout)
    assert [status[key] for key in ("runs", "done", "pending", "failed")] == [10, 10, 0, 0]
    with h5py.File(ingested) as file:
        assert status["best_test_accuracy"] == file["runs/test_accuracy"][:].max()


def test_groups_of_another_share(tmp_path, trained):
    """What is asked for is what every reader of the file goes by."""
    path = ingest(trained[1], tmp_path / "p.h5", "--settings", trained[2], "--optimal-fraction", "0.5")
    summary = json.loads(run("summary", "--json", path).stdout)
    assert summary["optimal_fraction"] == 0.5
    (cohort,) = summary["cohorts"]
    with h5py.File(path) as file:
        (groups,) = file["population"].values()
        assert [cohort["groups"][g]["runs"] for g in ("all", "optimal", "suboptimal")] == list(groups["runs"])
        assert list(groups["runs"]) == [10, 5, 5]


def test_a_merged_file_keeps_the_share(tmp_path):
    parts = []
    for part in range(2):
        for seed in range(6):
            write_model(tmp_path / f"{part}" / f"m{part}{seed}.safetensors", dense(10 * part + seed))
        table = tmp_path / f"{part}.csv"
        table.write_text("run,test_accuracy\n" + "".join(f"m{part}{s},0.{1 + s}{part}\n" for s in range(6)))
        options = ["--settings", table, "--optimal-fraction", "0.5"]
        parts.append(ingest(tmp_path / f"{part}", tmp_path / f"{part}.h5", *options))
    process = run("merge", *parts, "-o", tmp_path / "m.h5")
    assert process.returncode == SETTLED and "optimal_fraction" not in process.stderr, process.stderr
    with h5py.File(tmp_path / "m.h5") as file:
        (groups,) = file["population"].values()
        assert list(groups["runs"]) == [12, 6, 6]
    assert json.loads(run("summary", "--json", tmp_path / "m.h5").stdout)["optimal_fraction"] == 0.5


def test_a_finished_file_stays_as_it_is(trained, ingested):
    before = ingested.read_bytes()
    process = run("ingest", trained[1], "-o", ingested, "--settings", trained[2], "--weights", "snapshots")
    assert process.returncode == SETTLED and "complete before: 10 runs done" in process.stderr
    assert ingested.read_bytes() == before


def test_another_definition_is_refused(trained, ingested):
    arguments = ["ingest", trained[1], "-o", ingested]

    def why(*options):
        process = run(*arguments, *options)
        assert process.returncode == USAGE
        return process.stderr.strip().splitlines()[-1]

    assert "weights snapshots there, final here" in why("--settings", trained[2])
    assert "different: cohorts; settings)" in why("--weights", "snapshots")
    assert "quantiles 257 there, 9 here" in why("--quantiles", "9")
    assert "trained by a sweep" in run("ingest", trained[1], "-o", trained[0]).stderr


def reference(weights):
    weights = weights.astype(np.float64)
    return [len(weights), weights.mean(), weights.var(), stats.skew(weights), stats.kurtosis(weights),
            weights.min(), weights.max(), np.abs(weights).sum(), np.sqrt((weights**2).sum()),
            np.abs(weights).mean(), np.mean(weights == 0), 0]  # fmt: skip


def check_against_numpy(cohort, row, tensors, snapshot=0):
    """The statistics of a model without a network; `tensors` in the precision that its file has."""
    matrices = [name for name, values in tensors.items() if values.ndim in (2, 4)]
    assert texts(cohort["parameter"]) == [*tensors, "all"] and texts(cohort["matrix"]) == matrices
    parts = [values.ravel() for values in tensors.values()]
    for index, values in enumerate([*parts, np.concatenate(parts)]):
        # As in test_statistics.py; each figure here is of the order of its terms.
        scale = np.abs(values).mean()
        np.testing.assert_allclose(cohort["moments"][row, snapshot, index], reference(values), rtol=1e-9,
                                   atol=1e-9 * min(scale, 1))  # fmt: skip
        edges = cohort["bin"][1:]
        expected = np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)
        np.testing.assert_array_equal(cohort["histogram"][row, snapshot, index], expected)
        quantiles = np.quantile(values.astype(np.float64), cohort["probability"][:])
        np.testing.assert_array_equal(cohort["quantiles"][row, snapshot, index], quantiles.astype(np.float32))
    singular = [np.linalg.svd(tensors[m].reshape(len(tensors[m]), -1).astype(np.float64), compute_uv=False)
                for m in matrices]  # fmt: skip
    largest = np.concatenate([np.full_like(values, values[0]) for values in singular])
    # Stored as floats, where the smallest vanish, and computed from products of the matrix with itself.
    expected = np.concatenate(singular).astype(np.float32)
    bound = 1e-6 * largest + 2.0**-149
    assert (np.abs(cohort["singular_values"][row, snapshot] - expected) <= bound).all()
    norms = cohort["spectrum"][row, snapshot, :, 0]
    np.testing.assert_allclose(norms, [values[0] for values in singular], rtol=1e-9)
    np.testing.assert_array_equal(
        cohort["weights"][row, -1], np.concatenate(parts).astype(np.float64).astype(np.float32)
    )


def test_types(tmp_path):
    """Each type's statistics are of its own values: doubles that vanish as floats count as they are."""
    wide = dense(1, np.float64)
    models = {
        "a-double": wide,
        "b-tiny": {name: values * 1e-60 for name, values in wide.items()},
        "c-float": dense(2),
        "d-half": dense(3, np.float16),
        "e-brain": dense(4),
        "f-mixed": dense(5) | {"layers.1.bias": np.array([1e-300, 1 / 3, 0.1])},
    }
    for name, tensors in models.items():
        if name == "e-brain":
            bits = {key: (values.view(np.uint32) >> 16).astype(np.uint16) for key, values in tensors.items()}
            write_model(tmp_path / "models" / f"{name}.safetensors", bits)
            models[name] = {
                key: (values.astype(np.uint32) << 16).view(np.float32) for key, values in bits.items()
            }
        else:
            write_model(tmp_path / "models" / f"{name}.safetensors", tensors)
    path = ingest(tmp_path / "models", tmp_path / "p.h5")
    verify(path)
    with h5py.File(path) as file:
        (cohort,) = file["cohorts"].values()
        assert texts(file["runs/name"]) == list(models) and (file["runs/state"][:] == DONE).all()
        assert cohort["moments"][1, 0, 0, 2] > 0 and (cohort["weights"][1] == 0).all()
        for row, tensors in enumerate(models.values()):
            check_against_numpy(cohort, row, tensors)


def test_kinds_of_tensors(tmp_path):
    """Kernels are matrices; scalars, empty tensors and integers are none, and the last are left aside."""
    random = np.random.default_rng(0)
    tensors = {
        "conv.weight": random.normal(0, 1, (4, 3, 2, 5)).astype(np.float32),
        "one": np.array(0.5, np.float32),
        "positions": random.normal(0, 1, (1, 7, 3)).astype(np.float32),
        "line": random.normal(0, 1, (1, 9)).astype(np.float32),
    }
    steps = {"steps": np.arange(3)}
    write_model(tmp_path / "models/a.safetensors", tensors | steps | {"none": np.zeros((0, 4), np.float32)})
    process = run("ingest", tmp_path / "models", "-o", tmp_path / "p.h5")
    assert process.returncode == SETTLED and "1 tensors of integers" in process.stderr
    verify(tmp_path / "p.h5")
    with h5py.File(tmp_path / "p.h5") as file:
        ((name, cohort),) = file["cohorts"].items()
        assert name.startswith("models-") and cohort.attrs["dataset"] == ""
        assert texts(cohort["parameter"]) == [*tensors, "none", "all"]
        assert texts(cohort["matrix"]) == ["conv.weight", "line"] and "node_strength" not in cohort
        assert list(cohort["parameter_size"]) == [120, 1, 21, 9, 0, 151]
        expected = np.linalg.svd(tensors["conv.weight"].reshape(4, -1).astype(np.float64), compute_uv=False)
        np.testing.assert_allclose(cohort["singular_values"][0, 0, :4], expected, rtol=1e-6)
        assert np.isnan(file["runs/epochs_completed"][0]) and np.isnan(file["runs/test_accuracy"][0])


def test_snapshots_and_layouts(tmp_path):
    models = tmp_path / "models"
    for epoch in (0, 5, 20):
        for seed in (1, 2):
            write_model(models / f"run{seed}/{epoch}.safetensors", dense(10 * epoch + seed))
    write_model(models / "run10.safetensors", dense(3))
    write_model(models / "run3.safetensors", dense(4, sizes=(4, 2)))
    path = ingest(models, tmp_path / "p.h5", "--weights", "none", ranks=2)
    verify(path)
    with h5py.File(path) as file:
        assert texts(file["runs/name"]) == ["run1", "run2", "run3", "run10"]
        cohorts = texts(file["runs/cohort"])
        assert cohorts[0] == cohorts[1] and len(set(cohorts)) == 3 == len(file["cohorts"])
        cohort = file["cohorts"][cohorts[0]]
        assert list(cohort["snapshot"]) == [0, 5, 20] and "weights" not in cohort
        for row, seed in enumerate((1, 2)):
            for snapshot, epoch in enumerate((0, 5, 20)):
                values = np.concatenate([v.ravel() for v in dense(10 * epoch + seed).values()])
                np.testing.assert_allclose(cohort["moments"][row, snapshot, -1], reference(values), rtol=1e-9,
                                           atol=1e-9)  # fmt: skip
        np.testing.assert_array_equal(file["runs/epochs_completed"][:], [20, 20, np.nan, np.nan])


def test_options(tmp_path):
    write_model(tmp_path / "models/a.safetensors", dense(1))
    options = ["--histogram-bins", 10, "--histogram-range", "-0.5", "0.25", "--quantiles", 5]
    path = ingest(tmp_path / "models", tmp_path / "p.h5", *options)
    with h5py.File(path) as file:
        (cohort,) = file["cohorts"].values()
        np.testing.assert_array_equal(cohort["bin"][1:], -0.5 + np.arange(11) * 0.75 / 10)
        np.testing.assert_array_equal(cohort["probability"][:], np.linspace(0, 1, 5))
        check_against_numpy(cohort, 0, dense(1))
        assert "record.histogram_range=[-0.5, 0.25]" in file.attrs["ingest"] and file.attrs["sweep"] == ""


def test_settings(tmp_path):
    for seed in range(3):
        write_model(tmp_path / f"models/m{seed}.safetensors", dense(seed))
    table = tmp_path / "runs.csv"
    table.write_text("run,optimizer,depth,rate,best,test_accuracy\nm2,sgd,3,0.5,True,0.25\nm0,,1,,False,\n"
                     "m1,adam,2,1e-3,False,0.75\nm7,sgd,1,1,True,1\n")  # fmt: skip
    process = run("ingest", tmp_path / "models", "-o", tmp_path / "p.h5", "--settings", table)
    assert process.returncode == SETTLED and "1 rows are of no run" in process.stderr and "m7" in process.stderr
    verify(tmp_path / "p.h5")
    with h5py.File(tmp_path / "p.h5") as file:
        runs = file["runs"]
        assert texts(runs["optimizer"]) == ["", "adam", "sgd"]
        assert runs["depth"].dtype == np.int64 and list(runs["depth"]) == [1, 2, 3]
        np.testing.assert_array_equal(runs["rate"][:], [np.nan, 1e-3, 0.5])
        assert runs["best"].dtype == np.uint8 and list(runs["best"]) == [0, 0, 1]
        np.testing.assert_array_equal(runs["test_accuracy"][:], [np.nan, 0.75, 0.25])
    table.write_text("run,test_accuracy\nm0,0.5\nm1,1\n")
    refused(USAGE, [str(table), "no row for 1 of 3 runs: m2"], "ingest", tmp_path / "models", "-o",
            tmp_path / "q.h5", "--settings", table)  # fmt: skip
    table.write_text("run,test_accuracy\nm0,0.5\nm1,97\nm2,1\n")
    refused(USAGE, [f"{table}, line 3", "97", "percentages"], "ingest", tmp_path / "models", "-o",
            tmp_path / "q.h5", "--settings", table, ranks=2)  # fmt: skip
    folder_is(tmp_path, "models", "p.h5", "runs.csv")


def test_non_finite_weights_make_a_run_diverged(tmp_path):
    for seed in range(2):
        for epoch in (1, 2):
            tensors = dense(seed)
            if seed == 1 and epoch == 1:
                tensors["layers.0.bias"][2:4] = [np.nan, np.inf]
            write_model(tmp_path / f"models/m{seed}/{epoch}.safetensors", tensors)
    path = ingest(tmp_path / "models", tmp_path / "p.h5")
    verify(path)
    with h5py.File(path) as file:
        (cohort,) = file["cohorts"].values()
        assert list(file["runs/state"]) == [DONE, DIVERGED]
        assert list(cohort["moments"][1, :, -1, 11]) == [2, 0]
        assert b"2 weights of " in file["runs/message"][1]
        rest = np.concatenate([v.ravel() for v in dense(1).values()])
        np.testing.assert_allclose(cohort["moments"][1, 1, -1], reference(rest), rtol=1e-9, atol=1e-9)
        rest = np.delete(rest, [32, 33])
        np.testing.assert_allclose(cohort["moments"][1, 0, -1, 1], rest.mean(dtype=np.float64), rtol=1e-9)


@pytest.mark.parametrize("ranks", [None, 3])
def test_damaged_files_are_refused_with_the_byte(tmp_path, ranks):
    for seed in range(3):
        path = write_model(tmp_path / f"models/m{seed}.safetensors", dense(seed))
    size = path.stat().st_size
    with open(path, "r+b") as file:
        file.truncate(size - 5)
    words = [str(path), f"truncated: {size - 5} bytes", "byte "]
    refused(INPUT_OUTPUT, words, "ingest", tmp_path / "models", "-o", tmp_path / "p.h5", ranks=ranks)
    path.write_bytes((2**60).to_bytes(8, "little") + b"{}")
    refused(INPUT_OUTPUT, [str(path), "byte 0"], "ingest", tmp_path / "models", "-o", tmp_path / "p.h5",
            ranks=ranks)  # fmt: skip
    folder_is(tmp_path, "models")


def test_empty_folders_are_refused(tmp_path):
    models = tmp_path / "models"
    models.mkdir()
    words = [str(models), "no <run>.safetensors and no <run>/<epoch>.safetensors"]
    refused(USAGE, words, "ingest", models, "-o", tmp_path / "p.h5", ranks=2)
    refused(USAGE, ["nowhere", "cannot be read"], "ingest", tmp_path / "nowhere", "-o", tmp_path / "p.h5")
    folder_is(tmp_path, "models")


def test_the_network_must_fit(tmp_path, trained):
    models = tmp_path / "models"
    with h5py.File(trained[0]) as file:
        (cohort,) = file["cohorts"].values()
        architecture = tmp_path / "network.json"
        architecture.write_text(json.dumps(json.loads(cohort.attrs["architecture"]) | {"activation": "tanh"}))
        tensors = {
            p["name"]: np.full(p["shape"], 0.5, np.float32) for p in json.loads(architecture.read_text())["parameters"]
        }
    model = write_model(models / "a.safetensors", tensors)
    path = ingest(models, tmp_path / "p.h5", "--architecture", architecture)
    with h5py.File(path) as file:
        assert texts(file["runs/model.activation"]) == ["tanh"]
        (cohort,) = file["cohorts"].values()
        assert cohort["node_strength"].shape[-1] == 784 + 16 + 8 + 10
        assert cohort["strength_out"][0, 0, 0] == 8 and cohort["strength_in"][0, 0, 784] == 392.5
    arguments = ["ingest", models, "-o", tmp_path / "q.h5", "--architecture", architecture]
    tensors["fc1.bias"] = np.zeros(17, np.float32)
    write_model(model, tensors)
    refused(INPUT_OUTPUT, [str(model), "tensor fc1.bias is [17], but [16] in its network"], *arguments)
    architecture.write_text("{")
    refused(USAGE, [str(architecture)], *arguments)
    architecture.unlink()
    refused(USAGE, ["--architecture", str(architecture), "cannot be read"], *arguments)


def test_many_tensors(tmp_path):
    """Attributes that tell of thousands of tensors are longer than 64 KiB."""
    tensors = {f"blocks.{i}.normalisation.gain": np.full(3, i, np.float32) for i in range(3000)}
    write_model(tmp_path / "models/a.safetensors", tensors)
    path = ingest(tmp_path / "models", tmp_path / "p.h5", "--histogram-bins", 8, "--quantiles", 2)
    verify(path)
    with h5py.File(path) as file:
        (cohort,) = file["cohorts"].values()
        assert len(json.loads(cohort.attrs["architecture"])["parameters"]) == 3000
        np.testing.assert_array_equal(cohort["moments"][0, 0, :-1, 1], np.arange(3000))
        assert "singular_values" not in cohort


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_killed_or_stopped_and_resumed(tmp_path, number):
    models, count = tmp_path / "models", 150
    for seed in range(count):
        write_model(models / f"m{seed}.safetensors", dense(seed, sizes=(120, 100, 80)))
    expected = ingest(models, tmp_path / "expected.h5")
    path = tmp_path / "p.h5"
    process = start("ingest", models, "-o", path)
    wait_for(lambda: settled(path) >= 5, process)
    process.send_signal(number)
    process.communicate(timeout=60)
    stopped = number == signal.SIGTERM
    assert process.returncode == (STOPPED if stopped else -signal.SIGKILL)
    assert path.with_name("p.h5.lock").exists() != stopped
    before = states(path)
    assert 5 <= np.count_nonzero(before) < count
    verify(path)
    process = run("status", path)
    assert process.returncode == SETTLED and f"pending {np.count_nonzero(before == PENDING)}" in process.stdout
    ingest(models, path, ranks=2)
    assert_same_population(path, expected)
    folder_is(tmp_path, "models", "expected.h5", "p.h5")


def test_time_limit(tmp_path):
    models, path = tmp_path / "models", tmp_path / "p.h5"
    for seed in range(1500):  # some seconds' work, of which it is given one
        write_model(models / f"m{seed}.safetensors", dense(seed))
    ingest(models, path, "--time-limit", "31s", code=STOPPED)
    before = states(path)
    assert PENDING in before and set(before) <= {PENDING, DONE}
    ingest(models, path, "--time-limit", "1h")
    assert set(states(path)) == {DONE}


def test_files_that_fail_later_are_marked(tmp_path):
    """What is damaged after its header was read costs its run alone, and can be read again."""
    models, path = tmp_path / "models", tmp_path / "p.h5"
    for seed in range(3):
        write_model(models / f"m{seed}.safetensors", dense(seed))
    ingest(models, path)
    with h5py.File(path, "r+") as file:
        file["runs/state"][1] = FAILED
    assert run("ingest", models, "-o", path).returncode == SOME_FAILED
    assert list(states(path)) == [DONE, FAILED, DONE]
    ingest(models, path, "--retry-failed")
    assert list(states(path)) == [DONE] * 3
    verify(path)


def test_a_rank_that_gave_up_did_not_stop(tmp_path):
    """Two failures in a row end it; that the same command would go on is not said, and nothing is requeued."""
    models, path = tmp_path / "models", tmp_path / "p.h5"
    for seed in range(300):  # about two seconds of work
        write_model(models / f"m{seed}.safetensors", dense(seed, sizes=(784, 300, 10)))
    process = start("ingest", models, "-o", path)
    wait_for(lambda: settled(path) >= 5, process)
    models.rename(tmp_path / "gone")  # all at once: among files removed one by one another could still be read
    errors = process.communicate(timeout=60)[1]
    assert process.returncode == INPUT_OUTPUT
    assert "two runs in a row failed on this rank" in errors and "every rank gave up" in errors
    counts = np.bincount(states(path), minlength=4)
    assert counts[FAILED] == 2 and counts[PENDING] > 0 and counts[DONE] >= 5
    assert run("verify", path).returncode == SETTLED
