#!/usr/bin/env python3
"""The statistics kernels beside the bandwidth of reading and beside numpy and scipy, one core each, in turn.

Each repeat runs benchmark_statistics, which also measures reading alone (from main memory and from the second-level
cache), and then the peers, on weights of the same size and distribution that are in memory. Figures are medians over
the repeats; a ratio is the median of the repeats' ratios, with the smallest and largest. Peers go their fastest way to
the same figures: moments by scipy.stats.describe in double, as ours are, plus the norms and zeros; histograms by
numpy.histogram with a range and with edges; quantiles by numpy.quantile, and beside it numpy.sort alone. Of the large
buffer they, and our quantiles, get ten million weights at most, for their temporary arrays, and what is compared is
the time per weight. All times are processor time, so that other processes disturb the figures less.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

LAYER = 128 * 784
NETWORK = [(128, 784), (128,), (64, 128), (64,), (10, 64), (10,)]
MOST = 10_000_000  # weights of peers' arrays, and of our quantiles
BINS, LOW, HIGH, QUANTILES = 512, -2.0, 2.0, 257


def make_weights(count):
    import numpy as np

    values = 0.05 * np.random.default_rng(1).standard_normal(min(count, 1 << 22), dtype=np.float32)
    return np.resize(values, count)


def moments(x):
    import numpy as np
    import scipy.stats

    x = x.astype(np.float64)
    kept = x[np.isfinite(x)] if not np.isfinite(x).all() else x
    absolute = np.abs(kept)
    norms = absolute.sum(), np.linalg.norm(kept), absolute.mean(), np.count_nonzero(kept)
    return scipy.stats.describe(kept, bias=True), norms


def histogram_by_range(x):
    import numpy as np

    return np.histogram(x, BINS, (LOW, HIGH))[0], np.count_nonzero(x < LOW), np.count_nonzero(x >= HIGH)


def histogram_by_edges(x):
    import numpy as np

    edges = np.concatenate([[-np.inf], np.linspace(LOW, HIGH, BINS + 1), [np.inf]])
    return np.histogram(x, edges)[0]


def quantiles(x):
    import numpy as np

    return np.quantile(x, np.linspace(0, 1, QUANTILES))


def sort(x):
    import numpy as np

    return np.sort(x)


def node_strengths(matrices):
    """Of a dense network's weights and biases."""
    import numpy as np

    incoming = [np.ones(matrices[0].shape[1], np.float32)]
    incoming += [w.sum(1) + b for w, b in zip(matrices[::2], matrices[1::2])]
    outgoing = [w.sum(0) for w in matrices[::2]] + [np.ones(len(matrices[-1]), np.float32)]
    total = [i + o for i, o in zip(incoming, outgoing)]
    return incoming, outgoing, total, [np.std(t, dtype=np.float64) for t in total]


def network(parameters, histogram):
    import numpy as np

    rows = [p.ravel() for p in parameters] + [np.concatenate([p.ravel() for p in parameters])]
    return [(moments(r), histogram(r), quantiles(r)) for r in rows], node_strengths(parameters)


def seconds_of(function, argument, seconds):
    """The mean time of calls over that many seconds, after one that warms up."""
    function(argument)
    start, calls = time.process_time(), 0
    while calls == 0 or time.process_time() - start < seconds:
        function(argument)
        calls += 1
    return (time.process_time() - start) / calls


def peers(count, seconds):
    """Seconds of each peer; of the large buffer, those of its first weights, in proportion."""
    import numpy as np

    sizes = {count: min(count, MOST), LAYER: LAYER}
    times = {}
    for size, measured in sizes.items():
        x = make_weights(measured)
        for name, function in {
            "moments": moments,
            "histogram_by_range": histogram_by_range,
            "histogram_by_edges": histogram_by_edges,
            "quantile": quantiles,
            "sort": sort,
        }.items():
            times[f"{name}/{size}"] = seconds_of(function, x, seconds) * size / measured
    parameters = [make_weights(int(np.prod(shape))).reshape(shape) for shape in NETWORK]
    times["node_strength"] = seconds_of(node_strengths, parameters[:2], seconds)
    times["network"] = min(
        seconds_of(lambda p: network(p, histogram), parameters, seconds)
        for histogram in (histogram_by_range, histogram_by_edges)
    )
    return times


