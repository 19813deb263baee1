"""A comparison that was killed goes on where it was, and ends as an undisturbed one, bit for bit."""

import os
import random
import re
import shutil
import signal
import time

import h5py
import numpy as np
import pytest

from killing import children, kill
from similarity import bits, least_memory
from support import SETTLED, STOPPED, compare, run, start, train, wait_for, write_sweep

HEAD = 40  # bytes of a progress file before its entries
TILES = 4 * 6  # of each cohort: pairs of three blocks of runs, of which two fit into the memory
ARGUMENTS = ["--metrics", "aligned_cosine", "--memory", "set below"]


@pytest.fixture(scope="module")
def undisturbed(folder):
    """A population whose tiles take some hundredths of a second, and its similarities."""
    sweep = write_sweep(
        folder / "sweep.toml",
        {"seeds": 75, "train.learning_rate": [0.1, 0.01], "model.hidden": [[16, 8 + k] for k in range(4)]},
        data__train_limit=100,
        data__test_limit=100,
        model__hidden=None,
        train__epochs=1,
        record__snapshots="final",
        record__weights="final",
        record__probes=20,
    )
    population = train(sweep, folder / "population.h5")
    ARGUMENTS[-1] = least_memory(population, folder / "least.h5", *ARGUMENTS[:-2])
    return population, bits(compare(population, folder / "undisturbed.h5", *ARGUMENTS))


def tiles_done(path):
    """How many tiles a progress file says are done; 0 while it is not there yet."""
    progress = path.with_name(path.name + ".progress")
    if not progress.exists() or progress.stat().st_size < HEAD:
        return 0
    return np.count_nonzero(np.fromfile(progress, "<u2", offset=HEAD))


def is_rank(process):
    with open(f"/proc/{process}/cmdline") as file:
        return "compare" in file.read().split("\0")[:2]


def kill_at(population, path, tiles, delay, ranks=None):
    """Starts the comparison, kills it a moment after it has done so many tiles; returns how many it did. Where a
    busy machine let it come to its end before, it is done over from what was there."""
    before = {file: file.read_bytes() for file in path.parent.glob(path.name + "*")}
    for _ in range(5):
        process = start("compare", population, "-o", path, *ARGUMENTS, ranks=ranks)
        wait_for(lambda: tiles_done(path) >= tiles or process.poll() is not None)
        time.sleep(delay)
        kill(process)
        if not path.exists() and tiles_done(path) < TILES:
            return tiles_done(path)
        for file in path.parent.glob(path.name + "*"):
            file.unlink()
        for file, content in before.items():
            file.write_bytes(content)
    raise AssertionError("five times too late")


def finish(population, path, *arguments, ranks=None):
    """Runs it to the end; returns how many tiles of an earlier start it kept."""
    process = run("compare", population, "-o", path, *(arguments or ARGUMENTS), ranks=ranks)
    assert process.returncode == SETTLED, process.stderr
    assert not list(path.parent.glob(path.name + ".*"))
    kept = re.search(r"(\d+) tiles of an earlier start", process.stderr)
    return int(kept[1]) if kept else 0


