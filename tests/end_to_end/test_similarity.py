"""What every matrix of a similarity file has in common, and what is computed of what was asked for."""

import shlex
import subprocess

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
from support import (
    DIVERGED,
    DONE,
    ENVIRONMENT,
    INPUT_OUTPUT,
    USAGE,
    command,
    compare,
    run,
    train,
    write_sweep,
)

FAST = METRICS[:10] + PREDICTIONS


def test_the_sweep_has_every_kind_of_run(population):
    with h5py.File(population) as file:
        states = file["runs/state"][:]
        assert {0, DONE, DIVERGED} <= set(states) and len(file["cohorts"]) == 2


def test_shape_of_every_matrix(opened):
    _, matrices, snapshot = opened
    assert matrices.attrs["schema"] == "kindred.similarity"
    assert "torch" in matrices.attrs["libraries"] and "HDF5" in matrices.attrs["libraries"]
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


def test_parameters_that_some_cohorts_have(folder, population):
    """fc3.weight is of the deeper networks alone; beyond a cohort there are no names, which a line says."""
    options = ["--metrics", "cosine,moment,spectral", "--parameters", "fc3.weight"]
    process = run("compare", population, "-o", folder / "some.h5", *options)
    assert process.returncode == 0
    (line,) = [line for line in process.stderr.splitlines() if "--parameters" in line]
    assert "beyond a cohort" in line
    with h5py.File(folder / "some.h5") as some, h5py.File(compare(population, folder / "whole.h5")) as whole:
        assert set(some) == {"cohorts"}
        found = 0
        for name, group in some["cohorts"].items():
            parameters = list(whole["cohorts"][name]["parameter"].asstr())
            assert ("cosine" in group) == ("moment" in group) == ("fc3.weight" in parameters)
            assert "spectral" in group
            for metric in ("cosine", "moment") if "cosine" in group else ():
                values = whole["cohorts"][name][metric][parameters.index("fc3.weight")]
                np.testing.assert_array_equal(group[metric][0], values)
                found += 1
        assert found == 2
    process = run("compare", population, "-o", folder / "all.h5", *options[:3], "fc3.weight,all")
    assert process.returncode == 0 and "beyond a cohort" not in process.stderr
    with h5py.File(folder / "all.h5") as file:
        assert list(file["all"]["role"].asstr()) == ["all"] and "moment" in file["all"]


@pytest.mark.parametrize("limits, warned", [([-0.02, 0.02], True), ([-2.0, 2.0], False)])
def test_weights_outside_of_the_histogram(folder, limits, warned):
    """A line where over 5 % of some parameter's weights lie outside of its range."""
    sweep = write_sweep(
        folder / "range.toml",
        {"seeds": 3},
        record__snapshots="final",
        record__weights="none",
        record__histogram_range=limits,
    )
    path = train(sweep, folder / f"range{warned}.h5")
    process = run("compare", path, "-o", folder / f"range{warned}s.h5", "--metrics", "jensen_shannon,moment")
    lines = [line for line in process.stderr.splitlines() if "5 % of" in line]
    assert process.returncode == 0 and len(lines) == warned
    with h5py.File(path) as file:
        (cohort,) = file["cohorts"].values()
        counts, sizes = cohort["histogram"][:, -1], cohort["parameter_size"][:]
        runs = np.count_nonzero((counts[..., 0] + counts[..., -1]) > 0.05 * sizes, axis=0)
        assert (runs.max() > 0) == warned
        if warned:
            worst = cohort["parameter"].asstr()[runs.argmax()]
            assert f"in {runs.max()} of 3 runs over 5 % of {worst} lies outside" in lines[0]
    process = run("compare", path, "-o", folder / f"range{warned}m.h5", "--metrics", "moment")
    assert process.returncode == 0 and "5 % of" not in process.stderr


def test_a_full_disk_is_told_before_any_work(tmp_path, population):
    """By a file system of its own, of one MiB, which ends with the process; unshare may be used by anyone."""
    disk = tmp_path / "disk"
    disk.mkdir()
    arguments = command("compare", population, "-o", disk / "s.h5", "--metrics", "all")
    script = f"mount -t tmpfs -o size=1M none {disk} || exit 99; {shlex.join(arguments)}; code=$?; ls {disk}; exit $code"
    process = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", script],
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        timeout=60,
    )
    assert process.returncode == INPUT_OUTPUT, process.stderr
    size, error = process.stderr.splitlines()[-2:]
    assert "KiB, about" in size, "what it takes comes first"
    assert f"cannot create {disk / 's.h5'}" in error and "the disk has" in error
    assert "tiles" not in process.stderr and process.stdout == "", "nothing is left behind"


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
        (["--parameters", "fc9.weight,all"], "fc9.weight"),
        (["--time-limit", "soon"], "--time-limit"),
        (["--memory", "1K"], "takes"),
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
