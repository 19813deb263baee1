"""Every matrix equals scipy's, or numpy's in double, of the stored weights and the images."""

import h5py
import numpy as np
import pytest
import xarray as xr
from scipy import stats

from reference import centred_gram, cosines, network_inputs, representations
from support import DIVERGED, DONE, compare, run, train, write_sweep

PROBES = 120
# Products are summed in float over at most 4,096 terms, whose errors average out, and in double across: 64
# (the square root) times 2^-24. Distances are summed in float over 1,024 terms.
ROUNDING = 4e-6


@pytest.fixture(scope="module")
def population(folder):
    sweep = write_sweep(
        folder / "sweep.toml",
        {"seeds": 2, "train.learning_rate": [0.1, 0.01, 1e20], "init.scale": [0.3, 1.0]},
        {"seeds": 2, "model.hidden": [6]},
    )
    path = train(sweep, folder / "population.h5")
    with h5py.File(path, "r+") as file:
        file["runs/state"][3] = 0  # as if it were still to do
    return path


@pytest.fixture(scope="module", params=["final", "0"])
def opened(folder, population, request):
    """The population, the similarities, and the index of the snapshot that was asked for."""
    options = [] if request.param == "final" else ["--snapshot", request.param]
    path = compare(population, folder / f"similarity{request.param}.h5", "--probes", PROBES, *options)
    with h5py.File(population) as runs, h5py.File(path) as matrices:
        yield runs, matrices, -1 if request.param == "final" else 0


def cohorts(opened):
    """(cohort, its matrices, which rows are done, their weights in double at the snapshot)"""
    runs, matrices, snapshot = opened
    assert list(matrices["cohorts"]) == list(runs["cohorts"])
    for name, cohort in runs["cohorts"].items():
        valid = runs["runs/state"][:][cohort["run"][:]] == DONE
        weights = cohort["weights"][:, snapshot].astype(np.float64)
        weights[~valid] = np.nan
        yield cohort, matrices["cohorts"][name], valid, weights


def test_the_sweep_has_every_kind_of_run(population):
    with h5py.File(population) as file:
        states = file["runs/state"][:]
        assert {0, DONE, DIVERGED} <= set(states) and len(file["cohorts"]) == 2


def test_wasserstein(opened):
    for cohort, group, valid, weights in cohorts(opened):
        assert list(group["parameter"].asstr()) == list(cohort["parameter"].asstr())
        for index, (offset, size) in enumerate(zip(cohort["parameter_offset"], cohort["parameter_size"])):
            part = weights[:, offset : offset + size]
            expected = np.full((len(part), len(part)), np.nan)
            for i in np.flatnonzero(valid):
                for j in np.flatnonzero(valid):
                    expected[i, j] = stats.wasserstein_distance(part[i], part[j])
            np.testing.assert_allclose(group["wasserstein"][index], expected, rtol=ROUNDING, atol=0)


def test_cosine(opened):
    for cohort, group, _, weights in cohorts(opened):
        for index, (offset, size) in enumerate(zip(cohort["parameter_offset"], cohort["parameter_size"])):
            expected = cosines(weights[:, offset : offset + size])
            np.testing.assert_allclose(group["cosine"][index], expected, rtol=0, atol=ROUNDING)


def test_cka(opened):
    inputs = network_inputs(PROBES)
    for cohort, group, _, weights in cohorts(opened):
        names = list(group["representation"].asstr())
        assert names[-2:] == ["penultimate", "logits"] and group["cka"].attrs["probes"] == str(PROBES)
        values = [representations(cohort, row, inputs) for row in weights]
        assert len(names) == len(values[0])
        for index in range(len(names)):
            expected = cosines(np.array([centred_gram(outputs[index]) for outputs in values]))
            # The representations themselves are computed in float, as in test_curves.
            np.testing.assert_allclose(group["cka"][index], expected, rtol=0, atol=2 * ROUNDING)


def test_shape_of_every_matrix(opened):
    _, matrices, snapshot = opened
    for cohort, group, valid, _ in cohorts(opened):
        np.testing.assert_array_equal(group["run"], cohort["run"])
        np.testing.assert_array_equal(group["run_other"], cohort["run"])
        for name in ("wasserstein", "cosine", "cka"):
            matrix, values = group[name], group[name][:]
            assert matrix.dtype == np.float32
            np.testing.assert_array_equal(values, np.swapaxes(values, 1, 2))
            assert np.isnan(values[:, ~valid]).all()
            diagonal = np.diagonal(values, axis1=1, axis2=2)[:, valid]
            known = diagonal[~np.isnan(diagonal)]
            assert (known == (0 if name == "wasserstein" else 1)).all() and len(known) > 0
            low, high = matrix.attrs["range"]
            assert np.nanmin(values) >= low and np.nanmax(values) <= high
            upper = np.isnan(values[:, *np.triu_indices(len(valid))])
            assert matrix.attrs["undefined"] == np.count_nonzero(upper)
            assert matrix.attrs["kind"] == ("distance" if name == "wasserstein" else "similarity")
            assert len(matrix.attrs["definition"]) > 10
            assert matrix.attrs["snapshot"] == ("0" if snapshot == 0 else "2")
    assert matrices.attrs["schema"] == "kindred.similarity"


def test_initial_biases_have_no_angle(opened):
    for _, group, valid, _ in cohorts(opened):
        bias = group["cosine"][1][np.ix_(valid, valid)]
        assert np.isnan(bias).all() if opened[2] == 0 else not np.isnan(bias).any()


@pytest.mark.parametrize("engine", ["h5netcdf", "netcdf4"])
def test_opens_in_xarray(folder, opened, engine):
    path = opened[1].filename
    for name in opened[1]["cohorts"]:
        with xr.open_dataset(path, group=f"cohorts/{name}", engine=engine) as group:
            matrix = group["wasserstein"].sel(parameter="fc1.weight")
            assert matrix.dims == ("run", "run_other")
            np.testing.assert_array_equal(matrix, opened[1]["cohorts"][name]["wasserstein"][0])


def test_only_what_was_asked_for(folder, population):
    path = compare(
        population, folder / "few.h5", "--metrics", "cosine,wasserstein", "--parameters", "fc1.bias,all"
    )
    with h5py.File(path) as few, h5py.File(compare(population, folder / "each.h5")) as each:
        for name, group in few["cohorts"].items():
            whole = each["cohorts"][name]
            assert list(group["parameter"].asstr()) == ["fc1.bias", "all"] and "cka" not in group
            for metric in ("cosine", "wasserstein"):
                np.testing.assert_array_equal(group[metric], whole[metric][:][[1, -1]])


@pytest.mark.parametrize(
    "options, named",
    [
        (["--metrics", "cosin"], "cosine"),
        (["--snapshot", "7"], "[0, 1, 2]"),
        (["--parameters", "fc9.weight"], "fc1.weight"),
        (["--memory", "much"], "--memory"),
        (["--probes", "0"], "--probes"),
    ],
)
def test_refuses_what_is_not_there(folder, population, options, named):
    output = folder / "refused.h5"
    process = run("compare", population, "-o", output, *options)
    assert process.returncode == 2 and named in process.stderr and len(process.stderr.splitlines()) == 1
    assert not list(folder.glob("refused.h5*"))
