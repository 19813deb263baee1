#!/usr/bin/env python3
"""Images per second of Kindred's engines beside PyTorch eager in Python, one core each, in turn.

All train the same network on images that are in memory, without a data loader. Ours is the training of a run as the
program does it: also the evaluation of the test images after every epoch (a sixth as many), curves and the
statistics of the weights before the first epoch and after each. PyTorch's is its steps alone, and it is given its best
eager variant, found anew at each measurement by a short trial of each: the fused, for-each and plain optimiser,
and for convolutions both memory formats. Its batches are gathered by index_select (faster than indexing), and its
transformer has one fused projection and one call of scaled dot-product attention (faster than
torch.nn.MultiheadAttention). Each side runs alone on one core, one after another;
medians over the repeats, and the ratio's over the repeats' ratios, with the smallest and largest.
"""

import argparse
import collections
import itertools
import json
import os
import statistics
import subprocess
import sys
import time

NETWORKS = {
    "mlp": "MLP 784-128-64-10, relu, SGD with momentum",
    "cnn": "CNN 3x3 16-32 channels, hidden 128, relu, SGD with momentum",
    "vit": "ViT dim 64, depth 4, heads 4, mlp_dim 128, patch 7, gelu, Adam",
}
EPOCHS = {"mlp": 4, "cnn": 1, "vit": 1}
BATCHES = {"mlp": [16, 64, 128], "cnn": [64], "vit": [64]}
OPTIMIZERS = {"fused": {"fused": True}, "for-each": {"foreach": True}, "plain": {"foreach": False}}
IMAGES = 60000
WARM_UP = 5  # steps


