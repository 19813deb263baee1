"""What each verb prints: help, versions, plans, status and checks; results to stdout, all else to stderr."""

import json
import re
import shutil

import h5py
import numpy as np
import pytest

from support import SETTLED, flip_byte, run, train, write_sweep

VERBS = ["train", "plan", "status", "verify", "summary", "nearest", "compare", "merge", "ingest"]


@pytest.fixture(scope="module")
def sweep_file(folder):
    return write_sweep(
        folder / "sweep.toml",
        {"seeds": 3, "train.learning_rate": [0.1, 0.01, 1e20]},
        {"seeds": 2, "model.hidden": [6]},
        name="verbs",
    )


@pytest.fixture(scope="module")
def population(folder, sweep_file):
    return train(sweep_file, folder / "population.h5")


def output(*arguments, code=SETTLED):
    """The text on stdout of a verb that says nothing on stderr."""
    process = run(*arguments)
    assert process.returncode == code and process.stderr == "", process.stderr
    return process.stdout


@pytest.mark.parametrize("verb", VERBS)
def test_help(verb):
    text = output(verb, "--help")
    assert "--log-level" in output("--help") and f"kindred {verb}" in text and "--help" in text
    assert "--json" in text or verb in ("train", "compare", "merge", "ingest")
    words = {
        "train": [
            "--engine",
            "--pack",
            "--device",
            "--time-limit",
            "--retry-failed",
            "--reuse",
            "--data",
            "SWEEP",
        ],
        "ingest": ["--settings", "--architecture", "--weights", "--retry-failed", "DIR"],
        "compare": ["--metrics", "--parameters", "--snapshot", "--probes", "--memory", "POPULATION"],
    }
    assert all(word in text for word in words.get(verb, []))


def test_help_lists_every_verb_and_the_exit_codes():
    text = output("--help")
    assert all(re.search(rf"^\s+{verb}\s", text, re.MULTILINE) for verb in VERBS)
    assert all(re.search(rf"\b{code}\b", text) for code in (0, 1, 2, 3, 85))


def test_help_comes_once_under_mpirun():
    process = run("train", "--help", ranks=3)
    assert process.returncode == SETTLED and process.stdout.count("--time-limit") == 1


def test_version():
    text = output("--version")
    assert re.match(r"kindred \d+\.\d+\.\d+ \([\w-]+\)\n", text)
    for library in (
        r"torch 2\.\d+",
        r"Kokkos \d+\.\d+.* \(.*Serial.*\)",
        r"(MPI|MPICH)\D* v?\d+\.\d+",
        r"HDF5 1\.\d+",
    ):
        assert re.search(library, text), library


def test_plan(population, sweep_file):
    text = output("plan", sweep_file, "--ranks", "2")
    with h5py.File(population) as file:
        sizes = {name: len(cohort["run"]) for name, cohort in file["cohorts"].items()}
    assert all(re.search(rf"^{name}\s+{runs}\s", text, re.MULTILINE) for name, runs in sizes.items())
    assert re.search(r"^verbs: 11 runs, a file of .*, about .* on 2 ranks", text, re.MULTILINE)

    plan = json.loads(output("plan", sweep_file, "--ranks", "2", "--pack", "2", "--json"))
    assert plan["sweep"] == "verbs" and plan["runs"] == 11 and plan["ranks"] == 2 and plan["duplicates"] == 0
    assert {cohort["name"]: cohort["runs"] for cohort in plan["cohorts"]} == sizes
    assert [cohort["packs"] for cohort in plan["cohorts"]] == [5, 1]
    assert [cohort["parameters"] for cohort in plan["cohorts"]] == [
        785 * 16 + 17 * 8 + 9 * 10,
        785 * 6 + 7 * 10,
    ]
    # The arrays are nearly all of the file: names, tables and alignment come on top.
    assert plan["file_bytes"] <= population.stat().st_size <= plan["file_bytes"] + 400000
    assert 0 < plan["seconds"] < 600


def test_a_plan_tells_that_a_dataset_is_missing(tmp_path, sweep_file):
    process = run("plan", sweep_file, "--data", tmp_path)
    assert process.returncode == SETTLED and "runs" in process.stdout
    assert f"the dataset mnist is not in {tmp_path} (training needs it) run data/fetch.sh mnist" in process.stderr


