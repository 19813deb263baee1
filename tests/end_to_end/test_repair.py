"""Failed runs are kept with their messages until they are tried again; damaged ones are found and redone."""

import fcntl
import json
import os
import shutil
import time

import h5py
import numpy as np
import pytest

from refusal import folder_is, refused
from support import (
    DONE,
    ENVIRONMENT,
    FAILED,
    INPUT_OUTPUT,
    PENDING,
    SETTLED,
    SOME_FAILED,
    USAGE,
    assert_same_population,
    compare,
    flip_byte,
    poke,
    row_offset,
    run,
    states,
    train,
    write_sweep,
)

RUNS = 6


@pytest.fixture(scope="module")
def trained(folder):
    sweep = write_sweep(folder / "sweep.toml", {"seeds": RUNS // 2, "train.learning_rate": [0.1, 0.01]})
    return sweep, train(sweep, folder / "trained.h5")


@pytest.fixture
def copy(tmp_path, trained):
    return shutil.copy(trained[1], tmp_path / "p.h5")


def finished(path):
    with h5py.File(path) as file:
        return file["runs/finished_unix"][:]


def changed_since(path, before):
    return np.flatnonzero(finished(path) != before).tolist()


@pytest.mark.parametrize("ranks", [None, 2])
def test_failed_runs_are_kept_until_they_are_retried(trained, copy, ranks):
    """As a rank that could not train them leaves them."""
    sweep, expected = trained
    for failed in (1, 4):
        poke(copy, "runs/state", failed, FAILED)
        poke(copy, "runs/message", failed, b"what went wrong")
    poke(copy, "runs/state", 5, PENDING)
    before = finished(copy)

    process = run("train", sweep, "-o", copy, ranks=ranks)
    assert process.returncode == SOME_FAILED
    assert "2 runs failed" in process.stderr and "--retry-failed" in process.stderr
    assert changed_since(copy, before) == [5]
    assert states(copy).tolist() == [DONE, FAILED, DONE, DONE, FAILED, DONE]
    status = json.loads(run("status", "--json", copy).stdout)
    assert status["failures"] == [{"run": failed, "message": "what went wrong"} for failed in (1, 4)]

    before = finished(copy)
    train(sweep, copy, "--retry-failed", ranks=ranks)
    assert changed_since(copy, before) == [1, 4]
    assert json.loads(run("status", "--json", copy).stdout)["failures"] == []
    assert_same_population(copy, expected)


def test_a_damaged_run_is_marked_and_trained_again(trained, copy):
    sweep, expected = trained
    flip_byte(copy, row_offset(copy, "weights", 3) + 100)
    flip_byte(copy, row_offset(copy, "histogram", 0) + 20)
    poke(copy, "runs/state", 5, 77)
    before = finished(copy)
    found = json.loads(run("verify", "--json", copy).stdout)
    assert len(found["problems"]) == 3 and "repaired" not in found

    process = run("verify", "--repair", "--json", copy)
    assert process.returncode == SETTLED and process.stderr == ""
    assert json.loads(process.stdout) == found | {"repaired": [0, 3, 5]}
    assert states(copy).tolist() == [PENDING, DONE, DONE, PENDING, DONE, PENDING]
    folder_is(copy.parent, "p.h5")
    process = run("verify", "--repair", copy)
    assert process.returncode == SETTLED and "3 runs checked, 0 problems" in process.stdout

    train(sweep, copy)
    assert changed_since(copy, before) == [0, 3, 5]
    assert_same_population(copy, expected)


def test_repair_changes_nothing_but_states(trained, copy):
    flip_byte(copy, row_offset(copy, "weights", 3) + 100)
    bytes_before = bytearray(copy.read_bytes())
    process = run("verify", "--repair", copy)
    assert "run 3: its data does not have its checksum" in process.stdout
    assert "1 runs are pending now" in process.stdout
    with h5py.File(copy) as file:
        bytes_before[file["runs/state"].id.get_offset() + 3] = PENDING
    assert copy.read_bytes() == bytes_before


def test_what_cannot_be_repaired(copy):
    poke(copy, "runs/cohort_row", 2, 99)
    before = copy.read_bytes()
    process = run("verify", "--repair", copy)
    assert process.returncode == INPUT_OUTPUT and "run 2 names row 99" in process.stdout
    assert copy.read_bytes() == before


def test_repair_needs_the_lock(tmp_path, copy):
    flip_byte(copy, row_offset(copy, "weights", 3) + 100)
    now = int(time.time())
    with open(tmp_path / "p.h5.lock", "w+") as lock:
        lock.write(f"host=another-host\nprocess=4242\njob=\nrestart=0\nsince={now}\nheartbeat={now:012}\n")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused(INPUT_OUTPUT, ["p.h5", "another-host", "--take-lock"], "verify", "--repair", copy)
        assert states(copy)[3] == DONE
        assert run("verify", copy).returncode == INPUT_OUTPUT  # looking needs no lock
        assert run("verify", "--repair", "--take-lock", copy).returncode == SETTLED
    assert states(copy)[3] == PENDING
    folder_is(tmp_path, "p.h5")


def test_a_requeued_job_takes_over_on_another_host(tmp_path, trained, copy, monkeypatch):
    """The node is lost with the lock; Slurm starts the job again elsewhere, as its next restart."""
    sweep, expected = trained
    poke(copy, "runs/state", 2, PENDING)
    now = int(time.time())
    lock = f"host=another-host\nprocess=4242\njob=77\nrestart=0\nsince={now}\nheartbeat={now:012}\n"
    (tmp_path / "p.h5.lock").write_text(lock)
    refused(INPUT_OUTPUT, ["another-host", "Slurm job 77", "--take-lock"], "train", sweep, "-o", copy)
    monkeypatch.setitem(ENVIRONMENT, "SLURM_JOB_ID", "77")
    monkeypatch.setitem(ENVIRONMENT, "SLURM_RESTART_COUNT", "0")
    refused(INPUT_OUTPUT, ["another-host", "Slurm job 77"], "train", sweep, "-o", copy)
    monkeypatch.setitem(ENVIRONMENT, "SLURM_RESTART_COUNT", "1")
    train(sweep, copy)
    assert_same_population(copy, expected)
    folder_is(tmp_path, "p.h5")


@pytest.mark.parametrize("name", ["p.h5.lock", "p.h5.new"])
def test_links_are_not_followed(tmp_path, trained, name):
    """Another user of the folder puts a link in the way of a name that can be guessed."""
    sweep, expected = trained
    precious = tmp_path / "precious"
    precious.write_text("precious")
    (tmp_path / name).symlink_to(precious)
    if name.endswith("lock"):
        refused(INPUT_OUTPUT, [name, "symbolic link"], "train", sweep, "-o", tmp_path / "p.h5")
    else:
        assert_same_population(train(sweep, tmp_path / "p.h5"), expected)
    assert precious.read_text() == "precious"


def test_files_are_made_with_the_umask(tmp_path, trained):
    sweep, _ = trained
    before = os.umask(0o027)
    try:
        output = train(sweep, tmp_path / "p.h5")
        compare(output, tmp_path / "s.h5", "--metrics", "wasserstein")
    finally:
        os.umask(before)
    assert [oct(path.stat().st_mode & 0o777) for path in sorted(tmp_path.glob("*.h5"))] == ["0o640"] * 2


def test_similarity_files_are_verified(tmp_path, trained):
    _, population = trained
    path = compare(population, tmp_path / "s.h5", "--metrics", "all")
    process = run("verify", "--json", path)
    found = json.loads(process.stdout)
    assert process.returncode == SETTLED and found["problems"] == [] and found["checked"] >= 16

    def problems(place, value):
        """Of the file with one value of Wasserstein changed."""
        other = tmp_path / "other.h5"
        shutil.copy(path, other)
        with h5py.File(other, "r+") as file:
            (cohort,) = file["cohorts"].values()
            cohort["wasserstein"][place] = value
        process = run("verify", "--json", other)
        assert process.returncode == INPUT_OUTPUT
        return json.loads(process.stdout)["problems"]

    assert [*map(len, (problems((0, 2, 1), 5.0), problems((0, 1, 2), 5.0)))] == [1, 1]
    assert "not symmetric" in problems((0, 2, 1), 5.0)[0] and "wasserstein" in problems((0, 2, 1), 5.0)[0]
    assert "infinite" in problems((0, 2, 2), np.inf)[0]
    assert "1 pairs have no value, its attribute says 0" in problems((0, 2, 2), np.nan)[0]
    refused(USAGE, ["--repair", "similarity"], "verify", "--repair", path)
    with open(path, "r+b") as file:
        file.truncate(path.stat().st_size // 2)
    refused(INPUT_OUTPUT, ["s.h5"], "verify", path)
