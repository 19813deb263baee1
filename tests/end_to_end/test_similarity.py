"""What every matrix of a similarity file has in common, and what is computed of what was asked for."""

import h5py
import numpy as np
import pytest
import xarray as xr

from similarity import (
    DISTANCES,
    METRICS,
    PREDICTIONS,
    PROBES,
    REPRESENTATIONS,
    SLICES,
    cohorts,
    opened,
    population,
)
from support import DIVERGED, DONE, USAGE, compare, run, train, write_sweep

FAST = METRICS[:10] + PREDICTIONS


def test_the_sweep_has_every_kind_of_run(population):
    with h5py.File(population) as file:
        states = file["runs/state"][:]
        assert {0, DONE, DIVERGED} <= set(states) and len(file["cohorts"]) == 2


def test_shape_of_every_matrix(opened):
    _, matrices, snapshot = opened
    assert matrices.attrs["schema"] == "kindred.similarity"
    for cohort, group, valid, _ in cohorts(opened):
        np.testing.assert_array_equal(group["run"], cohort["run"])
        np.testing.assert_array_equal(group["run_other"], cohort["run"])
        wanted = set(METRICS) - (set(PREDICTIONS) if snapshot == 0 else set())
        assert {name for name in group if "kind" in group[name].attrs} == wanted
        for name in wanted:
            matrix = group[name]
            assert matrix.dtype == np.float32
            runs = (len(valid), len(valid))
            assert matrix.shape == ((len(group[SLICES[name]]), *runs) if name in SLICES else runs)
            values = matrix[:].reshape(-1, *runs)
            np.testing.assert_array_equal(values, np.swapaxes(values, 1, 2))
            assert np.isnan(values[:, ~valid]).all()
            diagonal = np.diagonal(values, axis1=1, axis2=2)[:, valid]
            known = diagonal[~np.isnan(diagonal)]
            assert (known == (0 if name in DISTANCES else 1)).all() and len(known) > 0
            low, high = matrix.attrs["range"]
            assert np.nanmin(values) >= low and np.nanmax(values) <= high
            upper = np.isnan(values[:, *np.triu_indices(len(valid))])
            assert matrix.attrs["undefined"] == np.count_nonzero(upper)
            assert matrix.attrs["kind"] == ("distance" if name in DISTANCES else "similarity")
            assert len(matrix.attrs["definition"]) > 10
            assert matrix.attrs["snapshot"] == ("0" if snapshot == 0 else "2")
            probes = {**dict.fromkeys(REPRESENTATIONS, str(PROBES)), **dict.fromkeys(PREDICTIONS, "150")}
            assert matrix.attrs.get("probes") == probes.get(name)


def test_names_of_the_slices(opened):
    for cohort, group, _, _ in cohorts(opened):
        for name in ("parameter", "matrix", "layer"):
            assert list(group[name].asstr()) == list(cohort[name].asstr())
        assert list(group["representation"].asstr())[-2:] == ["penultimate", "logits"]


@pytest.mark.parametrize("engine", ["h5netcdf", "netcdf4"])
def test_opens_in_xarray(opened, engine):
    path = opened[1].filename
    for name in opened[1]["cohorts"]:
        with xr.open_dataset(path, group=f"cohorts/{name}", engine=engine) as group:
            matrix = group["wasserstein"].sel(parameter="fc1.weight")
            assert matrix.dims == ("run", "run_other")
            np.testing.assert_array_equal(matrix, opened[1]["cohorts"][name]["wasserstein"][0])
            assert group["aligned_cosine"].dims == ("run", "run_other")
            assert group["procrustes"].sel(representation="logits").shape == matrix.shape


def test_the_set_fast(folder, opened, population):
    _, matrices, snapshot = opened
    options = ["--snapshot", "0"] if snapshot == 0 else []
    with h5py.File(compare(population, folder / "fast.h5", "--probes", PROBES, *options)) as fast:
        for name, group in fast["cohorts"].items():
            wanted = set(FAST) - (set(PREDICTIONS) if snapshot == 0 else set())
            assert {metric for metric in group if "kind" in group[metric].attrs} == wanted
            for metric in wanted:
                np.testing.assert_array_equal(group[metric], matrices["cohorts"][name][metric])


def test_only_what_was_asked_for(folder, population):
    names = "cosine,jensen_shannon,wasserstein"
    path = compare(population, folder / "few.h5", "--metrics", names, "--parameters", "fc1.bias,all")
    with h5py.File(path) as few, h5py.File(compare(population, folder / "each.h5")) as each:
        for name, group in few["cohorts"].items():
            whole = each["cohorts"][name]
            assert list(group["parameter"].asstr()) == ["fc1.bias", "all"] and "cka" not in group
            for metric in names.split(","):
                np.testing.assert_array_equal(group[metric], whole[metric][:][[1, -1]])


@pytest.fixture(scope="module")
def without_weights(folder):
    sweep = write_sweep(folder / "bare.toml", {"seeds": 3}, record__weights="none", record__snapshots="final")
    return train(sweep, folder / "bare.h5")


def test_metrics_that_need_no_weights_run_without_them(folder, without_weights):
    output = folder / "bare_similarity.h5"
    process = run("compare", without_weights, "-o", output, "--metrics", "all")
    assert process.returncode == 0
    (line,) = [line for line in process.stderr.splitlines() if "without" in line]
    assert "the weights are not kept" in line
    with h5py.File(output) as file:
        (group,) = file["cohorts"].values()
        kept = {"jensen_shannon", "moment", "spectral", "node_strength", *PREDICTIONS}
        assert {name for name in group if "kind" in group[name].attrs} == kept
        left_out = line[line.index("without ") + len("without ") : line.rindex(" (")].split(", ")
        assert set(left_out) == set(METRICS) - kept


@pytest.mark.parametrize("name", ["cosine", "moment,cka", "aligned_cosine", "spectral,procrustes"])
def test_refuses_metrics_that_need_weights_where_they_are_named(folder, without_weights, name):
    process = run("compare", without_weights, "-o", folder / "refused.h5", "--metrics", name)
    assert process.returncode == USAGE and len(process.stderr.splitlines()) == 1
    assert name.split(",")[-1] in process.stderr and "the weights are not kept" in process.stderr
    assert not list(folder.glob("refused.h5*"))


@pytest.mark.parametrize(
    "options, named",
    [
        (["--metrics", "cosin"], "cosine"),
        (["--metrics", "prediction_js", "--snapshot", "0"], "final snapshot"),
        (["--snapshot", "7"], "[0, 1, 2]"),
        (["--parameters", "fc9.weight"], "fc1.weight"),
        (["--memory", "much"], "--memory"),
        (["--probes", "0"], "--probes"),
    ],
)
def test_refuses_what_is_not_there(folder, population, options, named):
    output = folder / "refused.h5"
    process = run("compare", population, "-o", output, *options)
    assert process.returncode == USAGE and named in process.stderr and len(process.stderr.splitlines()) == 1
    assert not list(folder.glob("refused.h5*"))


def test_the_population_is_not_replaced(tmp_path, population):
    path, before = tmp_path / "p.h5", population.read_bytes()
    path.write_bytes(before)
    process = run("compare", path, "-o", path, "--metrics", "moment")
    assert path.read_bytes() == before
    assert process.returncode == USAGE and str(path) in process.stderr