def on_one_core(command):
    core = max(os.sched_getaffinity(0))

    def pin():
        os.sched_setaffinity(0, {core})

    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    result = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, preexec_fn=pin, env=environment
    )
    return json.loads(result.stdout)


def ours(program, count, seconds):
    """Seconds of one row of each benchmark, and bytes per second."""
    options = ["--benchmark_format=json", f"--benchmark_min_time={seconds}"]
    result = on_one_core([program, *options, str(count)])
    times, speeds = {}, {}
    for entry in result["benchmarks"]:
        name = entry["name"]
        times[name] = entry["cpu_time"] / 1e3 / entry.get("rows", 1)
        speeds[name] = entry["bytes_per_second"] / 1e9
    return times, speeds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", help="the built benchmark_statistics")
    parser.add_argument("--weights", type=int, default=250_000_000, help="of the large buffer (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=0.5, help="of each measurement")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--peers", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    count, seconds = arguments.weights, arguments.seconds
    if arguments.peers:
        print(json.dumps(peers(count, seconds)))
        return 0
    if not arguments.program:
        parser.error("--program is missing (it is tests/performance/benchmark_statistics in the build folder)")
    if count <= LAYER:
        parser.error(f"--weights {count} (not more than a layer's {LAYER}) name a number that no cache holds")

    runs = []
    for _ in range(arguments.repeats):
        times, speeds = ours(arguments.program, count, seconds)
        theirs = [sys.executable, __file__, "--peers", "--weights", str(count), "--seconds", str(seconds)]
        runs.append((times, speeds, on_one_core(theirs)))

    def median(values):
        return statistics.median(values)

    def show(name, limit=None, peer=None, peer_name=None):
        line = f"  {name:30s} {median(t[name] for t, _, _ in runs) * 1e3:10.4f} ms"
        line += f" {median(s[name] for _, s, _ in runs):7.2f} GB/s"
        if limit:
            line += f"; {median(s[name] / s[limit] for _, s, _ in runs):4.0%} of reading"
        if peer:
            size = int(name.split("/")[1]) if "/" in name else 1
            peer_size = int(peer.split("/")[1]) if "/" in peer else 1
            ratios = [p[peer] / peer_size / (t[name] / size) for t, _, p in runs]
            line += f"; {median(ratios):6.2f} times {peer_name} ({min(ratios):.2f} to {max(ratios):.2f};"
            line += f" {median(p[peer] for _, _, p in runs) * size / peer_size * 1e3:.4g} ms)"
        print(line, flush=True)

    for size, where in ((count, "main memory"), (LAYER, "the second-level cache")):
        limit = f"read/{size}"
        print(f"{size:,} weights; reading from {where}: {median(s[limit] for _, s, _ in runs):.2f} GB/s")
        show(f"moments/{size}", limit, f"moments/{size}", "scipy")
        show(f"histogram/{size}", limit, f"histogram_by_range/{size}", "numpy.histogram by range")
        show(f"histogram/{size}", limit, f"histogram_by_edges/{size}", "numpy.histogram by edges")
        show(f"summary/{size}", limit)
        rows = min(size, MOST)
        show(f"quantiles/{rows}", None, f"quantile/{size}", "numpy.quantile")
        show(f"quantiles/{rows}", None, f"sort/{size}", "numpy.sort")
        show(f"quantiles_outlier/{rows}", None, f"sort/{size}", "numpy.sort")
    print("dense networks")
    show("node_strength", f"read/{LAYER}", "node_strength", "numpy")
    show("network", None, "network", "numpy and scipy")
    return 0


if __name__ == "__main__":
    sys.exit(main())
