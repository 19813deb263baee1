#!/usr/bin/env python3
"""Spectral figures of weight matrices, Kindred's beside WeightWatcher's and numpy's: do they agree, how fast is each.

WeightWatcher analyses a network of linear layers of one shape with its default settings; the time is that of
`analyze`, by the layer. numpy's is that of numpy.linalg.svd in double without vectors, of the norms and ranks, and
of a plain loop over the definition of the fit. Ours is that of the singular values and all six figures. The weights
are of Student's t distribution with three degrees of freedom: heavy-tailed, as trained ones are. Each side runs
alone on one core, one after another; medians over the repeats, and the ratio's over the repeats' ratios, with the
smallest and largest.

The script fails unless the figures agree to 1e-6 of themselves. A derivation: an eigenvalue is off by at most
64 2^-53 of the largest (singular_values.hpp), so one above 1e-5 by 7e-10 of itself times the largest, which is a
few tens; the exponent follows the mean of the logarithms, its distance each of them.

WeightWatcher is no dependency of Kindred. Make a venv for it and start this script with that one's Python:
  python3 -m venv ww && ww/bin/pip install weightwatcher torch
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

SHAPES = [(128, 784), (64, 128), (384, 128), (128, 1152), (512, 512)]
TOLERANCE = 1e-6
LAYERS = 4  # of the network that WeightWatcher analyses
INSTALL = "python3 -m venv ww && ww/bin/pip install weightwatcher torch"


def make_matrix(rows, columns):
    import numpy

    draws = numpy.random.default_rng(1).standard_t(3, (rows, columns))
    return (draws / columns**0.5).astype(numpy.float32)


def timed(function, seconds):
    """What the function returns, and the mean seconds of a call after the first."""
    function()
    calls, start = 0, time.perf_counter()
    while True:
        result = function()
        calls += 1
        elapsed = time.perf_counter() - start
        if elapsed > seconds:
            return result, elapsed / calls


def with_numpy(rows, columns, seconds):
    import numpy

    matrix = make_matrix(rows, columns)

    def fit(eigenvalues):
        size = len(eigenvalues)
        logarithms = numpy.log(eigenvalues)
        best = (numpy.inf, numpy.nan)
        for i in range(size - 1):
            tail = logarithms[i:] - logarithms[i]
            decay = (size - i) / tail.sum()
            distance = numpy.abs(1 - numpy.exp(-decay * tail) - numpy.arange(size - i) / (size - i)).max()
            best = min(best, (distance, 1 + decay))
        return best

    def describe():
        values = numpy.linalg.svd(matrix.astype(numpy.float64), compute_uv=False)
        eigenvalues = values[::-1] ** 2
        shares = values / values.sum()
        distance, alpha = fit(eigenvalues[eigenvalues > 1e-5])
        return {
            "spectral_norm": values[0],
            "frobenius_norm": eigenvalues.sum() ** 0.5,
            "stable_rank": eigenvalues.sum() / eigenvalues[-1],
            "effective_rank": numpy.exp(-(shares * numpy.log(shares)).sum()),
            "alpha": alpha,
            "alpha_ks": distance,
        }

    figures, mean = timed(describe, seconds)
    return {"seconds": mean, **figures}


def with_weightwatcher(rows, columns, seconds):
    import logging

    import torch
    import weightwatcher

    logging.getLogger("weightwatcher").setLevel(logging.ERROR)
    torch.set_num_threads(1)
    network = torch.nn.Sequential(*(torch.nn.Linear(columns, rows, bias=False) for _ in range(LAYERS)))
    for layer in network:
        layer.weight.data = torch.from_numpy(make_matrix(rows, columns))
    table, mean = timed(lambda: weightwatcher.WeightWatcher(model=network).analyze(), seconds)
    first = table.iloc[0]
    return {
        "seconds": mean / LAYERS,
        "spectral_norm": first["spectral_norm"] ** 0.5,  # it means the eigenvalue
        "stable_rank": first["stable_rank"],
        "alpha": first["alpha"],
        "alpha_ks": first["D"],
    }


PEERS = {"numpy": with_numpy, "weightwatcher": with_weightwatcher}


def on_one_core(command):
    """The JSON that the command prints in its last line."""
    core = min(os.sched_getaffinity(0))
    environment = os.environ | {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}

    def pin():
        os.sched_setaffinity(0, {core})

    result = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env=environment, preexec_fn=pin
    )
    return json.loads(result.stdout.splitlines()[-1])


def measure(arguments, rows, columns):
    """Prints the lines of one shape; whether all agree."""
    shape = [str(rows), str(columns)]
    own = []
    theirs = {peer: [] for peer in arguments.peers}
    with tempfile.NamedTemporaryFile() as file:
        make_matrix(rows, columns).tofile(file.name)
        for _ in range(arguments.repeats):
            own.append(on_one_core([arguments.program, file.name, *shape, str(arguments.seconds)]))
            for peer, results in theirs.items():
                command = [sys.executable, __file__, "--seconds", str(arguments.seconds)]
                results.append(on_one_core([*command, "--peer", peer, *shape]))
    figures = own[0]
    seconds = statistics.median(result["seconds"] for result in own)
    print(
        f"{rows} x {columns}: Kindred {seconds * 1e3:.3f} ms; alpha {figures['alpha']:.4f}, "
        f"distance {figures['alpha_ks']:.4f}"
    )
    agree = True
    for peer, results in theirs.items():
        ratios = [result["seconds"] / other["seconds"] for result, other in zip(results, own)]
        values = {name: value for name, value in results[0].items() if name != "seconds"}
        off = {name: abs(figures[name] / value - 1) for name, value in values.items()}
        worst = max(off, key=off.get)
        fine = off[worst] <= TOLERANCE
        print(
            f"  {peer:13s} {statistics.median(result['seconds'] for result in results) * 1e3:8.3f} ms; "
            f"ratio {statistics.median(ratios):6.1f} ({min(ratios):.1f} to {max(ratios):.1f}); "
            f"{len(off)} figures {'agree' if fine else 'DISAGREE'}, {worst} most apart: {off[worst]:.1e}",
            flush=True,
        )
        agree = agree and fine
    return agree


def main():
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("--program", help="the built benchmark_spectra")
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument("--seconds", type=float, default=1.0, help="of each measurement (default %(default)s)")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--peer", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peer:
        peer, rows, columns = arguments.peer
        result = PEERS[peer](int(rows), int(columns), arguments.seconds)
        print("\n" + json.dumps({name: float(value) for name, value in result.items()}))
        return 0
    if not arguments.program:
        parser.error("--program is missing (it is tests/performance/benchmark_spectra in the build folder)")
    if "weightwatcher" in arguments.peers:
        try:
            import weightwatcher  # noqa: F401
        except ImportError:
            parser.error(
                "WeightWatcher is missing (it is no dependency of Kindred): give it a venv of its own by\n"
                f"  {INSTALL}\nand start this script with ww/bin/python, or compare with --peers numpy alone"
            )
    print("One core each, medians; a ratio is the peer's time over Kindred's:")
    agreements = [measure(arguments, *shape) for shape in SHAPES]
    return 0 if all(agreements) else 1


if __name__ == "__main__":
    sys.exit(main())
