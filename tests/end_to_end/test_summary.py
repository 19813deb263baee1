"""`kindred summary`: its figures are numpy's, its tables say the same as its JSON, and what it refuses."""

import json
import math
import re
import shutil

import h5py
import numpy as np
import pytest

from refusal import refused
from support import DIVERGED, DONE, FAILED, INPUT_OUTPUT, PENDING, SETTLED, USAGE, run, train, write_sweep

FRACTION = 0.3
STATES = ["pending", "done", "diverged", "failed"]
MAIN = ["mean", "variance", "skewness", "kurtosis", "l2_norm"]
SPREAD = ["mean", "std", "min", "lower_quartile", "median", "upper_quartile", "max"]


@pytest.fixture(scope="module")
def population(folder):
    sweep = write_sweep(
        folder / "sweep.toml",
        {"seeds": 5, "train.learning_rate": [0.2, 0.01, 1e20]},
        {"seeds": 2, "model.hidden": [6], "train.optimizer": "adam"},
        data__train_limit=300,
        data__test_limit=100,
        model__hidden=[52, 50],
        record__optimal_fraction=FRACTION,
    )
    return train(sweep, folder / "population.h5")


@pytest.fixture
def edited(tmp_path, population):
    """A copy of the population and its open file, to change: closed before the program reads it."""

    def edit(change):
        path = tmp_path / "p.h5"
        shutil.copy(population, path)
        with h5py.File(path, "r+") as file:
            change(file)
        return path

    return edit


def output(*arguments):
    process = run("summary", *arguments)
    assert process.returncode == SETTLED and process.stderr == "", process.stderr
    # The first line has the file's path.
    assert max(map(len, process.stdout.splitlines()[1:])) <= 100 or "--json" in arguments
    return process.stdout


def summary(*arguments):
    return json.loads(output(*arguments, "--json"))


def number(value, digits=4):
    """As the tables show it."""
    scientific = f"{value:.{digits - 1}e}"
    exponent = int(scientific.split("e")[1])
    return f"{value:.{max(digits - 1 - exponent, 0)}f}" if -4 <= exponent <= 5 else scientific


def median(figures):
    low, middle, high = (figures[name] for name in ("lower_quartile", "median", "upper_quartile"))
    if middle is None:
        return "–"
    quartiles = "" if low == high else f" [{number(low, 2)}, {number(high, 2)}]"
    return number(middle, 3) + quartiles


def has_line(text, *cells):
    """Whether a line of the text is these cells, however far apart."""
    return re.search("^ *" + " +".join(map(re.escape, cells)) + "$", text, re.MULTILINE) is not None


def agree(found, values):
    """`found` tells mean, std and quantiles of the values that are not NaN."""
    values = np.asarray(values, float)
    values = values[~np.isnan(values)]
    if not len(values):
        assert found == dict.fromkeys(SPREAD)
        return
    assert found["min"] == values.min() and found["max"] == values.max()
    size = np.abs(values).max() + 1e-300
    assert abs(found["mean"] - values.mean()) <= 1e-13 * size
    assert abs(found["std"] - values.std()) <= 1e-13 * size
    for name, position in (("lower_quartile", 0.25), ("median", 0.5), ("upper_quartile", 0.75)):
        assert abs(found[name] - np.quantile(values, position)) <= 1e-13 * size


def members(file, cohort):
    """Rows of the done runs, and of the best and the worst of them."""
    runs = cohort["run"][:]
    done = np.flatnonzero(file["runs/state"][:][runs] == DONE)
    accuracy, identity = file["runs/test_accuracy"][:][runs], file["runs/id"][:][runs]
    known = [row for row in done if not math.isnan(accuracy[row])]
    ranked = sorted(known, key=lambda row: (-accuracy[row], identity[row]))
    size = math.ceil(FRACTION * len(known)) if len(known) >= 8 else 0
    return {"all": done, "optimal": ranked[:size], "suboptimal": ranked[len(ranked) - size :]}