def test_status(population):
    with h5py.File(population) as file:
        states, accuracy = file["runs/state"][:], file["runs/test_accuracy"][:]
        cohorts = {name: cohort["run"][:] for name, cohort in file["cohorts"].items()}
    done = np.sort(accuracy[states == 1])
    assert len(done) == 8
    text = output("status", population)
    assert re.search(r"done 8\s+diverged 3\s+failed 0\s+pending 0", text)
    status = json.loads(output("status", "--json", population))
    assert [status[key] for key in ("runs", "done", "diverged", "failed", "pending")] == [11, 8, 3, 0, 0]
    assert status["best_test_accuracy"] == done[-1] and done[3] <= status["median_test_accuracy"] <= done[4]
    assert status["failures"] == []
    assert sorted(cohort["name"] for cohort in status["cohorts"]) == sorted(cohorts)
    for cohort in status["cohorts"]:
        runs = cohorts[cohort["name"]]
        of_cohort = np.sort(accuracy[runs][states[runs] == 1])
        assert [cohort["runs"], cohort["done"]] == [len(runs), len(of_cohort)]
        best, median = of_cohort[-1], of_cohort[len(of_cohort) // 2]
        assert (cohort["best_test_accuracy"], cohort["median_test_accuracy"]) == (best, median)
        cells = [cohort["name"], len(runs), len(of_cohort), f"{100 * best:.2f}", f"{100 * median:.2f}"]
        assert re.search("^  " + " +".join(map(str, cells)) + "$", text, re.MULTILINE)


def test_status_and_verify_of_a_file_with_every_state(tmp_path, population):
    path = tmp_path / "p.h5"
    shutil.copy(population, path)
    with h5py.File(path, "r+") as file:
        file["runs/state"][0] = 0
        file["runs/state"][1] = 3
        file["runs/message"][1] = b"what went wrong"
    status = json.loads(output("status", "--json", path))
    assert [status[key] for key in ("done", "diverged", "failed", "pending")] == [6, 3, 1, 1]
    assert status["failures"] == [{"run": 1, "message": "what went wrong"}]
    assert "run 1 failed: what went wrong" in output("status", path)
    assert "9 runs checked, 0 problems" in output("verify", path)


def test_status_of_a_file_with_damaged_volatile_columns(tmp_path, population):
    """No checksum covers them."""
    path = tmp_path / "p.h5"
    shutil.copy(population, path)
    with h5py.File(path, "r+") as file:
        file["runs/finished_unix"][::2] = np.nan
        file["runs/finished_unix"][5] = 1e300
        file["runs/state"][1] = 3
        file["runs/message"][1] = b"no \xff text \x1b[31m"
    status = json.loads(output("status", "--json", path))
    assert [status[key] for key in ("done", "diverged", "failed")] == [7, 3, 1]
    assert status["failures"] == [{"run": 1, "message": "no \ufffd text \x1b[31m"}]
    with h5py.File(path, "r+") as file:
        file["runs/message"][1] = b"red \x1b[31m"
    assert "run 1 failed: red ?[31m\n" in output("status", path)


@pytest.mark.parametrize("verb", ["summary", "verify"])
def test_a_file_that_leads_to_another_one(tmp_path, population, verb):
    path = tmp_path / "p.h5"
    shutil.copy(population, path)
    with h5py.File(path, "r+") as file:
        name = f"cohorts/{list(file['cohorts'])[0]}"
        del file[name]
        file[name] = h5py.ExternalLink(str(population), name)
    assert run(verb, path).returncode == 1


def test_verify(population):
    assert "11 runs checked, 0 problems" in output("verify", population)
    assert json.loads(output("verify", "--json", population)) == {"checked": 11, "problems": []}


@pytest.mark.parametrize("name", ["weights", "moments", "histogram", "quantiles", "logits", "test_loss"])
def test_verify_finds_one_changed_byte(tmp_path, population, name):
    path = tmp_path / "p.h5"
    shutil.copy(population, path)
    with h5py.File(path) as file:
        array = file["cohorts"][file["runs/cohort"].asstr()[4]][name]
        row = array.id.get_storage_size() // len(array)
        offset = array.id.get_offset() + file["runs/cohort_row"][4] * row + row // 2
    flip_byte(path, offset)
    found = json.loads(output("verify", "--json", path, code=1))
    assert len(found["problems"]) == 1 and re.match(r"run 4\b", found["problems"][0])
    assert re.search(r"^run 4\b", output("verify", path, code=1), re.MULTILINE)


def test_verify_finds_a_changed_result_and_a_cut_file(tmp_path, population):
    path = tmp_path / "p.h5"
    shutil.copy(population, path)
    with h5py.File(path) as file:
        offset = file["runs/test_accuracy"].id.get_offset() + 8 * 9 + 3
    flip_byte(path, offset)
    assert re.search(r"^run 9\b", output("verify", path, code=1), re.MULTILINE)
    with open(path, "r+b") as file:
        file.truncate(path.stat().st_size // 2)
    process = run("verify", path)
    assert process.returncode == 1 and str(path) in process.stderr + process.stdout


def test_diagnostics_go_to_stderr(folder, sweep_file, population):
    for arguments in (
        ["train", sweep_file, "-o", population],
        ["compare", population, "-o", folder / "s.h5"],
    ):
        process = run(*arguments)
        assert process.returncode == SETTLED and process.stdout == "" and " info " in process.stderr
        assert run(*arguments, "--log-level", "off").stderr == ""
