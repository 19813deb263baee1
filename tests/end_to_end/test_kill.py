"""No kill loses a finished run, and the same command ends where an uninterrupted one would have."""

import random
import signal
import time

import h5py
import numpy as np
import pytest

from killing import assert_nothing_lost, check, kill
from support import (
    DONE,
    PENDING,
    SETTLED,
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
    # A run in training is saved at the step that it was at; the signal may have met none. The lock is gone.
    saved = list((tmp_path / "p.h5.checkpoints").glob("*"))
    assert [states(path)[int(name.stem.removeprefix("run-"))] for name in saved] in ([], [PENDING])
    assert {entry.name for entry in tmp_path.iterdir()} - {"p.h5.checkpoints"} == {"p.h5"}
    check(path)
    with h5py.File(path) as file:  # the summaries are of what is done so far
        (summary,) = file["population"].values()
        assert summary["runs"][0] == np.count_nonzero(file["runs/state"][:] == DONE)
    process = run("train", sweep, "-o", path)
    assert process.returncode == SETTLED
    assert bool(saved) == ("1 pack goes on from its checkpoint" in process.stderr)
    assert_same_population(path, expected)
    assert [entry.name for entry in tmp_path.iterdir()] == ["p.h5"]


def test_a_run_that_is_killed_within_goes_on_from_its_checkpoint(tmp_path):
    """One network trains for longer than it is ever left alone: without checkpoints it would never end."""
    sweep = write_sweep(tmp_path / "long.toml", {"seeds": 1}, train__epochs=1500, record__snapshots="final")
    began = time.monotonic()
    expected = train(sweep, tmp_path / "expected.h5")
    alone = time.monotonic() - began
    path = tmp_path / "p.h5"
    saved = tmp_path / "p.h5.checkpoints" / "run-0.checkpoint"
    kills = 0
    while not settled(path):
        process = start("train", sweep, "-o", path, "--checkpoint-interval", "1s")
        last = saved.stat().st_mtime_ns if saved.exists() else 0
        # Until it has saved more, or has come to its end.
        wait_for(lambda: process.poll() is not None or (saved.exists() and saved.stat().st_mtime_ns > last))
        kill(process)
        kills += 1
        assert kills < 4 * alone + 4, "it does not get on"
    assert kills > 2
    train(sweep, path)
    assert_same_population(path, expected)
    assert not saved.parent.exists()


@pytest.mark.parametrize("ranks", [None, 2])
def test_time_limit(tmp_path, sweep, ranks):
    """It stops 30 s before the limit: here after a few seconds, in the middle of a run that would take minutes."""
    path = sweep({"seeds": 2}, train__epochs=100000, record__snapshots="final")
    began = time.monotonic()
    process = run("train", path, "-o", tmp_path / "p.h5", "--time-limit", "34s", ranks=ranks)
    assert process.returncode == STOPPED and time.monotonic() - began < 30
    assert "2 of 2 runs" in process.stderr
    assert list(states(tmp_path / "p.h5")) == [PENDING, PENDING]
    assert len(list((tmp_path / "p.h5.checkpoints").iterdir())) == (ranks or 1)
    assert not list(tmp_path.glob("*.lock")) and not list(tmp_path.glob("*.new"))
