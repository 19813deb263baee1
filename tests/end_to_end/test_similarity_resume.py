"""A comparison that was killed goes on where it was, and ends as an undisturbed one, bit for bit."""

import random
import re
import shutil
import time

import h5py
import numpy as np
import pytest

from killing import kill
from similarity import bits
from support import SETTLED, compare, run, start, train, wait_for, write_sweep

HEAD = 32  # bytes of a progress file before its entries
TILES = 4 * 6  # of aligned_cosine and of three representations: pairs of three blocks of runs
ARGUMENTS = ["--metrics", "aligned_cosine,procrustes", "--memory", "100KiB", "--probes", 60]


@pytest.fixture(scope="module")
def undisturbed(folder):
    """A population whose tiles take some hundredths of a second, and its similarities."""
    sweep = write_sweep(
        folder / "sweep.toml",
        {"seeds": 75, "train.learning_rate": [0.1, 0.01]},
        data__train_limit=100,
        data__test_limit=100,
        model__hidden=[24, 12],
        train__epochs=1,
        record__snapshots="final",
        record__weights="final",
        record__probes=20,
    )
    population = train(sweep, folder / "population.h5")
    return population, bits(compare(population, folder / "undisturbed.h5", *ARGUMENTS))


def tiles_done(path):
    """How many tiles a progress file says are done; 0 while it is not there yet."""
    progress = path.with_name(path.name + ".progress")
    if not progress.exists() or progress.stat().st_size < HEAD:
        return 0
    return np.count_nonzero(np.fromfile(progress, "<u2", offset=HEAD))


def kill_at(population, path, tiles, delay, ranks=None):
    """Starts the comparison, kills it a moment after it has done so many tiles; returns how many it did."""
    process = start("compare", population, "-o", path, *ARGUMENTS, ranks=ranks)
    wait_for(lambda: tiles_done(path) >= tiles, process)
    time.sleep(delay)
    kill(process)
    return tiles_done(path)


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


@pytest.mark.parametrize("ranks, memory", [(2, "100KiB"), (None, "1GiB")])
def test_goes_on_with_other_ranks_and_memory(undisturbed, half, killed, ranks, memory):
    population, expected = undisturbed
    kept = finish(population, killed, *ARGUMENTS[:3], memory, *ARGUMENTS[4:], ranks=ranks)
    assert kept == half[1] if memory == "100KiB" else kept < 4  # now a tile is a whole matrix
    assert bits(killed) == expected


def test_another_command_starts_anew(undisturbed, killed):
    population, (matrices, _) = undisturbed
    assert finish(population, killed, "--metrics", "procrustes", *ARGUMENTS[2:]) == 0
    found = bits(killed)[0]
    assert found == {name: values for name, values in matrices.items() if name.endswith("procrustes")}
    assert len(found) == 2


def test_other_probes_start_anew(undisturbed, killed):
    population, (matrices, _) = undisturbed
    assert finish(population, killed, *ARGUMENTS[:-1], 59) == 0
    found = bits(killed)[0]
    assert {name for name in found if found[name] == matrices[name]} == {
        name for name in found if name.endswith("aligned_cosine")
    }


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
    if how == "no matrices":
        path.with_name(path.name + ".new").unlink()
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
    "how", ["empty", "half a head", "truncated", "longer", "another kind", "zeros", "missing", "no matrices"]
)
def test_a_damaged_progress_file_starts_anew(undisturbed, killed, how):
    population, expected = undisturbed
    damage(killed, how)
    assert finish(population, killed) == 0
    assert bits(killed) == expected
