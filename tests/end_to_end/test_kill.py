"""No kill loses a finished run, and the same command ends where an uninterrupted one would have."""

import os
import random
import signal
import time
from pathlib import Path

import h5py
import numpy as np
import pytest

from support import (
    DONE,
    PENDING,
    STOPPED,
    assert_same_population,
    run,
    settled,
    start,
    states,
    train,
    wait_for,
    write_sweep,
)

RUNS = 24


@pytest.fixture(scope="module")
def uninterrupted(folder):
    # The runs that diverge come first and take no time; each of the others takes tenths of a second.
    sweep = write_sweep(
        folder / "sweep.toml",
        {"seeds": RUNS // 3, "train.learning_rate": [1e20, 0.1, 0.01]},
        train__epochs=16,
        record__snapshots=[0, 8, 16],
    )
    return sweep, train(sweep, folder / "uninterrupted.h5")


def children(process):
    """The process's descendants, itself last."""
    found = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        for child in task.read_text().split():
            found += children(int(child))
    return found + [process]


def is_alive(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def kill(process, which=slice(None)):
    """SIGKILL to the launcher and all its ranks at once; waits until the last one is gone."""
    everyone = children(process.pid)
    for victim in everyone[which]:
        os.kill(victim, signal.SIGKILL)
    process.communicate(timeout=60)
    wait_for(lambda: not any(map(is_alive, everyone)))


def check(path):
    """What a kill left is whole: every settled run verifies, and the file can be read."""
    process = run("verify", path)
    assert process.returncode == 0, process.stdout + process.stderr
    assert f"{settled(path)} runs checked, 0 problems" in process.stdout


def assert_nothing_lost(before, path):
    now = states(path)
    kept = before != PENDING
    np.testing.assert_array_equal(now[kept], before[kept])


@pytest.mark.parametrize("seed", range(2))
def test_killed_again_and_again(tmp_path, uninterrupted, seed):
    sweep, expected = uninterrupted
    path = tmp_path / "p.h5"
    chance = random.Random(seed)
    before = np.zeros(RUNS, np.uint8)
    # The moment is within a run: a number of settled runs, and then some time.
    for goal in sorted(chance.sample(range(1, RUNS // 2), 3)):
        process = start("train", sweep, "-o", path, ranks=2)
        wait_for(lambda: settled(path) >= goal, process)
        time.sleep(chance.uniform(0, 0.05))
        kill(process)
        check(path)
        assert_nothing_lost(before, path)
        before = states(path)
        assert goal <= np.count_nonzero(before) < RUNS
        assert path.with_name("p.h5.lock").exists()
    train(sweep, path, ranks=2)
    assert_nothing_lost(before, path)
    assert_same_population(path, expected)
    assert [entry.name for entry in tmp_path.iterdir()] == ["p.h5"]


@pytest.mark.parametrize("seed", range(2))
def test_killed_while_it_starts(tmp_path, uninterrupted, seed):
    """Whatever moment of the file's creation it is: there is none under its name, or a whole one."""
    sweep, expected = uninterrupted
    path = tmp_path / "p.h5"
    process = start("train", sweep, "-o", path)
    wait_for(lambda: list(tmp_path.iterdir()), process)  # the lock is the first thing made
    time.sleep(random.Random(seed).uniform(0, 0.3))
    kill(process)
    if path.exists():
        check(path)
    assert_same_population(train(sweep, path), expected)
    assert [entry.name for entry in tmp_path.iterdir()] == ["p.h5"]


def test_one_rank_killed(tmp_path, uninterrupted):
    sweep, expected = uninterrupted
    path = tmp_path / "p.h5"
    process = start("train", sweep, "-o", path, ranks=2)
    wait_for(lambda: settled(path) >= 3, process)
    kill(process, slice(0, 1))
    assert process.returncode not in (0, STOPPED)
    check(path)
    before = states(path)
    assert 3 <= np.count_nonzero(before) < RUNS
    train(sweep, path, ranks=2)
    assert_nothing_lost(before, path)
    assert_same_population(path, expected)


@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGTERM])
def test_signal_stops_cleanly(tmp_path, uninterrupted, number):
    sweep, expected = uninterrupted
    path = tmp_path / "p.h5"
    process = start("train", sweep, "-o", path)
    wait_for(lambda: settled(path) >= 4, process)
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == STOPPED
    left = RUNS - settled(path)
    assert 0 < left <= RUNS - 4 and f"{left} of {RUNS} runs" in errors
    assert [entry.name for entry in tmp_path.iterdir()] == ["p.h5"]
    check(path)
    with h5py.File(path) as file:  # the summaries are of what is done so far
        (summary,) = file["population"].values()
        assert summary["runs"][0] == np.count_nonzero(file["runs/state"][:] == DONE)
    train(sweep, path)
    assert_same_population(path, expected)


@pytest.mark.parametrize("ranks", [None, 2])
def test_time_limit(tmp_path, sweep, ranks):
    """It stops 30 s before the limit: here after a second, in the middle of a run that would take minutes."""
    path = sweep({"seeds": 2}, train__epochs=100000, record__snapshots="final")
    began = time.monotonic()
    process = run("train", path, "-o", tmp_path / "p.h5", "--time-limit", "31s", ranks=ranks)
    assert process.returncode == STOPPED and time.monotonic() - began < 30
    assert "2 of 2 runs" in process.stderr
    assert list(states(tmp_path / "p.h5")) == [PENDING, PENDING]
    assert not list(tmp_path.glob("*.lock")) and not list(tmp_path.glob("*.new"))
