#!/usr/bin/env python3
"""All pairs of a population by every metric: Kindred's time beside scipy's, numpy's and PyTorch's, one core each.

Kindred's time is that of one rank for the first runs of the file's first cohort, of all weights together or of the
penultimate representation: reading, sorting or evaluating the networks, and all pairs i <= j. Peers compute the same
figures their fastest way known to us from arrays that are in memory, with what they can prepare once per run
prepared (and counted): scipy's own functions where there are any (they take a pair at a time), otherwise numpy or
PyTorch, of pairs i < j. Of these a sample of pairs is timed, and all are in proportion: to the pairs what pairs take, to
the runs what is prepared, should some of the runs not be done. Times are the processor's, which other processes change
little; each side has one core. Each repeat runs our program and then the peers; figures are medians, ratios the medians
of the repeats' ratios.

Without a population file the script trains one first: the quickstart's sweep with more seeds and two epochs, as the
figures do not depend on how far networks are trained.

The product limit is what the same multiply-adds take in one large product of the library that both use: of the pairs
that are wanted, and of those that are computed, as blocks of 64 runs are multiplied whole.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import h5py
import numpy as np

FAMILIES = {  # names of ours -> the peer
    "wasserstein": "scipy.stats.wasserstein_distance",
    "kolmogorov_smirnov": "scipy.stats.ks_2samp",
    "wasserstein,kolmogorov_smirnov": "both",
    "wasserstein_standardized": "scipy.stats.wasserstein_distance",
    "jensen_shannon": "scipy.spatial.distance.pdist",
    "moment": "scipy.spatial.distance.pdist",
    "cosine": "numpy, one product of all",
    "spectral": "scipy.stats.wasserstein_distance",
    "node_strength": "scipy.stats.wasserstein_distance",
    "cka,cka_debiased": "torch, a pair at a time",
    "agreement": "scipy.spatial.distance.pdist (hamming)",
    "prediction_js": "scipy.spatial.distance.jensenshannon",
    "procrustes": "torch.linalg.svdvals, a pair at a time",
    "svcca": "torch.linalg.svdvals, a pair at a time",
    "pwcca": "torch.linalg.svd, a pair at a time",
    "aligned_cosine": "numpy and scipy.optimize.linear_sum_assignment",
}


SWEEP = """
[data]
dataset = "mnist"
train_limit = {images}
[model]
architecture = "mlp"
hidden = [128, 64]
[train]
epochs = 2
[record]
snapshots = "final"
[[sweep]]
seeds = {seeds}
"train.learning_rate" = [0.1, 0.03, 0.003, 0.0003]
"init.scale" = [0.1, 0.5, 1.0, 3.0]
"""


def make_population(folder, options):
    seeds = -(-options.runs // 16)
    with open(os.path.join(folder, "sweep.toml"), "w") as file:
        file.write(SWEEP.format(seeds=seeds, images=options.images))
    path = os.path.join(folder, "population.h5")
    command = [options.kindred, "train", file.name, "-o", path, "--data", options.data, "--log-level", "warn"]
    subprocess.run(command, check=True)
    return path


def on_one_core(command):
    core = max(os.sched_getaffinity(0))
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    result = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env=environment,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )
    return [json.loads(line) for line in result.stdout.splitlines()]


def sampled(pairs, function, seconds):
    """Seconds of all pairs, from those that fit into the time."""
    function(*pairs[0])
    start, done = time.process_time(), 0
    while done < len(pairs) and (done == 0 or time.process_time() - start < seconds):
        function(*pairs[done])
        done += 1
    return (time.process_time() - start) / done * len(pairs)


def timed(function):
    """What it returns, and its seconds."""
    start = time.process_time()
    return function(), time.process_time() - start


class Peers:
    def __init__(self, path, data, runs, seconds):
        self.seconds = seconds
        with h5py.File(path) as file:
            cohort = next(iter(file["cohorts"].values()))
            rows = np.flatnonzero(file["runs/state"][:][cohort["run"][:runs]] == 1)
            self.count, self.all = len(rows), min(runs, len(cohort["run"]))
            self.weights = cohort["weights"][rows, -1]
            self.histogram = cohort["histogram"][rows, -1, -1].astype(float)
            self.moments = cohort["moments"][rows, -1, -1, 1:5]
            self.logits = cohort["logits"][rows].astype(float)
            first = cohort["singular_value_matrix"][:] == 0
            self.singular = cohort["singular_values"][rows, -1][:, first]
            self.strengths = cohort["node_strength"][rows, -1][:, cohort["node_layer"][:] == 0]
            self.shapes = [
                (name, int(offset), int(size))
                for name, offset, size in zip(
                    cohort["parameter"].asstr()[:-1], cohort["parameter_offset"], cohort["parameter_size"]
                )
            ]
            self.probes = cohort["logits"].shape[1]
        self.images = self.load_images(data)
        # The same for all images, a representation has no value, and LAPACK's functions end.
        alive = [row for row in range(self.count) if 0 < float(self.representation(row).norm()) < np.inf]
        self.count = len(alive)
        for name in ("weights", "histogram", "moments", "logits", "singular", "strengths"):
            setattr(self, name, getattr(self, name)[alive])
        generator = np.random.default_rng(1)
        pairs = [(i, j) for i in range(self.count) for j in range(i + 1, self.count)]
        self.pairs = [pairs[k] for k in generator.permutation(len(pairs))]

    def load_images(self, data):
        import gzip

        with gzip.open(os.path.join(data, "mnist", "t10k-images-idx3-ubyte.gz")) as file:
            pixels = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 784)[: self.probes]
        return ((pixels / 255 - 0.1307) / 0.3081).astype(np.float32)

    def representation(self, row):
        """Of a dense network: the last hidden layer, centred."""
        import torch

        values, flat = torch.from_numpy(self.images), torch.from_numpy(self.weights[row])
        layers = [self.shapes[k : k + 2] for k in range(0, len(self.shapes), 2)]
        for (_, offset, size), (_, bias, width) in layers[:-1]:
            weight = flat[offset : offset + size].reshape(width, -1)
            values = torch.relu(values @ weight.T + flat[bias : bias + width])
        return values - values.mean(0)

    def prepared(self, function):
        """function(row) of every run; the seconds are those of preparing."""
        values, self.preparing = timed(lambda: [function(row) for row in range(self.count)])
        return values

    def loop(self, function):
        return sampled(self.pairs, function, self.seconds)

    def wasserstein(self):
        from scipy.stats import wasserstein_distance

        return self.loop(lambda i, j: wasserstein_distance(self.weights[i], self.weights[j]))

    def kolmogorov_smirnov(self):
        from scipy.stats import ks_2samp

        return self.loop(lambda i, j: ks_2samp(self.weights[i], self.weights[j], method="asymp").statistic)

    def both(self):
        return self.wasserstein() + self.kolmogorov_smirnov()

    def wasserstein_standardized(self):
        from scipy.stats import wasserstein_distance

        values = self.prepared(lambda row: (self.weights[row] - self.weights[row].mean()) / self.weights[row].std())
        return self.loop(lambda i, j: wasserstein_distance(values[i], values[j]))

    def pdist(self, values, metric, **options):
        from scipy.spatial.distance import pdist

        return timed(lambda: pdist(values, metric, **options))[1]

    def jensen_shannon(self):
        return self.pdist(self.histogram, "jensenshannon")

    def moment(self):
        return self.pdist(self.moments, "euclidean")

    def cosine(self):
        values, self.preparing = timed(lambda: self.weights / np.linalg.norm(self.weights, axis=1, keepdims=True))
        return timed(lambda: values @ values.T)[1]

    def spectral(self):
        from scipy.stats import wasserstein_distance

        values = self.prepared(lambda row: self.singular[row] / self.singular[row].max())
        return self.loop(lambda i, j: wasserstein_distance(values[i], values[j]))

    def node_strength(self):
        from scipy.stats import wasserstein_distance

        return self.loop(lambda i, j: wasserstein_distance(self.strengths[i], self.strengths[j]))

    def agreement(self):
        values, self.preparing = timed(lambda: self.logits.argmax(2))
        return self.pdist(values, "hamming")

    def prediction_js(self):
        from scipy.spatial.distance import jensenshannon
        from scipy.special import softmax

        values, self.preparing = timed(lambda: softmax(self.logits, axis=2))
        return self.loop(lambda i, j: jensenshannon(values[i], values[j], base=2, axis=1).mean())

    def cka(self):
        """Both estimates from products of the narrow representations, which is cheaper than Gram matrices."""
        n = self.probes

        def prepare(row):
            x = self.representation(row)
            return x, (x * x).sum(1), ((x.T @ x) ** 2).sum()

        values = self.prepared(prepare)

        def pair(i, j):
            (x, k, own), (y, l, other) = values[i], values[j]
            product = ((x.T @ y) ** 2).sum()
            shared, traces = (k * l).sum() * n / (n - 2), k.sum() * l.sum() / ((n - 1) * (n - 2))
            return product / (own * other).sqrt(), product - shared + traces

        return self.loop(pair)

    def procrustes(self):
        import torch

        values = self.prepared(lambda row: (x := self.representation(row)) / x.norm())
        return self.loop(lambda i, j: 2 - 2 * torch.linalg.svdvals(values[i].T @ values[j]).sum())

    def subspaces(self, share):
        import torch

        def prepare(row):
            x = self.representation(row)
            u, s, _ = torch.linalg.svd(x, full_matrices=False)
            kept = int((torch.cumsum(s**2, 0) / (s**2).sum() < share).sum()) + 1
            return x, u[:, : min(kept, int((s > 1e-5 * s[0]).sum()))]

        return self.prepared(prepare)

    def svcca(self):
        import torch

        values = self.subspaces(0.99)
        return self.loop(lambda i, j: torch.linalg.svdvals(values[i][1].T @ values[j][1]).mean())

    def pwcca(self):
        import torch

        values = self.subspaces(1)

        def pair(i, j):
            (x, p), (y, q) = values[i], values[j]
            u, s, v = torch.linalg.svd(p.T @ q, full_matrices=False)
            a = (x.T @ (p @ u)).abs().sum(0)
            b = (y.T @ (q @ v.T)).abs().sum(0)
            return ((a * s).sum() / a.sum() + (b * s).sum() / b.sum()) / 2

        return self.loop(pair)

    def aligned_cosine(self):
        from scipy.optimize import linear_sum_assignment

        def layers(row):
            return [self.weights[row, o : o + s].reshape(w, -1) if k % 2 == 0 else self.weights[row, o : o + s]
                    for k, (_, o, s) in enumerate(self.shapes)
                    for w in [self.shapes[k + 1 - k % 2][2]]]

        def pair(i, j):
            a, b = layers(i), layers(j)
            gained = True
            while gained:
                gained = False
                for k in range(0, len(a) - 2, 2):
                    score = a[k] @ b[k].T + np.outer(a[k + 1], b[k + 1]) + a[k + 2].T @ b[k + 2]
                    order = linear_sum_assignment(score, maximize=True)[1]
                    if score[np.arange(len(order)), order].sum() > np.trace(score) * (1 + 1e-6) + 1e-9:
                        b[k], b[k + 1], b[k + 2] = b[k][order], b[k + 1][order], b[k + 2][:, order]
                        gained = True
            x, y = np.concatenate([v.ravel() for v in a]), np.concatenate([v.ravel() for v in b])
            return x @ y / np.sqrt((x @ x) * (y @ y))

        return self.loop(pair)

    def run(self, name):
        """Seconds of all pairs of all runs that were asked for."""
        import torch

        torch.set_num_threads(1)
        function = {"wasserstein,kolmogorov_smirnov": self.both, "cka,cka_debiased": self.cka}.get(name)
        self.preparing = 0.0
        with torch.inference_mode():
            pairs = (function or getattr(self, name))()
        runs = self.all / self.count
        return self.preparing * runs + pairs * runs * (self.all - 1) / (self.count - 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("population", nargs="?", help="of dense networks on MNIST, with weights")
    parser.add_argument("--kindred", help="the program that trains a population where none is given")
    parser.add_argument("--images", type=int, default=60000, help="that those networks see in an epoch")
    parser.add_argument("--program", help="the built benchmark_similarity")
    parser.add_argument("--data", required=True, help="the folder that has mnist/")
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--metrics", nargs="*", default=list(FAMILIES), choices=list(FAMILIES), metavar="METRICS",
                        help="of: " + ", ".join(map(repr, FAMILIES)))
    parser.add_argument("--seconds", type=float, default=2.0, help="of each peer")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--peers", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peers:
        peers = Peers(options.population, options.data, options.runs, options.seconds)
        for name in options.metrics:
            print(json.dumps({"metrics": name, "seconds": peers.run(name)}), flush=True)
        return 0
    if not options.program:
        parser.error("--program is missing (it is tests/performance/benchmark_similarity in the build folder)")
    if not options.population and not options.kindred:
        parser.error("POPULATION is missing (nothing to compare) name a file, or --kindred to train one")
    with tempfile.TemporaryDirectory() as folder:
        repeats = run_all(options.population or make_population(folder, options), options)
    report(options, repeats)
    return 0


def run_all(population, options):
    """Of each repeat: products per second, our lines, the peers' lines."""
    metrics, runs = options.metrics, str(options.runs)
    repeats = []
    for _ in range(options.repeats):
        rate, *ours = on_one_core([options.program, population, options.data, runs, *metrics])
        peers = ["--peers", population, "--data", options.data, "--runs", runs, "--seconds", str(options.seconds)]
        theirs = on_one_core([sys.executable, __file__, *peers, "--metrics", *metrics])
        repeats.append((rate["product_rate"], ours, theirs))
    return repeats


