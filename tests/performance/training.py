#!/usr/bin/env python3
"""Images per second of Kindred's trainer beside PyTorch eager in Python, one core each, in turn.

Both train the same network (784-128-64-10, SGD with momentum) on images that are in memory, without a data
loader. PyTorch is given its best eager variant: indexed batches from a normalised tensor, the fused optimiser
and the for-each one, whichever is faster. Each side runs alone on one core; medians over the repeats.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time


def pytorch(batch: int, seconds: float) -> float:
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(1)
    images = torch.rand(60000, 784)
    labels = torch.randint(10, (60000,))
    best = 0.0
    for variant in ({"fused": True}, {"foreach": True}):
        model = torch.nn.Sequential(
            torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10)
        )
        optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, **variant)
        loss_function = torch.nn.CrossEntropyLoss()
        order = torch.randperm(60000)
        steps = -20
        start = time.perf_counter()
        while True:
            if steps == 0:
                start = time.perf_counter()
            first = (steps % (60000 // batch)) * batch
            indices = order[first : first + batch]
            loss = loss_function(model(images[indices]), labels[indices])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            steps += 1
            if steps > 0 and time.perf_counter() - start > seconds / 2:
                break
        best = max(best, steps * batch / (time.perf_counter() - start))
    return best


def on_one_core(command: list[str]) -> str:
    core = min(os.sched_getaffinity(0))
    result = subprocess.run(
        command, check=True, capture_output=True, text=True, preexec_fn=lambda: os.sched_setaffinity(0, {core})
    )
    return result.stdout


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", help="the built benchmark_training")
    parser.add_argument("--batch", type=int, nargs="+", default=[16, 64, 128])
    parser.add_argument("--seconds", type=float, default=4.0, help="of each measurement")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--pytorch", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.pytorch:
        print(pytorch(arguments.batch[0], arguments.seconds))
        return 0
    if not arguments.program:
        parser.error("--program is missing (it is tests/performance/benchmark_training in the build folder)")
    print("MLP 784-128-64-10, SGD with momentum, fp32, one core each; medians")
    for batch in arguments.batch:
        ours, limits, theirs = [], [], []
        for _ in range(arguments.repeats):
            own = json.loads(on_one_core([arguments.program, str(batch), str(arguments.seconds)]))
            ours.append(own["images_per_second"])
            limits.append(own["gemm_limit"])
            theirs.append(float(on_one_core([sys.executable, __file__, "--pytorch", "--batch", str(batch), "--seconds", str(arguments.seconds)])))
        own, limit, peer = statistics.median(ours), statistics.median(limits), statistics.median(theirs)
        print(
            f"batch {batch:4d}: {own:9,.0f} images/s; PyTorch eager {peer:9,.0f}; ratio {own / peer:.2f}; "
            f"{own / limit:.0%} of the GEMM limit {limit:9,.0f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
