"""`kindred nearest`: its order is that of numpy, its table says what its JSON says, and what it refuses."""

import json
import re
import shutil

import h5py
import numpy as np
import pytest

from refusal import refused
from support import INPUT_OUTPUT, SETTLED, USAGE, compare, run, train, write_sweep

UNFINISHED = 3
DEFAULT = {"parameter": "all", "representation": "penultimate", "role": "all"}


@pytest.fixture(scope="module")
def population(folder):
    sweep = write_sweep(
        folder / "sweep.toml",
        {"seeds": 4, "train.learning_rate": [0.2, 0.01]},
        {"seeds": 3, "model.hidden": [6], "train.optimizer": "adam"},
        data__train_limit=300,
        data__test_limit=100,
        model__activation="tanh",  # with dead units similarities would be undefined
    )
    path = train(sweep, folder / "population.h5")
    with h5py.File(path, "r+") as file:
        file["runs/state"][UNFINISHED] = 0  # as if it were still to do
    return path


@pytest.fixture(scope="module")
def similarity(folder, population):
    return compare(population, folder / "similarity.h5", "--probes", 50)


def output(*arguments):
    process = run("nearest", *arguments)
    assert process.returncode == SETTLED and process.stderr == "", process.stderr
    return process.stdout


def nearest(*arguments):
    return json.loads(output(*arguments, "--json"))


def scopes(file):
    """(name, group) of the cohorts, then of the wider matrices."""
    wider = [(f"dataset/{name}", group) for name, group in file.get("dataset", {}).items()]
    wider += [("all", file["all"])] if "all" in file else []
    return [*file["cohorts"].items(), *wider]


def matrices(group):
    """(metric, its matrix, dimension of its slices or None)"""
    for name, data in group.items():
        if "kind" in data.attrs:
            yield name, data, None if data.ndim == 2 else data.dims[0][0].name.rsplit("/", 1)[-1]


def expected(runs, values, kind, run_index, farthest):
    """[(run, value)] in order; a stable argsort of runs in their order breaks ties by their numbers."""
    ascending = np.argsort(runs, kind="stable")
    keys = values[ascending].astype(float)
    sign = 1 if (kind == "distance") != farthest else -1
    order = ascending[np.argsort(sign * keys, kind="stable")]
    return [(runs[i], float(values[i])) for i in order if runs[i] != run_index and not np.isnan(values[i])]


def pairs(found):
    return [(entry["run"], entry["value"]) for entry in found["runs"]]


def test_order_of_every_matrix(similarity):
    """In turn of its first and its last slice, the nearest and the farthest runs."""
    turn = 0
    with h5py.File(similarity) as file:
        assert len(file["cohorts"]) == 2
        for scope, group in scopes(file):
            runs = group["run"][:]
            for metric, data, dimension in matrices(group):
                last, farthest, turn = turn % 2, turn // 2 % 2 == 1, turn + 1
                matrix, options, asked = data[:], ["--metric", metric, "--scope", scope, "-k", "100"], {}
                if dimension is not None:
                    label = list(group[dimension].asstr())[-last]
                    matrix, asked = matrix[-last], {dimension: label}
                    options += ["--slice", label]
                # A run that has a value with some other.
                row = np.flatnonzero((~np.isnan(matrix)).sum(axis=1) > 1)[-1]
                found = nearest(similarity, runs[row], *options, *(["--farthest"] if farthest else []))
                kind = data.attrs["kind"]
                assert pairs(found) == expected(runs, matrix[row], kind, runs[row], farthest)
                assert found["compared"] == len(found["runs"]) > 0 and found["farthest"] == farthest
                assert (found["scope"], found["metric"], found["kind"]) == (scope, metric, kind)
                assert found["slice"] == asked
    assert turn > 5


@pytest.mark.parametrize("farthest", [False, True])
def test_ties_follow_the_numbers_of_the_runs(tmp_path, similarity, farthest):
    path = tmp_path / "s.h5"
    shutil.copy(similarity, path)
    with h5py.File(path, "r+") as file:
        group = next(iter(file["cohorts"].values()))
        runs = group["run"][:]
        row = np.resize(np.array([2, 1, 2, 3, np.inf, 1], "f4"), len(runs))
        row[-2] = np.nan
        for name in ("wasserstein", "cosine"):
            group[name][-1, 3] = row
    option = ["--farthest"] if farthest else []
    for metric, kind in (("wasserstein", "distance"), ("cosine", "similarity")):
        found = nearest(path, runs[3], "--metric", metric, "-k", "100", *option)
        wanted = expected(runs, row, kind, runs[3], farthest)
        assert pairs(found) == [(number, value if np.isfinite(value) else None) for number, value in wanted]
        assert runs[-2] not in [number for number, _ in pairs(found)] and len(wanted) == len(runs) - 2


def test_defaults(similarity):
    """The run's cohort, wasserstein, all weights, ten runs; the penultimate representation; the last."""
    with h5py.File(similarity) as file:
        first, second = file["cohorts"].items()
        found = nearest(similarity, second[1]["run"][0])
        assert (found["scope"], found["metric"]) == (second[0], "wasserstein")
        assert found["slice"] == {"parameter": "all"}
        assert not found["farthest"] and len(found["runs"]) == 2
        six = nearest(similarity, first[1]["run"][0])
        assert six["compared"] == len(six["runs"]) == 6
        assert nearest(similarity, first[1]["run"][0], "-k", "3")["runs"] == six["runs"][:3]
        for metric, data, dimension in matrices(first[1]):
            if dimension is None:
                continue
            labels = list(first[1][dimension].asstr())
            label = DEFAULT.get(dimension) if DEFAULT.get(dimension) in labels else labels[-1]
            assert nearest(similarity, 0, "--metric", metric)["slice"] == {dimension: label}