def make_vit():
    import torch
    from torch import nn
    from torch.nn import functional as F

    dim, heads, hidden, depth, patch = 64, 4, 128, 4, 7

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
            self.qkv, self.project = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
            self.fc1, self.fc2 = nn.Linear(dim, hidden), nn.Linear(hidden, dim)

        def forward(self, x):
            batch, tokens, _ = x.shape
            parts = self.qkv(self.norm1(x)).view(batch, tokens, 3, heads, dim // heads)
            query, key, value = parts.permute(2, 0, 3, 1, 4)
            mixed = F.scaled_dot_product_attention(query, key, value)
            x = x + self.project(mixed.transpose(1, 2).reshape(batch, tokens, dim))
            return x + self.fc2(F.gelu(self.fc1(self.norm2(x))))

    class Transformer(nn.Module):
        def __init__(self):
            super().__init__()
            self.class_token = nn.Parameter(0.02 * torch.randn(1, 1, dim))
            self.positions = nn.Parameter(0.02 * torch.randn(1, (28 // patch) ** 2 + 1, dim))
            self.embed = nn.Conv2d(1, dim, patch, patch)
            self.blocks = nn.Sequential(*(Block() for _ in range(depth)))
            self.norm, self.head = nn.LayerNorm(dim), nn.Linear(dim, 10)

        def forward(self, x):
            x = self.embed(x).flatten(2).transpose(1, 2)
            x = torch.cat([self.class_token.expand(len(x), -1, -1), x], dim=1) + self.positions
            return self.head(self.norm(self.blocks(x)[:, 0]))

    return Transformer()


def make_network(architecture):
    from torch import nn

    if architecture == "vit":
        return make_vit()
    if architecture == "mlp":
        layers = [nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10)]
        return nn.Sequential(*layers)
    stages = [
        layer
        for channels in ((1, 16), (16, 32))
        for layer in (nn.Conv2d(*channels, 3, padding=1), nn.MaxPool2d(2), nn.ReLU())
    ]
    return nn.Sequential(*stages, nn.Flatten(), nn.Linear(1568, 128), nn.ReLU(), nn.Linear(128, 10))


def pytorch(architecture, batch, seconds):
    """The fastest variant's name and images per second, as {"variant": …, "images_per_second": …}."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(1)
    images = torch.rand(IMAGES, *([784] if architecture == "mlp" else [1, 28, 28]))
    labels = torch.randint(10, (IMAGES,))
    order = torch.randperm(IMAGES)
    loss_function = torch.nn.CrossEntropyLoss()

    def speed(optimizer, memory_format, seconds):
        memory = getattr(torch, memory_format)
        model = make_network(architecture).to(memory_format=memory)
        if architecture == "vit":
            update = torch.optim.Adam(model.parameters(), lr=1e-3, **OPTIMIZERS[optimizer])
        else:
            update = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, **OPTIMIZERS[optimizer])
        for step in itertools.count(-WARM_UP):
            if step == 0:
                start = time.perf_counter()
            first = (step % (IMAGES // batch)) * batch
            indices = order[first : first + batch]
            inputs = images.index_select(0, indices).contiguous(memory_format=memory)
            loss = loss_function(model(inputs), labels[indices])
            update.zero_grad()
            loss.backward()
            update.step()
            if step > 0 and time.perf_counter() - start > seconds:
                return (step + 1) * batch / (time.perf_counter() - start)

    formats = ["contiguous_format", "channels_last"] if architecture == "cnn" else ["contiguous_format"]
    variants = list(itertools.product(OPTIMIZERS, formats))
    best = max(variants, key=lambda variant: speed(*variant, seconds / 4))
    name = f"{best[0]} optimiser" + (", channels last" if best[1] == "channels_last" else "")
    return {"variant": name, "images_per_second": speed(*best, seconds)}


def on_one_core(command):
    core = min(os.sched_getaffinity(0))

    def pin():
        os.sched_setaffinity(0, {core})

    result = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, preexec_fn=pin)
    return json.loads(result.stdout)


def measure(arguments, architecture, batch):
    """Prints the lines of one network and batch size."""
    engines = {engine: [] for engine in ("native", "torch")}
    theirs = []
    what = [architecture, str(batch)]
    epochs = arguments.epochs or EPOCHS[architecture]
    for _ in range(arguments.repeats):
        for engine, results in engines.items():
            results.append(on_one_core([arguments.program, engine, *what, str(epochs), str(arguments.images)]))
        theirs.append(on_one_core([sys.executable, __file__, "--pytorch", *what, str(arguments.seconds)]))

    def median(results, name):
        return statistics.median(result[name] for result in results)

    limit = median(engines["native"] + engines["torch"], "gemm_limit")
    peer = median(theirs, "images_per_second")
    variant = collections.Counter(result["variant"] for result in theirs).most_common(1)[0][0]
    print(f"{architecture} batch {batch}: PyTorch eager {peer:,.0f} images/s ({variant}); GEMM limit {limit:,.0f}")
    for engine, results in engines.items():
        own = median(results, "images_per_second")
        ratios = [result["images_per_second"] / other["images_per_second"] for result, other in zip(results, theirs)]
        print(
            f"  {engine:6s} {own:9,.0f} images/s; ratio {statistics.median(ratios):5.2f} "
            f"({min(ratios):.2f} to {max(ratios):.2f}); {own / limit:.0%} of the GEMM limit",
            flush=True,
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", help="the built benchmark_training")
    parser.add_argument("--architecture", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--batch", type=int, nargs="+", help="sizes; default mlp 16, 64, 128, others 64")
    parser.add_argument("--epochs", type=int, help="of each of ours; default mlp 4, others 1")
    parser.add_argument("--images", type=int, default=IMAGES, help="of an epoch of ours (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each measurement of PyTorch's")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--pytorch", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.pytorch:
        architecture, batch, seconds = arguments.pytorch
        print(json.dumps(pytorch(architecture, int(batch), float(seconds))))
        return 0
    if not arguments.program:
        parser.error("--program is missing (it is tests/performance/benchmark_training in the build folder)")
    print("28 x 28 images, 10 classes, fp32, one core each, medians; the networks:")
    for architecture in arguments.architecture:
        print(f"  {architecture}: {NETWORKS[architecture]}", flush=True)
    for architecture in arguments.architecture:
        for batch in arguments.batch or BATCHES[architecture]:
            measure(arguments, architecture, batch)
    return 0


if __name__ == "__main__":
    sys.exit(main())
