"""A population file and a similarity file as xarray sees them, also while another process writes."""

import os
import subprocess

import numpy as np
import pytest
import xarray as xr

WRITER = os.environ["STORE_WRITER"]
MLP = "mnist-mlp-0123abcd"
CNN = "mnist-cnn-89abcdef"
ENGINES = ["h5netcdf", "netcdf4"]


def writer(*arguments, **options):
    return subprocess.Popen([WRITER, *map(str, arguments)], **options)


@pytest.fixture(scope="module")
def population(tmp_path_factory):
    path = tmp_path_factory.mktemp("store") / "population.h5"
    for mode in ("create", "write"):
        assert writer(mode, path, 8, 23).wait() == 0
    return path


@pytest.fixture(scope="module")
def similarity(tmp_path_factory):
    path = tmp_path_factory.mktemp("store") / "similarity.h5"
    assert writer("similarity", path).wait() == 0
    return path


@pytest.mark.parametrize("engine", ENGINES)
def test_cohort_is_a_labelled_dataset(population, engine):
    with xr.open_dataset(population, group=f"cohorts/{MLP}", engine=engine) as cohort:
        assert dict(cohort.sizes) == {
            "run": 7, "epoch": 3, "snapshot": 2, "parameter": 3, "moment": 3, "bin": 4, "node": 5,
            "weights_snapshot": 1, "weight": 23}
        assert cohort["run"].values.tolist() == [0, 1, 2, 4, 5, 6, 7]
        assert cohort["moments"].dims == ("run", "snapshot", "parameter", "moment")
        assert cohort["moments"].dtype == np.float64
        assert cohort["weights"].dims == ("run", "weights_snapshot", "weight")
        assert "weight" not in cohort.coords
        assert cohort["histogram"].dtype == np.uint32
        assert cohort["bin"].values.tolist() == [-np.inf, -1, 0, 1]
        assert cohort["node_layer"].dims == ("node",)
        assert cohort["parameter_offset"].sel(parameter="fc1.bias") == 20
        assert cohort.attrs["dataset"] == "mnist"
        variance = cohort["moments"].sel(parameter="fc1.weight", moment="variance", snapshot=2)
        np.testing.assert_array_equal(variance, cohort["run"] + 0.001 * 11)
        np.testing.assert_array_equal(cohort["weights"].sel(run=4)[0], 4 + 0.25 * np.arange(23))


@pytest.mark.parametrize("engine", ENGINES)
def test_cohort_of_one_run(population, engine):
    with xr.open_dataset(population, group=f"cohorts/{CNN}", engine=engine) as cohort:
        assert cohort["run"].values.tolist() == [3]
        assert cohort["weights"].shape == (1, 1, 11)


@pytest.mark.parametrize("engine", ENGINES)
def test_runs_is_a_table(population, engine):
    with xr.open_dataset(population, group="runs", engine=engine) as runs:
        table = runs.to_dataframe()
        assert table.index.name == "run" and table.index.tolist() == list(range(8))
        assert table["cohort"].tolist() == [CNN if run == 3 else MLP for run in range(8)]
        assert table["cohort_row"].tolist() == [0, 1, 2, 0, 3, 4, 5, 6]
        assert [str(text or "") for text in table["model.activation"]] == ["", "relu"] * 4
        assert table["seed"].tolist() == list(range(-1, 7))
        assert np.isnan(table["train.learning_rate"][1])
        assert table["state"].tolist() == [1, 1, 1, 1, 1, 2, 1, 1]
        assert table["id"].dtype == np.uint64 and table["checksum"].dtype == np.uint64
        assert table["test_accuracy"].tolist() == [run / 16 for run in range(8)]
        text = table["message"][5]
        assert (text.decode() if isinstance(text, bytes) else text) == "loss is not finite"


@pytest.mark.parametrize("engine", ENGINES)
def test_population_has_groups(population, engine):
    with xr.open_dataset(population, group=f"population/{MLP}", engine=engine) as summary:
        assert summary["group"].values.tolist() == ["all", "optimal", "suboptimal"]
        assert summary["runs"].sel(group="all") == 0
        assert np.isnan(summary["moments"].sel(group="optimal", parameter="all", moment="mean")).all()
        assert summary["weight_mean"].dims == ("group", "weights_snapshot", "weight")


@pytest.mark.parametrize("engine", ENGINES)
def test_root_says_what_it_is(population, engine):
    with xr.open_dataset(population, engine=engine) as root:
        assert root.attrs["schema"] == "kindred.population"
        assert root.attrs["schema_version"] == 1
        assert root.attrs["sweep"] == 'name = "süß"\n'


@pytest.mark.parametrize("engine", ENGINES)
def test_opens_while_it_is_written(tmp_path, engine):
    path = tmp_path / "population.h5"
    assert writer("create", path, 8, 23).wait() == 0
    process = writer("hold", path, 8, 23, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "written\n"
        with xr.open_dataset(path, group="runs", engine=engine) as runs:
            assert runs["state"].values.tolist() == [1, 0] * 4
        with xr.open_dataset(path, group=f"cohorts/{MLP}", engine=engine) as cohort:
            assert cohort["weights"].sel(run=6)[0, 0] == 6
            assert np.isnan(cohort["moments"].sel(run=1)).all()
        assert process.poll() is None
    finally:
        process.stdin.close()
        assert process.wait() == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_similarity(similarity, engine):
    with xr.open_dataset(similarity, group="cohorts/c", engine=engine) as cohort:
        wasserstein = cohort["wasserstein"]
        assert wasserstein.dims == ("parameter", "run", "run_other") and wasserstein.dtype == np.float32
        assert wasserstein.sel(parameter="all", run=7, run_other=9) == 3
        assert np.isnan(wasserstein.sel(parameter="fc1.weight")).all()
        assert wasserstein.attrs["kind"] == "distance" and wasserstein.attrs["undefined"] == 6
        assert wasserstein.attrs["range"].tolist() == [0, 1]
        assert cohort["agreement"].dims == ("run", "run_other")