@pytest.mark.parametrize("ranks", [None, 2])
def test_killed_again_and_again(tmp_path, undisturbed, ranks):
    population, expected = undisturbed
    path = tmp_path / "s.h5"
    chance = random.Random(ranks)
    before = 0
    for goal in sorted(chance.sample(range(1, TILES // 2), 3)):
        done = kill_at(population, path, max(goal, before), chance.uniform(0, 0.05), ranks)
        assert before <= done < TILES and not path.exists() and path.with_name("s.h5.new").exists()
        before = done
    assert finish(population, path, ranks=ranks) == before > 0
    assert bits(path) == expected


@pytest.mark.parametrize("moment", ["begin", "end"])
@pytest.mark.parametrize("delay", [0, 0.02, 0.3])
def test_killed_as_it_begins_and_as_it_ends(tmp_path, undisturbed, moment, delay):
    """Whatever is there by then: none under its name, or a whole one."""
    population, expected = undisturbed
    path = tmp_path / "s.h5"
    process = start("compare", population, "-o", path, *ARGUMENTS)
    if moment == "begin":  # the lock is the first thing made
        wait_for(lambda: list(tmp_path.iterdir()))
    else:
        wait_for(lambda: tiles_done(path) >= TILES - 1 or path.exists())
    time.sleep(delay)
    kill(process)
    assert not path.exists() or bits(path) == expected
    finish(population, path)
    assert bits(path) == expected


@pytest.fixture(scope="module")
def half(folder, undisturbed):
    (folder / "half").mkdir()
    done = kill_at(undisturbed[0], folder / "half/s.h5", TILES // 2, 0)
    assert TILES // 2 <= done < TILES
    return folder / "half", done


@pytest.fixture
def killed(tmp_path, half):
    """Files of a comparison that was killed half way, for a test of its own."""
    shutil.copytree(half[0], tmp_path, dirs_exist_ok=True)
    return tmp_path / "s.h5"


@pytest.mark.parametrize("ranks, memory", [(2, None), (None, "1GiB")])
def test_goes_on_with_other_ranks_and_memory(undisturbed, half, killed, ranks, memory):
    population, expected = undisturbed
    kept = finish(population, killed, *ARGUMENTS[:-1], memory or ARGUMENTS[-1], ranks=ranks)
    assert kept < 4 if memory else kept == half[1]  # with more memory a tile is a whole matrix
    assert bits(killed) == expected


def test_another_command_starts_anew(undisturbed, killed):
    population, (matrices, _) = undisturbed
    arguments = ["--metrics", "aligned_cosine,moment", *ARGUMENTS[2:]]
    process = run("compare", population, "-o", killed, *arguments)
    assert process.returncode == SETTLED and "tiles of an earlier start" not in process.stderr
    assert f"{killed}: what an earlier start left unfinished is of other runs, options or" in process.stderr
    found = bits(killed)[0]
    assert {name: found[name] for name in matrices} == matrices and len(found) > len(matrices) == 4


def test_other_probes_start_anew(undisturbed, killed):
    population, expected = undisturbed
    assert finish(population, killed, *ARGUMENTS, "--probes", 59) == 0
    assert bits(killed) == expected


def test_a_changed_population_starts_anew(tmp_path, undisturbed, killed):
    shutil.copy(undisturbed[0], tmp_path / "population.h5")
    with h5py.File(tmp_path / "population.h5", "r+") as file:
        file["runs/state"][5] = 0
    assert finish(tmp_path / "population.h5", killed) == 0
    fresh = compare(tmp_path / "population.h5", tmp_path / "fresh.h5", *ARGUMENTS)
    assert bits(killed) == bits(fresh) != undisturbed[1]


def damage(path, how):
    progress = path.with_name(path.name + ".progress")
    content = progress.read_bytes()
    matrices = path.with_name(path.name + ".new")
    if how == "no matrices":
        matrices.unlink()
    elif how == "truncated matrices":
        matrices.write_bytes(matrices.read_bytes()[:-1000])
    elif how == "missing":
        progress.unlink()
    else:
        changed = {
            "empty": b"",
            "half a head": content[: HEAD // 2],
            "truncated": content[:-2],
            "longer": content + b"\0\0",
            "another kind": bytes([content[0] ^ 1]) + content[1:],
            "zeros": bytes(len(content)),
        }
        progress.write_bytes(changed[how])


@pytest.mark.parametrize(
    "how",
    ["empty", "half a head", "truncated", "longer", "another kind", "zeros", "missing"]
    + ["no matrices", "truncated matrices"],
)
def test_damaged_files_start_anew(undisturbed, killed, how):
    population, expected = undisturbed
    damage(killed, how)
    assert finish(population, killed) == 0
    assert bits(killed) == expected


@pytest.mark.parametrize("ranks", [None, 2])
@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGTERM])
def test_signal_stops_cleanly(tmp_path, undisturbed, number, ranks):
    population, expected = undisturbed
    path = tmp_path / "s.h5"
    process = start("compare", population, "-o", path, *ARGUMENTS, ranks=ranks)
    wait_for(lambda: tiles_done(path) >= 1, process)
    for rank in children(process.pid)[:-1] if ranks else [process.pid]:  # mpirun would kill them in a moment
        if is_rank(rank):
            os.kill(rank, number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == STOPPED and "the same command goes on" in errors
    assert {entry.name for entry in tmp_path.iterdir()} == {"s.h5.new", "s.h5.progress"}
    done = tiles_done(path)
    assert 1 <= done < TILES
    assert finish(population, path, ranks=ranks) == done
    assert bits(path) == expected


@pytest.mark.parametrize("ranks", [None, 2])
def test_time_limit(tmp_path, undisturbed, ranks):
    """It stops 30 s before the limit, here as it begins, and again; without a limit it ends."""
    population, expected = undisturbed
    path = tmp_path / "s.h5"
    began = time.monotonic()
    process = run("compare", population, "-o", path, *ARGUMENTS, "--time-limit", "31s", ranks=ranks)
    assert time.monotonic() - began < 31
    if process.returncode != SETTLED:  # where a second is not enough
        assert process.returncode == STOPPED, process.stderr
        assert not path.exists() and path.with_name("s.h5.progress").exists()
        finish(population, path)
    assert bits(path) == expected


def test_a_finished_comparison_is_not_repeated(tmp_path, undisturbed):
    population, _ = undisturbed
    path = tmp_path / "s.h5"
    finish(population, path)
    before = path.stat()
    process = run("compare", population, "-o", path, *ARGUMENTS[:-2], ranks=2)
    assert process.returncode == SETTLED and "is there" in process.stderr
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    finish(population, path, *ARGUMENTS, "--probes", 59)
    assert path.stat().st_ino != before.st_ino
    assert [entry.name for entry in tmp_path.iterdir()] == ["s.h5"]
