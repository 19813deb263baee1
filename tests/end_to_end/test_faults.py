"""What happens when things go wrong around the program. CTest runs this in a mount namespace of
its own, where small disks can be mounted."""

import os
import re
import signal
import subprocess
import time

import h5py
import numpy as np
import pytest

from killing import assert_nothing_lost, check, children, kill
from support import (
    DIVERGED,
    DONE,
    ENVIRONMENT,
    INPUT_OUTPUT,
    PENDING,
    SETTLED,
    assert_same_population,
    command,
    run,
    settled,
    start,
    states,
    train,
    wait_for,
    write_sweep,
)


@pytest.fixture
def disk(tmp_path):
    """Mounts a disk of so much memory; gives its folder."""
    folder = tmp_path / "disk"

    def mount(size):
        folder.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder], check=True)
        return folder

    yield mount
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture(scope="module")
def population(folder):
    """Runs of a second or so each, and their population."""
    sweep = write_sweep(folder / "sweep.toml", {"seeds": 6}, train__epochs=300, record__snapshots=[0, 150, 300])
    return sweep, train(sweep, folder / "expected.h5")


def fill(folder):
    """Leaves no byte of the disk free."""
    with open(folder / "filler", "wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                pass


def test_the_disk_is_too_small(disk, population):
    sweep, _ = population
    folder = disk("256k")
    process = run("train", sweep, "-o", folder / "p.h5")
    assert process.returncode == INPUT_OUTPUT
    assert re.search(r"cannot create .*p\.h5 \(it needs .*, the disk has .* left\) free some space", process.stderr)
    assert list(folder.iterdir()) == []


def test_the_disk_fills_up_while_it_trains(disk, population):
    """The population's room is reserved, so only checkpoints are lost, which is told."""
    sweep, expected = population
    folder = disk("64m")
    path = folder / "p.h5"
    process = start("train", sweep, "-o", path, "--checkpoint-interval", "1s")
    wait_for(lambda: settled(path) >= 1, process)
    fill(folder)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == SETTLED, errors
    assert_same_population(path, expected)
    assert sorted(entry.name for entry in folder.iterdir()) in (["filler", "p.h5"],)


def test_a_checkpoint_that_the_disk_does_not_take_is_told(disk, tmp_path):
    sweep = write_sweep(tmp_path / "long.toml", {"seeds": 1}, train__epochs=1500, record__snapshots="final")
    expected = train(sweep, tmp_path / "expected.h5")
    folder = disk("64m")
    path = folder / "p.h5"
    process = start("train", sweep, "-o", path, "--checkpoint-interval", "1s")
    wait_for(path.exists, process)
    fill(folder)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == SETTLED and "no checkpoint of run 0 (" in errors
    assert_same_population(path, expected)


def test_a_file_system_that_cannot_be_written(disk, population):
    sweep, expected = population
    folder = disk("64m")
    (folder / "p.h5").write_bytes(expected.read_bytes())
    subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
    for name in ("p.h5", "new.h5"):
        process = run("train", sweep, "-o", folder / name)
        assert process.returncode == INPUT_OUTPUT
        assert "Read-only file system" in process.stderr and len(process.stderr.splitlines()) == 1
    for verb in ("status", "verify", "summary"):
        assert run(verb, folder / "p.h5").returncode == SETTLED


@pytest.mark.parametrize("replaced", [False, True])
def test_the_file_is_taken_away(tmp_path, population, replaced):
    sweep, _ = population
    path = tmp_path / "p.h5"
    process = start("train", sweep, "-o", path, ranks=2)
    wait_for(lambda: settled(path) >= 1, process)
    path.unlink()
    if replaced:
        path.write_text("another file")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == INPUT_OUTPUT
    assert "was removed or replaced while it was written" in errors
    assert replaced == path.exists() and (not replaced or path.read_text() == "another file")


def test_values_that_are_not_finite_end_a_run_alone(tmp_path, sweep):
    """After two steps of such a learning rate the third one's products overflow: those runs are diverged and say
    so, the others go on."""
    path = train(
        sweep({"seeds": 2, "train.learning_rate": [0.05, 1e10]}, train__batch_size=500, model__activation="gelu"),
        tmp_path / "p.h5",
        ranks=2,
    )
    with h5py.File(path) as file:
        runs = file["runs"]
        lost = runs["train.learning_rate"][:] > 1
        np.testing.assert_array_equal(runs["state"][:], np.where(lost, DIVERGED, DONE))
        assert set(runs["message"][lost]) == {b"the training loss stopped being finite in epoch 1"}
        np.testing.assert_array_equal(runs["epochs_completed"][:], np.where(lost, 0, 2))
    check(path)


def test_a_rank_that_hangs_holds_up_its_run_alone(tmp_path, population):
    sweep, expected = population
    path = tmp_path / "p.h5"
    process = start("train", sweep, "-o", path, ranks=3)
    wait_for(lambda: settled(path) >= 1, process)
    *ranks, _launcher = children(process.pid)
    os.kill(ranks[-1], signal.SIGSTOP)
    try:
        # Its run, and no other, stays as it is.
        wait_for(lambda: settled(path) >= len(states(path)) - 1, process)
        time.sleep(0.3)
        assert process.poll() is None
        before = states(path)
    finally:
        kill(process)
    check(path)
    assert_nothing_lost(before, path)
    assert_same_population(train(sweep, path, ranks=2), expected)


def test_the_launcher_killed(tmp_path):
    """Its ranks end with it, and the lock that they leave holds up nobody. They may take a second to notice: there
    are more runs than they could train meanwhile."""
    sweep = write_sweep(tmp_path / "sweep.toml", {"seeds": 24}, train__epochs=300, record__snapshots=[0, 300])
    path = tmp_path / "p.h5"
    process = start("train", sweep, "-o", path, ranks=2)
    wait_for(lambda: settled(path) >= 2, process)
    kill(process, slice(-1, None))
    check(path)
    before = states(path)
    assert PENDING in before
    train(sweep, path, ranks=2)
    assert_nothing_lost(before, path)
    assert_same_population(path, train(sweep, tmp_path / "expected.h5", ranks=2))


@pytest.mark.parametrize("shift", ["-1d", "+1d"])
def test_a_clock_that_was_set(tmp_path, population, shift):
    """A lock left in what now is the future, runs finished then, checkpoints of then: nothing depends on it."""
    sweep, expected = population
    path = tmp_path / "p.h5"
    process = start("train", sweep, "-o", path, "--checkpoint-interval", "1s")
    wait_for(lambda: settled(path) >= 2, process)
    kill(process)
    before = states(path)
    words = ["faketime", "-f", shift, *command("train", sweep, "-o", path)]
    process = subprocess.run(words, env=ENVIRONMENT, capture_output=True, text=True, timeout=120)
    assert process.returncode == SETTLED, process.stderr
    assert_nothing_lost(before, path)
    assert PENDING not in states(path)
    assert_same_population(path, expected)
    status = run("status", path)
    assert status.returncode == SETTLED and "nan" not in status.stdout
