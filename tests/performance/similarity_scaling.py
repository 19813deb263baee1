#!/usr/bin/env python3
"""How the time and the memory of `kindred compare` grow with the runs.

The runs are those of a given population file, over and over, each with its weights scaled a little differently, so
that any number of them can be had without training. For each number of runs and each metric the whole program is timed
(one parameter: all weights), the time of its start on two runs taken off, with its peak memory beside what --memory
asked for; and two ranks beside one. Times are the processor's, of all ranks together, where nothing else is said: other
processes change these little.

From the times follow, by least squares of relative errors, what a pair and what the features of a run take (reading,
sorting, writing), and from these the time on more ranks: tiles are independent, so that a rank's time is its share of
the pairs and of the features that its tiles load. Tiles are chosen as the program does (src/compare/tasks.cpp): larger
ones load runs less often, smaller ones are shared more evenly. What such ranks read together is printed beside: where
the file system gives less, that is the limit.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time

import h5py
import numpy as np

MEBIBYTE = 2**20
MPIRUN = ["mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-n"]


SWEEP = """
[data]
dataset = "mnist"
train_limit = 64
test_limit = 64
[model]
architecture = "mlp"
hidden = {hidden}
[train]
epochs = 1
[record]
snapshots = "final"
histogram_bins = 4
quantiles = 2
probes = 2
[[sweep]]
seeds = {runs}
"""


def make_population(options, path, runs):
    """The file that a sweep of so many runs would fill, its rows of weights written here."""
    with h5py.File(options.population) as file:
        cohort = next(iter(file["cohorts"].values()))
        done = np.flatnonzero(file["runs/state"][:][cohort["run"][:]] == 1)
        weights = cohort["weights"][:, -1][done]
        hidden = [layer["out"] for layer in json.loads(cohort.attrs["architecture"])["layers"] if "out" in layer]
    with open(path + ".toml", "w") as file:
        file.write(SWEEP.format(hidden=hidden[:-1], runs=runs))
    # The limit is reached a second after the start, when the file is there.
    command = [options.kindred, "train", file.name, "-o", path, "--time-limit", "31s", "--log-level", "off"]
    if subprocess.run(command, check=False).returncode not in (0, 85):
        sys.exit(f"{' '.join(command)} failed")
    with h5py.File(path, "r+") as file:
        target = next(iter(file["cohorts"].values()))["weights"]
        for run in range(runs):
            target[run, 0] = weights[run % len(weights)] * np.float32(1 + run / runs)
        file["runs/state"][:] = 1


def run(options, population, output, metric, ranks=1):
    """Seconds of the processor and of a clock, and the peak memory in bytes of the largest process."""
    command = [options.kindred, "compare", population, "-o", output, "--metrics", metric, "--parameters", "all"]
    command += ["--memory", f"{options.memory}MiB", "--log-level", "error"]
    if ranks > 1:
        command = MPIRUN + [str(ranks), *command]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)} failed")
    os.remove(output)
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - start, usage.ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("population", help="whose first cohort's weights are used")
    parser.add_argument("--kindred", required=True, help="the built program")
    parser.add_argument("--runs", type=int, nargs="+", default=[100, 300, 1000, 3000])
    parser.add_argument("--metrics", nargs="+", default=["wasserstein", "cosine"])
    parser.add_argument("--memory", type=int, default=1024, help="MiB of each rank (default: %(default)s)")
    parser.add_argument("--ranks", type=int, nargs="*", default=[64, 1024], help="that the model is asked for")
    parser.add_argument("--folder", help="for the files (default: the system's temporary folder)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        output = os.path.join(folder, "similarity.h5")
        small = os.path.join(folder, "small.h5")
        make_population(options, small, 2)
        with h5py.File(small) as file:
            weights = next(iter(file["cohorts"].values()))["weights"].shape[-1]
        populations = {runs: os.path.join(folder, f"{runs}.h5") for runs in options.runs}
        for runs, path in populations.items():
            make_population(options, path, runs)
        for metric in options.metrics:
            started, _, base = run(options, small, output, metric)
            print(f"{metric}: {started:.2f} s and {base / MEBIBYTE:.0f} MiB for two runs", flush=True)
            took = scale(options, metric, populations, output, started, base)
            if len(took) > 1:
                model(options, took, weights)
    return 0


def scale(options, metric, populations, output, started, base):
    """Seconds of one rank for each number of runs."""
    took = {}
    for runs, path in populations.items():
        pairs = runs * (runs + 1) / 2
        seconds, clock, memory = run(options, path, output, metric)
        took[runs] = max(seconds - started, 1e-3)
        line = f"  {runs:6d} runs {took[runs]:9.2f} s {took[runs] / pairs * 1e6:8.2f} us a pair"
        line += f", {(memory - base) / MEBIBYTE:5.0f} MiB more than for two runs (--memory {options.memory} MiB)"
        both, clock_of_two, _ = run(options, path, output, metric, ranks=2)
        line += f"; two ranks {both - 2 * started:8.2f} s together, by the clock {clock / clock_of_two:.2f} times"
        line += f" as quick as one ({clock:.1f} s)"
        print(line, flush=True)
    return took


def tiles(runs, ranks, pair, feature, most):
    """(seconds of all tiles, those of the largest, runs that are loaded) with the best number of blocks a side."""
    choices = []
    for side in range(1, most + 1):
        rows = min(runs, 64 * side)
        beside = math.ceil(math.ceil(runs / 64) / side)
        loads, largest = runs * beside, (rows * feature * (1 + (rows < runs)), rows * rows * pair)
        if side == 1 or sum(largest) < 10:
            total = loads * feature + runs * (runs + 1) / 2 * pair
            choices.append((max(total / ranks, 1.5 * sum(largest)), total, sum(largest), loads, side))
    return min(choices)[1:]


def model(options, took, weights):
    runs = np.array(list(took), dtype=float)
    seconds = np.array(list(took.values()))
    terms = np.stack([runs * (runs + 1) / 2, runs], axis=1) / seconds[:, None]
    pair, feature = np.maximum(np.linalg.lstsq(terms, np.ones(len(runs)), rcond=None)[0], 1e-9)
    fit = pair * runs * (runs + 1) / 2 + feature * runs
    print(f"  a pair takes {pair * 1e6:.2f} us, a run {feature * 1e3:.2f} ms: the times within "
          f"{np.max(np.abs(fit / seconds - 1)):.0%}; {pair / 2 * 1e6:.2f} us x runs squared where there are many")
    most = max(1, int(options.memory * MEBIBYTE / 2 / (64 * 4 * weights)))
    for count in options.ranks:
        for number in (int(max(runs)), 100000):
            total, largest, loads, side = tiles(number, count, pair, feature, most)
            share, bytes_read = total / count, loads * weights * 4
            print(f"  {count:5d} ranks, {number:6d} runs: {share:.1f} to {share + largest:.1f} s, tiles of {64 * side} "
                  f"runs a side, {bytes_read / share / 1e9:.1f} GB/s read by all together")


if __name__ == "__main__":
    sys.exit(main())