def test_first_metric_where_wasserstein_is_not_there(folder, population):
    path = compare(population, folder / "cosine.h5", "--metrics", "cosine")
    assert nearest(path, 0)["metric"] == "cosine" and nearest(path, 0)["kind"] == "similarity"


def test_accuracies_and_settings(population, similarity):
    found = nearest(similarity, 0)
    with h5py.File(population) as file:
        runs = file["runs"]
        assert found["population"] == str(population)
        for entry in [found, *found["runs"]]:
            assert entry["test_accuracy"] == runs["test_accuracy"][entry["run"]]
            assert set(entry["settings"]) == {"seed", "train.learning_rate"}, "those that differ"
            for name, value in entry["settings"].items():
                assert value == runs[name][entry["run"]]
    text = output(similarity, 0)
    title = f"{similarity}: nearest to run 0 by wasserstein (distance, parameter all), 6 of 6 in "
    assert text.startswith(title + found["scope"] + "\n")
    table = [re.split(" {2,}", line.strip()) for line in text.splitlines()[1:]]
    assert table[0] == ["run", "wasserstein", "test accuracy (%)", *found["settings"]]
    for entry, cells in zip([{**found, "value": None}, *found["runs"]], table[1:], strict=True):
        cells = dict(zip(table[0], cells, strict=True))
        assert cells["run"] == str(entry["run"])
        assert cells["test accuracy (%)"] == f"{100 * entry['test_accuracy']:.2f}"
        assert float(cells["train.learning_rate"]) == entry["settings"]["train.learning_rate"]
        assert int(cells["seed"]) == entry["settings"]["seed"]
        if entry["value"] is None:
            assert cells["wasserstein"] == "–"
        else:
            assert float(cells["wasserstein"]) == pytest.approx(entry["value"], rel=1e-5)


def test_population_that_is_elsewhere(tmp_path, population, similarity):
    path, moved = tmp_path / "s.h5", tmp_path / "moved.h5"
    shutil.copy(similarity, path)
    shutil.copy(population, moved)
    with h5py.File(path, "r+") as file:
        file.attrs["population"] = str(tmp_path / "absent.h5")
    found = nearest(path, 0)
    assert found["population"] is None and set(found["runs"][0]) == {"run", "value"}
    text = output(path, 0)
    assert "absent.h5" in text and "--population" in text and "test accuracy" not in text
    shutil.copy(population, tmp_path / "beside.h5")
    with h5py.File(path, "r+") as file:
        file.attrs["population"] = "gone/beside.h5"
    assert nearest(path, 0)["population"] == str(tmp_path / "beside.h5")
    with h5py.File(path, "r+") as file:
        file.attrs["population"] = str(tmp_path / "absent.h5")
    assert pairs(nearest(path, 0, "--population", moved)) == pairs(found)
    assert nearest(path, 0, "--population", moved)["population"] == str(moved)
    with h5py.File(moved, "r+") as file:
        file.attrs["sweep_id"] = "another"
    refused(USAGE, ["moved.h5", "not the population"], "nearest", path, "0", "--population", moved)
    refused(INPUT_OUTPUT, ["absent.h5"], "nearest", path, "0", "--population", tmp_path / "absent.h5")


def test_refusals(tmp_path, population, similarity):
    text = tmp_path / "text.h5"
    text.write_text("no HDF5")
    with h5py.File(population) as file:
        cohort = file["runs/cohort"].asstr()[0]
    refused(INPUT_OUTPUT, ["absent.h5"], "nearest", tmp_path / "absent.h5", "0")
    refused(INPUT_OUTPUT, [str(text)], "nearest", text, "0")
    refused(INPUT_OUTPUT, ["not a similarity file"], "nearest", population, "0")
    refused(USAGE, ["there is no run 11", "11 runs from 0 to 10"], "nearest", similarity, "11")
    refused(USAGE, ["there is no run 10", cohort, "0 to 7"], "nearest", similarity, "10", "--scope", cohort)
    refused(USAGE, ["--metric x", cohort, "wasserstein, "], "nearest", similarity, "0", "--metric", "x")
    refused(USAGE, ["--slice fc9", "fc1.weight", "all"], "nearest", similarity, "0", "--slice", "fc9")
    refused(USAGE, ["--scope nothing", cohort], "nearest", similarity, "0", "--scope", "nothing")
    refused(USAGE, [f"run {UNFINISHED} has no ", "not done"], "nearest", similarity, str(UNFINISHED))
    refused(USAGE, ["--count"], "nearest", similarity, "0", "-k", "0")
    refused(USAGE, ["RUN"], "nearest", similarity)
    refused(USAGE, ["RUN"], "nearest", similarity, "first")


def test_damage_is_one_line(tmp_path, similarity):
    path = tmp_path / "s.h5"
    shutil.copy(similarity, path)
    with h5py.File(path, "r+") as file:
        group = next(iter(file["cohorts"].values()))
        del group["run"]
        group["run"] = np.arange(3)
    refused(INPUT_OUTPUT, ["is not a matrix over 3 runs", "damaged"], "nearest", path, "0")
