#!/usr/bin/env python3
"""How the time and the memory of `kindred compare` grow with the runs.

The runs are those of a given population file, over and over, each with its weights scaled a little differently, so
that any number of them can be had without training. For each number of runs and each
metric the whole program is timed (one parameter: all weights), the time of its start on two runs taken off, with its
peak memory beside what --memory asked for. At the end two ranks beside one, and what the measured rates say of more
ranks: tiles are independent, so that a rank's time is its share of the pairs and of the features that its tiles load.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

import h5py
import numpy as np

MEBIBYTE = 2**20


def write_safetensors(path, names, shapes, weights):
    header, end = {}, 0
    for name, shape in zip(names, shapes):
        size = int(np.prod(shape)) * 4
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + weights.tobytes())


def make_population(options, path, runs):
    """By `kindred ingest`, as if they had been trained elsewhere."""
    with h5py.File(options.population) as file:
        cohort = next(iter(file["cohorts"].values()))
        done = np.flatnonzero(file["runs/state"][:][cohort["run"][:]] == 1)
        stored = cohort["weights"][:, -1][done]
        parameters = json.loads(cohort.attrs["architecture"])["parameters"]
    names, shapes = [p["name"] for p in parameters], [p["shape"] for p in parameters]
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for run in range(runs):
            weights = stored[run % len(done)] * np.float32(1 + run / runs)
            write_safetensors(os.path.join(folder, f"{run:05d}.safetensors"), names, shapes, weights)
        command = [options.kindred, "ingest", folder, "-o", path, "--log-level", "error"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def run(options, population, output, metric, ranks=1):
    """Seconds, and the peak memory in bytes of the largest process."""
    command = [options.kindred, "compare", population, "-o", output, "--metrics", metric, "--parameters", "all"]
    command += ["--memory", f"{options.memory}MiB", "--log-level", "error"]
    if ranks > 1:
        command = ["mpirun", "--oversubscribe", "--bind-to", "none", "-n", str(ranks), *command]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)} failed")
    os.remove(output)
    return time.perf_counter() - start, usage.ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("population", help="whose first cohort's weights are used")
    parser.add_argument("--kindred", required=True, help="the built program")
    parser.add_argument("--runs", type=int, nargs="+", default=[100, 300, 1000, 3000])
    parser.add_argument("--metrics", nargs="+", default=["wasserstein", "cosine"])
    parser.add_argument("--memory", type=int, default=1024, help="MiB for features (default: %(default)s)")
    parser.add_argument("--folder", help="for the files (default: the system's temporary folder)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        output = os.path.join(folder, "similarity.h5")
        small = os.path.join(folder, "small.h5")
        make_population(options, small, 2)
        for metric in options.metrics:
            started, base = run(options, small, output, metric)
            print(f"{metric}: {started:.2f} s and {base / MEBIBYTE:.0f} MiB for two runs", flush=True)
            scale(options, metric, folder, started, base)
    return 0


def scale(options, metric, folder, started, base):
    output = os.path.join(folder, "similarity.h5")
    for runs in options.runs:
        path = os.path.join(folder, f"{runs}.h5")
        if not os.path.exists(path):
            make_population(options, path, runs)
        pairs = runs * (runs + 1) / 2
        seconds, memory = run(options, path, output, metric)
        took = max(seconds - started, 1e-9)
        line = f"  {runs:6d} runs {took:9.2f} s {took / pairs * 1e6:7.2f} us a pair"
        line += f" {(memory - base) / MEBIBYTE:7.0f} MiB more than for two runs (--memory {options.memory} MiB)"
        two, _ = run(options, path, output, metric, ranks=2)
        line += f"; two ranks {two - started:8.2f} s, {took / max(two - started, 1e-9):.2f} times as quick"
        print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
