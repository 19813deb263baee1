"""The files as their users open them: xarray, the analysis package, the report; also during training."""

import os
import re
import signal
import subprocess
import sys

import h5py
import numpy as np
import pytest
import xarray as xr

from support import DONE, SOURCE, STOPPED, compare, settled, start, train, wait_for, write_sweep

ENGINES = ["h5netcdf", "netcdf4"]
RUNS = 18
TRAINING = ["training/busy_seconds", "training/rank_seconds"]


@pytest.fixture(scope="module")
def sweep_file(folder):
    return write_sweep(
        folder / "sweep.toml",
        {"seeds": 5, "train.learning_rate": [0.1, 0.01, 1e20]},
        {"seeds": 3, "model.hidden": [6]},
        name="opened",
    )


@pytest.fixture(scope="module")
def population(folder, sweep_file):
    return train(sweep_file, folder / "population.h5")


@pytest.fixture(scope="module")
def similarity(folder, population):
    return compare(population, folder / "similarity.h5", "--probes", "100")


@pytest.mark.parametrize("engine", ENGINES)
def test_runs_are_a_table(population, engine):
    with xr.open_dataset(population, group="runs", engine=engine) as runs, h5py.File(population) as file:
        table = runs.to_dataframe()
        assert table.index.name == "run" and len(table) == RUNS
        assert set(table["train.optimizer"]) == {"sgd"} and table["seed"].tolist()[:5] == [0, 1, 2, 3, 4]
        for name in ("state", "test_accuracy", "id", "train.learning_rate", "cohort_row"):
            np.testing.assert_array_equal(table[name], file[f"runs/{name}"])
        mean = table[table["state"] == DONE].groupby("train.learning_rate")["test_accuracy"].mean()
        assert mean.max() > 0.3


def test_the_file_explains_itself(population):
    """Every dataset says what it holds; settings have their names."""
    with h5py.File(population) as file:
        plain = []
        file.visititems(
            lambda name, item: plain.append(name)
            if isinstance(item, h5py.Dataset) and "long_name" not in item.attrs
            else None
        )
        settings = [name for name in file["runs"] if "." in name]
        assert sorted(plain) == sorted(f"runs/{name}" for name in [*settings, "seed"]) + TRAINING
        state = file["runs/state"].attrs
        assert dict(zip(state["flag_values"], state["flag_meanings"].split()))[DONE] == "done"
    with xr.open_dataset(population, group="runs", engine="h5netcdf") as runs:
        assert runs["wall_seconds"].dtype == float and runs["wall_seconds"].attrs["units"] == "s"


@pytest.mark.parametrize("engine", ENGINES)
def test_cohort_is_labelled(population, engine):
    with h5py.File(population) as file:
        for name, cohort in file["cohorts"].items():
            with xr.open_dataset(population, group=f"cohorts/{name}", engine=engine) as labelled:
                # Every dimension but `weight` has its labels.
                assert set(labelled.sizes) - set(labelled.coords) == {"weight"}
                variance = labelled["moments"].sel(parameter="fc1.weight", moment="variance")
                assert variance.dims == ("run", "snapshot")
                np.testing.assert_array_equal(variance, cohort["moments"][:, :, 0, 2])
                run = int(labelled["run"][1])
                last = labelled["weights"].sel(run=run, weights_snapshot=2)
                np.testing.assert_array_equal(last, cohort["weights"][1, 2])
                assert float(labelled["test_accuracy"].sel(run=run, epoch=2)) == cohort["test_accuracy"][1, 2]


@pytest.mark.parametrize("engine", ENGINES)
def test_population_is_labelled(population, engine):
    with h5py.File(population) as file:
        for name, summary in file["population"].items():
            with xr.open_dataset(population, group=f"population/{name}", engine=engine) as labelled:
                assert labelled["runs"].sel(group="all") == summary["runs"][0] > 0
                mean = labelled["moments_mean"].sel(
                    group="optimal", parameter="fc1.weight", moment="variance"
                )
                np.testing.assert_array_equal(mean, summary["moments_mean"][1, :, 0, 2])


@pytest.mark.parametrize("engine", ENGINES)
def test_while_it_trains(tmp_path, engine):
    sweep = write_sweep(tmp_path / "sweep.toml", {"seeds": 100}, train__epochs=40, record__snapshots=[0, 40])
    path = tmp_path / "p.h5"
    process = start("train", sweep, "-o", path, ranks=2)
    try:
        wait_for(lambda: settled(path) >= 3, process)
        with xr.open_dataset(path, group="runs", engine=engine) as runs:
            states = runs["state"].values
            name = str(runs["cohort"].values[0])
        done = np.flatnonzero(states == DONE)
        assert 3 <= len(done) < 100
        for group in ("cohorts", "population"):
            with xr.open_dataset(path, group=f"{group}/{name}", engine=engine) as labelled:
                labelled.load()
                if group == "cohorts":
                    variance = labelled["moments"].sel(run=done, parameter="fc1.weight", moment="variance")
                    assert (variance > 0).all() and np.isfinite(labelled["weights"].sel(run=done)).all()
        assert process.poll() is None
    finally:
        process.send_signal(signal.SIGUSR1)
        process.communicate(timeout=60)
    assert process.returncode == STOPPED


def test_analysis_package(population, similarity):
    import kindred

    opened = kindred.open_population(population)
    runs = opened.runs
    done = runs[runs["state"] == "done"]
    assert len(runs) == RUNS and 0 < len(done) < RUNS and opened.name == "opened"
    for name in opened.cohorts:
        cohort = opened.cohort(name)
        final = cohort["test_accuracy"].sel(epoch=2, run=done.index[done["cohort"] == name])
        np.testing.assert_array_equal(final, done["test_accuracy"][done["cohort"] == name])
        assert int(opened.population(name)["runs"].sel(group="all")) == len(final)

    pairs = kindred.open_similarity(similarity)
    assert pairs.cohorts == opened.cohorts
    for name in pairs.cohorts:
        assert set(pairs.metrics(name)) >= {"wasserstein", "cosine", "cka"}
        matrix = pairs.matrix(name, "wasserstein", parameter="all")
        valid = matrix["run"].isin(done.index).values
        assert (
            np.isfinite(matrix.values[np.ix_(valid, valid)]).all() and np.isnan(matrix.values[~valid]).all()
        )
        assert matrix.attrs["kind"] == "distance"
    findings = kindred.examine(opened, pairs)
    assert [cohort.name for cohort in findings.cohorts] == opened.cohorts


def report(*arguments):
    environment = os.environ | {"PYTHONPATH": str(SOURCE / "analysis"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-m", "kindred.report", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
    )


def test_report(tmp_path, population, similarity):
    page = tmp_path / "report.html"
    process = report(population, similarity, "-o", page, "--summary")
    assert process.returncode == 0 and process.stderr == "", process.stderr
    assert len(process.stdout.splitlines()) == 5
    text = page.read_text()
    assert text.startswith("<!DOCTYPE html>") or text.startswith("<!doctype html>")
    with h5py.File(population) as file:
        assert all(name in text for name in file["cohorts"])
    # It opens without a network: nothing is loaded from elsewhere.
    assert not re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="https?:', text)
    process = report(tmp_path / "none.h5", "-o", page)
    assert process.returncode == 1 and len(process.stderr.splitlines()) == 1 and "none.h5" in process.stderr