def test_figures_of_the_cohorts(population):
    found = summary(population)
    with h5py.File(population) as file:
        assert [found[key] for key in ("runs", "done", "diverged", "failed", "pending")] == [17, 12, 5, 0, 0]
        assert found["optimal_fraction"] == FRACTION
        assert [cohort["name"] for cohort in found["cohorts"]] == list(
            dict.fromkeys(file["runs/cohort"].asstr())
        )
        sizes = []
        for told in found["cohorts"]:
            cohort = file["cohorts"][told["name"]]
            assert told["dataset"] == "mnist" and told["architecture"] == "mlp" and told["epoch"] == 2
            assert told["runs"] == len(cohort["run"]) and told["parameters"] == cohort["weights"].shape[2]
            accuracy = file["runs/test_accuracy"][:][cohort["run"][:]]
            for group, rows in members(file, cohort).items():
                figures = told["groups"][group]
                assert figures["runs"] == len(rows)
                sizes.append(len(rows))
                agree(figures["test_accuracy"], accuracy[rows])
                for array, row, column in (
                    ("moments", "parameter", "moment"),
                    ("spectrum", "matrix", "spectral"),
                ):
                    values = cohort[array][:][rows, -1]
                    assert list(figures[array]) == list(cohort[row].asstr())
                    for i, name in enumerate(cohort[row].asstr()):
                        assert list(figures[array][name]) == list(cohort[column].asstr())
                        for j, kind in enumerate(cohort[column].asstr()):
                            agree(figures[array][name][kind], values[:, i, j])
                fluctuation = cohort["layer_fluctuation"][:][rows, -1]
                assert list(figures["layer_fluctuation"]) == list(cohort["layer"].asstr())
                for i, name in enumerate(cohort["layer"].asstr()):
                    agree(figures["layer_fluctuation"][name], fluctuation[:, i])
        assert sorted(sizes) == [0, 0, 2, 3, 3, 10]


def test_tables_of_the_cohorts(population):
    text, found = output(population), summary(population)
    assert text.startswith(f"{population}: 17 runs: 12 done, 5 diverged\n")
    assert "still to be trained" not in text
    first = found["cohorts"][0]
    groups = {name: group["test_accuracy"] for name, group in first["groups"].items()}
    for name, runs in (("all", 10), ("optimal", 3), ("suboptimal", 3)):
        cells = [f"{100 * groups[name][key]:.2f}" for key in ("mean", "std", "min", "max")]
        assert has_line(text, name, str(runs), *cells)
    assert (
        f"{first['name']}\n  mlp on mnist, {first['parameters']} parameters; 15 runs: 10 done, 5 diverged\n"
        in text
    )
    assert "no optimal and suboptimal runs: 2 done runs of known accuracy, 8 are needed" in text
    assert "Median over the runs of a group, [lower quartile, upper quartile]\n\n  Weights after epoch 2\n" in text
    moments = [first["groups"][group]["moments"] for group in groups]
    weights = text[text.index("Weights after") : text.index("Layer fluctuation")]
    assert list(moments[0])[-1] == "all" and weights.index("\n  all  ") < weights.index("\n  fc1.weight  ")
    for name in moments[0]:
        shown = re.findall(rf"^  {name} +(.*)$", weights, re.MULTILINE)
        expected = [[median(of_group[name][moment]) for of_group in moments] for moment in MAIN]
        # A column that does not fit follows in further lines.
        assert re.split(" {2,}", "  ".join(shown)) == sum(expected, [])
    for array, kind, name in (
        ("layer_fluctuation", None, "input"),
        ("layer_fluctuation", None, "fc3"),
        ("spectrum", "spectral_norm", "fc1.weight"),
        ("spectrum", "stable_rank", "fc2.weight"),
        ("spectrum", "alpha", "fc1.weight"),
    ):
        tables = [first["groups"][group][array][name] for group in groups]
        assert has_line(text, name, *(median(table[kind] if kind else table) for table in tables))
    for title in ("layer", "spectral norm", "stable rank", "alpha"):
        assert has_line(text, title, "all", "optimal", "suboptimal")
    assert has_line(text, "fc3.weight", "–", "–", "–"), "10 eigenvalues give no alpha"


