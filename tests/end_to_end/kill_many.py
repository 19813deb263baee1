"""Kills `kindred train` and `kindred compare` at random moments, hundreds of times, and checks each time that no
finished run is lost, that every file can be read, and that what is resumed ends as what was never disturbed, bit
for bit. By hand: `python kill_many.py --train 200 --compare 50` (KINDRED_PROGRAM and KINDRED_SOURCE as CTest sets
them). A few of its rounds are a test of CTest's, test_kill_many.py."""

import argparse
import random
import shutil
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np

from killing import assert_nothing_lost, check, kill
from similarity import bits, least_memory
from support import (
    PENDING,
    SETTLED,
    assert_same_population,
    compare,
    run,
    settled,
    start,
    states,
    train,
    wait_for,
    write_sweep,
)

# Runs of tenths of a second to seconds, so that kills meet creation, training, checkpoints and writing.
SWEEPS = {
    "mlp": ([{"seeds": 6, "train.learning_rate": [0.1, 1e20]}], {"train__epochs": 60, "record__snapshots": [0, 30, 60]}),
    "long": ([{"seeds": 3}], {"train__epochs": 1200, "record__snapshots": "final", "model__dropout": 0.2}),
    "cnn": (
        [{"seeds": 3, "model.architecture": "cnn", "model.channels": [[4, 6]], "train.optimizer": ["adam"]}],
        {"train__epochs": 12, "model__dropout": 0.2},
    ),
    "mixed": (
        [
            {"seeds": 3, "train.label_noise": [0.3]},
            {"seeds": 2, "model.architecture": "vit", "model.dim": [16], "model.depth": [2], "train.optimizer": ["adamw"]},
        ],
        {"train__epochs": 8, "train__schedule": "cosine"},
    ),
}


class Killer:
    """Chooses the moments, and counts."""

    def __init__(self, seed, folder):
        self.chance = random.Random(seed)
        self.folder = Path(folder)
        self.kills = Counter()
        self.resumed = 0
        self.completed = 0

    def disturb(self, process, longest, begun):
        """Lets it run for a random time, then kills a process of it or all. False when it ended before. One time in
        four the time counts from its start, otherwise from when `begun()`, which a busy machine may take long for."""
        if self.chance.random() < 0.75:
            wait_for(lambda: begun() or process.poll() is not None)
        end = time.monotonic() + self.chance.uniform(0, longest)
        while time.monotonic() < end:
            if process.poll() is not None:
                return False
            time.sleep(0.005)
        # The ranks come first, the launcher last.
        which = self.chance.choice(["everything", "one rank", "the launcher"])
        first = {"everything": 0, "one rank": self.chance.randrange(self.ranks), "the launcher": self.ranks}[which]
        if process.poll() is not None:
            return False
        kill(process, slice(first, None if which == "everything" else first + 1))
        self.kills[which] += 1
        return True

    @staticmethod
    def progress(path):
        """Changes when a run is settled or a checkpoint written."""
        if not path.exists():
            return None
        saved = path.with_name(path.name + ".checkpoints").glob("*.checkpoint")
        try:
            return settled(path), sorted(file.stat().st_mtime_ns for file in saved)
        except FileNotFoundError:  # just removed or replaced
            return None

    def train(self, sweep, expected, path, most):
        """One population from nothing to its end, killed on the way; at most so many kills."""
        before = np.zeros(len(states(expected)), np.uint8)
        self.ranks = self.chance.choice([1, 2, 3, 4])
        while True:
            arguments = ["train", sweep, "-o", path, "--checkpoint-interval", "1s"]
            if sum(self.kills.values()) >= most:
                finished = run(*arguments, ranks=self.ranks)
                assert finished.returncode == SETTLED, finished.stderr
                errors = finished.stderr
            else:
                before_start = self.progress(path)
                process = start(*arguments, ranks=self.ranks)
                if self.disturb(process, 2, lambda: self.progress(path) not in (None, before_start)):
                    errors = None
                else:
                    errors = process.communicate(timeout=60)[1]
                    assert process.returncode == SETTLED, errors
            if path.exists():
                check(path)
                assert_nothing_lost(before, path)
                before = states(path)
            if errors is not None:
                break
            self.resumed += len(list(path.with_name(path.name + ".checkpoints").glob("*.checkpoint")))
        assert PENDING not in before
        assert_same_population(path, expected)
        left = [entry.name for entry in path.parent.iterdir()]
        assert left == [path.name], left
        self.completed += 1

    def compare(self, population, expected, path, options, most):
        self.ranks = self.chance.choice([1, 2, 3, 4])
        arguments = ["compare", population, "-o", path, *options]
        while True:
            if sum(self.kills.values()) >= most:
                finished = run(*arguments, ranks=self.ranks)
                assert finished.returncode == SETTLED, finished.stderr
                break
            process = start(*arguments, ranks=self.ranks)
            if not self.disturb(process, 1, path.with_name(path.name + ".progress").exists):
                errors = process.communicate(timeout=60)[1]
                assert process.returncode == SETTLED, errors
                break
        assert bits(path) == expected
        assert not list(path.parent.glob(path.name + ".*"))
        self.completed += 1


def kill_training(kills, seed, folder, names=tuple(SWEEPS)):
    """So many kills of trainings. Returns the Killer, which has counted."""
    killer = Killer(seed, folder)
    expected = {}
    while sum(killer.kills.values()) < kills:
        name = killer.chance.choice(names)
        blocks, base = SWEEPS[name]
        if name not in expected:
            sweep = write_sweep(killer.folder / f"{name}.toml", *blocks, **base)
            expected[name] = sweep, train(sweep, killer.folder / f"{name}.h5", ranks=2)
        sweep, whole = expected[name]
        place = killer.folder / "killed"
        place.mkdir()
        killer.train(sweep, whole, place / "p.h5", kills)
        shutil.rmtree(place)
    return killer


def kill_comparing(kills, seed, folder):
    killer = Killer(seed, folder)
    sweep = write_sweep(
        killer.folder / "compared.toml",
        {"seeds": 70, "train.learning_rate": [0.1, 0.01]},
        data__train_limit=100,
        data__test_limit=100,
        train__epochs=1,
        record__snapshots="final",
        record__weights="final",
        record__probes=20,
    )
    population = train(sweep, killer.folder / "compared.h5")
    options = ["--metrics", "all", "--probes", 60]
    expected = bits(compare(population, killer.folder / "expected.h5", *options))
    options += ["--memory", least_memory(population, killer.folder / "none.h5", *options)]  # many tiles
    while sum(killer.kills.values()) < kills:
        place = killer.folder / "killed"
        place.mkdir()
        killer.compare(population, expected, place / "s.h5", options, kills)
        shutil.rmtree(place)
    return killer


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", type=int, default=200, help="kills of trainings")
    parser.add_argument("--compare", type=int, default=50, help="kills of comparisons")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for verb, kills, work in (("train", options.train, kill_training), ("compare", options.compare, kill_comparing)):
        if not kills:
            continue
        with tempfile.TemporaryDirectory() as folder:
            killer = work(kills, options.seed, folder)
        saved = f", {killer.resumed} packs went on from checkpoints" if verb == "train" else ""
        print(
            f"{verb}: {sum(killer.kills.values())} kills ({dict(killer.kills)}), {killer.completed} files completed and equal "
            f"to undisturbed ones{saved}; nothing lost",
            flush=True,
        )


if __name__ == "__main__":
    main()
