"""What the tests of similarities share: a population with every kind of run, and all pairs by a reference."""

import re

import h5py
import numpy as np
import pytest

from support import DONE, USAGE, compare, run, train, write_sweep

# Products and distances are summed in float over at most 4,096 terms, whose errors average out, and in double
# across: 64 (the square root) times 2^-24.
ROUNDING = 4e-6
PROBES = 120

DISTRIBUTIONS = ["wasserstein", "wasserstein_standardized", "kolmogorov_smirnov", "jensen_shannon", "moment"]
WEIGHTS = [*DISTRIBUTIONS, "cosine"]
REPRESENTATIONS = ["cka", "cka_debiased", "procrustes", "svcca", "pwcca"]
PREDICTIONS = ["agreement", "prediction_js"]  # of the final snapshot alone
METRICS = [*WEIGHTS, "spectral", "node_strength", *REPRESENTATIONS, *PREDICTIONS, "aligned_cosine"]
DISTANCES = set(METRICS) - {"cosine", "cka", "cka_debiased", "svcca", "pwcca", "agreement", "aligned_cosine"}
SLICES = (
    dict.fromkeys(WEIGHTS, "parameter")
    | {"spectral": "matrix", "node_strength": "layer"}
    | dict.fromkeys(REPRESENTATIONS, "representation")
)


@pytest.fixture(scope="module")
def population(folder):
    """Two cohorts. Of the runs of the first one some diverge, one is as if it were still to do, and the first
    one's first matrix is zero, so that its representations are the same for all images."""
    sweep = write_sweep(
        folder / "sweep.toml",
        {"seeds": 2, "train.learning_rate": [0.1, 0.01, 1e20], "init.scale": [0.3, 1.0]},
        {"seeds": 2, "model.hidden": [6]},
    )
    path = train(sweep, folder / "population.h5")
    with h5py.File(path, "r+") as file:
        file["runs/state"][3] = 0
        cohort = file["cohorts"][file["runs/cohort"].asstr()[0]]
        cohort["weights"][0, :, : cohort["parameter_size"][0]] = 0
    return path


@pytest.fixture(scope="module", params=["final", "0"])
def opened(folder, population, request):
    """The population, all its similarities, and the index of the snapshot that was asked for."""
    options = ["--metrics", "all", "--probes", PROBES, "--snapshot", request.param]
    path = compare(population, folder / f"similarity{request.param}.h5", *options)
    with h5py.File(population) as runs, h5py.File(path) as matrices:
        yield runs, matrices, -1 if request.param == "final" else 0


def least_memory(population, output, *options, start=run):
    """The least --memory that a comparison accepts: it says so where it is given less."""
    process = start("compare", population, "-o", output, *options, "--memory", "1K")
    assert process.returncode == USAGE and len(process.stderr.splitlines()) == 1, process.stderr
    number, unit = re.search(r" takes ([0-9.]+) ([KMG]iB) on each rank", process.stderr).groups()
    return f"{float(number) + 0.1:.1f}{unit}"


def is_done(runs, cohort):
    return runs["runs/state"][:][cohort["run"][:]] == DONE


def cohorts(opened):
    """(cohort, its matrices, which rows are done, their weights in double at the snapshot)"""
    runs, matrices, snapshot = opened
    assert list(matrices["cohorts"]) == list(runs["cohorts"])
    for name, cohort in runs["cohorts"].items():
        valid = is_done(runs, cohort)
        weights = cohort["weights"][:, snapshot].astype(np.float64)
        weights[~valid] = np.nan
        yield cohort, matrices["cohorts"][name], valid, weights


def parameters(cohort):
    """(index, slice of the flat weights) of every parameter; the last one is all of them."""
    for index, (offset, size) in enumerate(zip(cohort["parameter_offset"], cohort["parameter_size"])):
        yield index, slice(offset, offset + size)


def all_pairs(function, rows, valid):
    """The symmetric function(a, b) of all pairs of rows that are done, NaN elsewhere."""
    values = np.full((len(rows), len(rows)), np.nan)
    for i in np.flatnonzero(valid):
        for j in np.flatnonzero(valid):
            values[i, j] = values[j, i] if j < i else function(rows[i], rows[j])
    return values


def assert_pairs(found, expected, relative=0, absolute=0):
    """NaN where and only where it is expected, otherwise equal within the tolerances, which may be arrays."""
    found, wanted = np.asarray(found), np.isfinite(expected)
    np.testing.assert_array_equal(np.isnan(found), ~wanted)
    excess = np.abs(found - expected) - (absolute + relative * np.abs(expected))
    worst = np.max(excess[wanted], initial=-np.inf)
    assert worst <= 0, worst


def bits(path):
    """All matrices of a similarity file as bytes, and their counts of undefined pairs, by name."""
    matrices, undefined = {}, {}

    def note(name, item):
        if "undefined" in item.attrs:
            assert item.dtype == np.float32
            matrices[name], undefined[name] = item[:].tobytes(), int(item.attrs["undefined"])

    with h5py.File(path) as file:
        file.visititems(note)
    return matrices, undefined
