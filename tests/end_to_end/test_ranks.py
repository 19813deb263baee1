"""A population file has the same bytes for any number of ranks and any size of packs."""

import h5py
import pytest

from support import DIVERGED, DONE, assert_same_population, flip_byte, masked, run, train

MANY = ({"seeds": 4, "train.learning_rate": [0.1, 0.01, 1e20]},)
SWEEPS = {
    "many": MANY,
    "more ranks than runs": ({"seeds": 2},),
    "one run": ({"seeds": [5]},),
    "duplicates": ({"seeds": [1, 2, 1]}, {"seeds": [2, 3], "train.learning_rate": [0.05, 0.02]}),
    "two cohorts": (
        {"seeds": 3},
        {"seeds": 3, "model.hidden": [[12], [16, 8]], "model.activation": ["relu", "tanh"]},
    ),
    "every architecture": (
        {"seeds": 2, "model.dropout": 0.2, "train.label_noise": 0.1, "train.schedule": "step"},
        {
            "seeds": 2,
            "model.architecture": "cnn",
            "model.channels": [[3, 5]],
            "model.dropout": 0.2,
            "train.optimizer": "adam",
            "train.learning_rate": [0.001, 0.01],
        },
        {
            "seeds": 2,
            "model.architecture": "vit",
            "model.dim": 16,
            "model.depth": 2,
            "model.activation": "gelu",
            "model.dropout": 0.1,
            "train.optimizer": "adamw",
            "train.learning_rate": [0.001, 1e20],
            "train.schedule": "cosine",
            "train.warmup_epochs": 1,
        },
    ),
}
COHORTS = {"two cohorts": 2, "every architecture": 3}
RUNS = {"many": 12, "more ranks than runs": 2, "one run": 1, "duplicates": 5, "two cohorts": 12, "every architecture": 10}


@pytest.mark.parametrize("name", SWEEPS)
def test_ranks(tmp_path, sweep, name):
    path = sweep(*SWEEPS[name])
    alone = train(path, tmp_path / "alone.h5")
    with h5py.File(alone) as file:
        assert len(file["runs/run"]) == RUNS[name] == len(set(file["runs/id"]))
        assert {DONE} <= set(file["runs/state"]) <= {DONE, DIVERGED}
        assert len(file["cohorts"]) == COHORTS.get(name, 1)
    for ranks in (1, 2, 3) if name == "many" else (3,):
        other = train(path, tmp_path / f"ranks{ranks}.h5", ranks=ranks)
        assert_same_population(other, alone)


def test_masking_leaves_everything_else(tmp_path, sweep):
    """What this file relies on: two sweeps differ, and one changed weight is seen."""
    path = train(sweep({"seeds": 2}), tmp_path / "a.h5")
    other = train(sweep({"seeds": [0, 2]}), tmp_path / "b.h5")
    assert masked(path) != masked(other)
    before = masked(path)
    with h5py.File(path) as file:
        (cohort,) = file["cohorts"].values()
        last = cohort["weights"].id.get_offset() + cohort["weights"].id.get_storage_size() - 1
    flip_byte(path, last)
    assert masked(path) != before


@pytest.mark.parametrize("name", ["many", "every architecture"])
def test_packs(tmp_path, sweep, name):
    """Members of a pack do not touch each other, even where one diverges, nor does their order."""
    path = sweep(*SWEEPS[name])
    alone = train(path, tmp_path / "alone.h5", "--pack", "1")
    for ranks in (None, 2):
        packs = train(path, tmp_path / f"packs{ranks}.h5", "--pack", "4", ranks=ranks)
        assert_same_population(packs, alone)


def test_duplicates_are_told(tmp_path, sweep):
    process = run("train", sweep(*SWEEPS["duplicates"]), "-o", tmp_path / "p.h5", ranks=2)
    warnings = [line for line in process.stderr.splitlines() if " warn" in line]
    assert process.returncode == 0 and len(warnings) == 1 and " 2 runs" in warnings[0]


def test_a_finished_file_stays_as_it_is(tmp_path, sweep):
    path = sweep({"seeds": 2})
    output = train(path, tmp_path / "p.h5")
    before = output.read_bytes()
    train(path, output, ranks=2)
    assert output.read_bytes() == before
    assert [entry.name for entry in tmp_path.glob("p.h5*")] == ["p.h5"]


def test_runs_do_not_depend_on_their_sweep(tmp_path, sweep):
    """The same run, by its identity, has the same weights in another sweep at another place."""
    one = train(sweep({"seeds": 3, "train.learning_rate": [0.1, 0.01]}), tmp_path / "a.h5")
    other = train(
        sweep({"seeds": [2, 9], "train.learning_rate": [0.01, 0.02]}, name="other"), tmp_path / "b.h5"
    )
    weights = []
    for path in (one, other):
        with h5py.File(path) as file:
            (cohort,) = file["cohorts"].values()
            rows = dict(zip(file["runs/id"], file["runs/cohort_row"]))
            weights.append({run: cohort["weights"][row].tobytes() for run, row in rows.items()})
    shared = weights[0].keys() & weights[1].keys()
    assert len(shared) == 1 and all(weights[0][run] == weights[1][run] for run in shared)