@pytest.mark.parametrize("index", [0, 9, 12, 16])
def test_one_run(population, index):
    found, text = summary(population, "--run", index), output(population, "--run", str(index))
    with h5py.File(population) as file:
        runs = file["runs"]
        assert found["run"] == index and found["id"] == runs["id"][index]
        assert found["state"] == STATES[runs["state"][index]]
        assert found["cohort"] == runs["cohort"].asstr()[index]
        for name, value in found["settings"].items():
            stored = (runs[name].asstr() if runs[name].dtype.kind == "O" else runs[name])[index]
            assert value is None if isinstance(stored, float) and math.isnan(stored) else value == stored
        settings = {name for name in runs if "." in name} | {"seed"}
        assert set(found["settings"]) == settings
        for name, value in found["results"].items():
            stored = runs[name][index]
            assert value == (stored if np.isfinite(stored) else None)
        cohort, row = file["cohorts"][found["cohort"]], found["cohort_row"]
        assert cohort["run"][row] == index
        if found["state"] == "done":
            assert found["epoch"] == 2
        snapshot = list(cohort["snapshot"]).index(found["epoch"])
        for array, first, second in (("moments", "parameter", "moment"), ("spectrum", "matrix", "spectral")):
            table = [list(found[array][name].values()) for name in cohort[first].asstr()]
            assert list(found[array]["fc1.weight"]) == list(cohort[second].asstr())
            stored = cohort[array][row, snapshot]
            np.testing.assert_array_equal(
                np.array(table, float), np.where(np.isfinite(stored), stored, np.nan)
            )
        np.testing.assert_array_equal(
            np.array(list(found["layer_fluctuation"].values()), float),
            cohort["layer_fluctuation"][row, snapshot],
        )
    assert text.startswith(f"{population}: run {index} is {found['state']}\n  row {found['cohort_row']} of ")
    rate = found["settings"]["train.learning_rate"]
    assert re.search(rf"^  train.learning_rate +{re.escape(f'{rate:g}')}$", text, re.MULTILINE)
    assert not re.search(r"^  model.patch ", text, re.MULTILINE), "what does not apply is left out"
    assert f"Weights after epoch {found['epoch']}, {found['parameters']} parameters" in text
    if found["state"] == "done":
        assert re.search(rf" {100 * found['results']['test_accuracy']:.2f}$", text, re.MULTILINE)


def check_lines(lines, file, runs, key):
    column = file["runs"][key]
    values = (column.asstr() if column.dtype.kind == "O" else column)[:][runs]
    state, accuracy = file["runs/state"][:][runs], file["runs/test_accuracy"][:][runs]
    assert [line["value"] for line in lines] == sorted(set(values))
    for line in lines:
        mine = values == line["value"]
        assert line["runs"] == mine.sum()
        for name, code in (("done", DONE), ("diverged", DIVERGED), ("failed", FAILED), ("pending", PENDING)):
            assert line[name] == (state[mine] == code).sum()
        done = mine & (state == DONE)
        agree(line["test_accuracy"], accuracy[done])
        moments = []
        for run_index in runs[done]:
            cohort = file["cohorts"][file["runs/cohort"].asstr()[run_index]]
            whole = list(cohort["parameter"].asstr()).index("all")
            moments.append(cohort["moments"][file["runs/cohort_row"][run_index], -1, whole])
            names = list(cohort["moment"].asstr())
        for i, name in enumerate(names if len(moments) else ()):
            agree(line["moments"][name], [row[i] for row in moments])
        assert all(value["mean"] is None for value in line["moments"].values()) or len(moments)


@pytest.mark.parametrize("key", ["train.learning_rate", "train.optimizer", "model.hidden", "seed"])
def test_by_a_setting(population, key):
    found = summary(population, "--group-by", key)
    with h5py.File(population) as file:
        assert found["key"] == key and found["runs"] == 17
        check_lines(found["groups"], file, np.arange(17), key)
        for cohort in found["cohorts"]:
            check_lines(cohort["groups"], file, file["cohorts"][cohort["name"]]["run"][:], key)


def test_table_by_a_setting(population):
    text, found = (
        output(population, "--group-by", "train.optimizer"),
        summary(population, "--group-by", "train.optimizer"),
    )
    for line in found["groups"]:
        accuracy = [f"{100 * line['test_accuracy'][key]:.2f}" for key in ("mean", "min", "max")]
        spreads = [number(line["moments"][name]["std"], 3) for name in MAIN[:4]]
        cells = [line["value"], str(line["runs"]), str(line["diverged"]), *accuracy, *spreads]
        assert has_line(text, *cells), (cells, text)
    assert "These are of all cohorts, whose networks differ." in text
    nothing = output(population, "--group-by", "train.learning_rate")
    assert has_line(nothing, "1e+20", "5", "5", *["–"] * 7), nothing


def test_population_in_training(edited):
    def change(file):
        file["runs/state"][[0, 5, 15, 16]] = PENDING
        file["runs/state"][1] = FAILED
        file["runs/message"][1] = b"what went\x1b[31m wrong"

    path = edited(change)
    text, found = output(path), summary(path)
    assert [found[key] for key in ("done", "diverged", "failed", "pending")] == [7, 5, 1, 4]
    assert "4 of 17 runs are still to be trained: the figures are of the 7 done so far." in text
    assert "no run is done: there are no figures yet" in text
    assert found["cohorts"][1]["groups"]["all"]["moments"]["all"]["mean"]["mean"] is None
    with h5py.File(path) as file:
        cohort = file["cohorts"][found["cohorts"][0]["name"]]
        rows = members(file, cohort)["all"]
        agree(
            found["cohorts"][0]["groups"]["all"]["moments"]["all"]["mean"],
            cohort["moments"][:][rows, -1, -1, 1],
        )
    assert "run 0 is pending" in output(path, "--run", "0")
    assert "no figures: only those of finished runs are kept" in output(path, "--run", "0")
    assert summary(path, "--run", "0")["moments"] == {}
    assert "what went?[31m wrong" in output(path, "--run", "1")
    assert sum(line["done"] for line in summary(path, "--group-by", "seed")["groups"]) == 7