def report(options, repeats):
    rate = statistics.median(r for r, _, _ in repeats)
    print(f"{options.runs} runs; products: {rate / 1e9:.1f} GMAC/s")
    for k, name in enumerate(options.metrics):
        ours = [r[1][k] for r in repeats]
        load, pairs = (statistics.median(o[key] for o in ours) for key in ("load", "pairs"))
        ratios = [r[2][k]["seconds"] / (r[1][k]["load"] + r[1][k]["pairs"]) for r in repeats]
        runs, length = ours[0]["runs"], ours[0]["length"]
        count, blocks = runs * (runs + 1) / 2, -(-runs // 64)
        computed = 64 * 64 * blocks * (blocks + 1) / 2

        def share(of_pairs):
            return statistics.median(of_pairs * length / r[0] / r[1][k]["pairs"] for r in repeats)

        line = f"  {name:32s} {load:8.3f} s features + {pairs:8.3f} s pairs ({pairs / count * 1e6:9.2f} us a pair)"
        line += f"; {statistics.median(ratios):8.1f} times {FAMILIES[name]} ({min(ratios):.1f} to {max(ratios):.1f})"
        if name in ("cosine", "cka,cka_debiased"):
            line += f"; {share(computed):.0%} of the product limit by {computed:.0f} pairs that are computed"
            line += f", {share(count):.0%} by {count:.0f} that are wanted"
        if name.startswith("wasserstein") and "," not in name:
            line += f"; {3 * share(count):.0%} of the limit of three instructions where a product takes one"
        print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