def test_file_without_the_newer_arrays(edited):
    def change(file):
        for cohort in file["cohorts"].values():
            for name in ("spectrum", "singular_values", "layer_fluctuation", "node_strength"):
                del cohort[name]

    path = edited(change)
    text, found = output(path), summary(path)
    group = found["cohorts"][0]["groups"]["optimal"]
    assert group["spectrum"] == {} and group["layer_fluctuation"] == {} and group["moments"]["all"]
    assert "Layer fluctuation" not in text and "Spectra" not in text and "\n  all " in text
    assert summary(path, "--run", "3")["spectrum"] == {} and "Spectra" not in output(path, "--run", "3")


def test_file_of_networks_trained_elsewhere(edited):
    """No dataset, accuracies, losses, curves or settings; the runs have names."""

    def change(file):
        file.attrs["sweep"] = ""
        runs = file["runs"]
        for name in [name for name in runs if "." in name]:
            del runs[name]
        runs.create_dataset("name", data=[f"net-{i}" for i in range(17)], dtype=h5py.string_dtype())
        runs["name"].dims[0].attach_scale(runs["run"])
        for name in ("train_loss", "train_accuracy", "test_loss", "test_accuracy", "epochs_completed"):
            runs[name][:] = np.nan
        for cohort in file["cohorts"].values():
            cohort.attrs["dataset"] = ""
            cohort.attrs["architecture"] = "{}"
            for name in ("train_loss", "train_accuracy", "test_loss", "test_accuracy", "logits"):
                del cohort[name]

    path = edited(change)
    text, found = output(path), summary(path)
    assert "networks on an unknown dataset" in text
    assert "no optimal and suboptimal runs: 0 done runs of known accuracy, 8 are needed" in text
    groups = found["cohorts"][0]["groups"]
    assert groups["all"]["runs"] == 10 and groups["optimal"]["runs"] == 0
    assert groups["all"]["test_accuracy"]["mean"] is None
    assert groups["all"]["moments"]["all"]["variance"]["mean"] > 0
    one = output(path, "--run", "2")
    assert "its losses and accuracies are not known" in one and re.search(
        r"^  name +net-2$", one, re.MULTILINE
    )
    assert summary(path, "--run", "2")["settings"] == {"seed": 2, "name": "net-2"}
    assert [line["value"] for line in summary(path, "--group-by", "seed")["groups"]] == [0, 1, 2, 3, 4]


def test_refusals(tmp_path, population):
    text = tmp_path / "text.h5"
    text.write_text("no HDF5")
    refused(INPUT_OUTPUT, [str(tmp_path / "absent.h5")], "summary", tmp_path / "absent.h5")
    refused(INPUT_OUTPUT, [str(text)], "summary", text)
    refused(USAGE, ["there is no run 17", "0 to 16"], "summary", population, "--run", "17")
    refused(USAGE, ["there is no run -1", "0 to 16"], "summary", population, "--run", "-1")
    refused(USAGE, ["--run"], "summary", population, "--run", "first")
    refused(
        USAGE,
        ["train.optimiser", "train.optimizer", "seed"],
        *("summary", population, "--group-by", "train.optimiser"),
    )
    refused(USAGE, ["test_accuracy", "no such setting"], "summary", population, "--group-by", "test_accuracy")
    refused(USAGE, ["--run", "--group-by"], "summary", population, "--run", "1", "--group-by", "seed")
    refused(USAGE, ["POPULATION"], "summary")


def test_damage_is_one_line(edited):
    def shorten(file):
        name = file["runs/cohort"].asstr()[0]
        file["cohorts"][name]["run"][0] = 400

    refused(INPUT_OUTPUT, ["names run 400 of 17", "damaged"], "summary", edited(shorten))


def test_help():
    process = run("summary", "--help")
    assert process.returncode == SETTLED and process.stderr == ""
    assert all(
        word in process.stdout for word in ("--run", "--group-by", "--json", "POPULATION", "--log-level")
    )
