"""`kindred-export POP.h5 --run N -o model.pt`: one run's network as a file for PyTorch, or safetensors."""

from __future__ import annotations

import argparse
import io
import json
import pathlib
import sys
from dataclasses import asdict

import numpy as np

from kindred.errors import KindredError
from kindred.export import DATASETS, Model, best_run, read_model, require_torch
from kindred.output import write
from kindred.population import open_population

EXIT_OK, EXIT_FILES = 0, 1


def pytorch_file(model: Model, source: dict) -> bytes:
    """What `torch.load` opens: `state_dict`, and all of `description`."""
    torch = require_torch()
    content = {"state_dict": {n: torch.from_numpy(v) for n, v in model.parameters.items()}}
    buffer = io.BytesIO()
    torch.save(content | description(model, source), buffer)
    return buffer.getvalue()


def safetensors_file(model: Model, source: dict) -> bytes:
    """The length of a JSON header (8 bytes, little-endian), the header, the data; needs no package.

    `description` is in the header's metadata, each entry as JSON text."""
    header = {"__metadata__": {key: json.dumps(value) for key, value in description(model, source).items()}}
    at = 0
    for name, value in model.parameters.items():
        end = at + value.nbytes
        header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [at, end]}
        at = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    data = [np.ascontiguousarray(value, "<f4").tobytes() for value in model.parameters.values()]
    return b"".join([len(text).to_bytes(8, "little"), text, *data])


def description(model: Model, source: dict) -> dict:
    """What the parameters belong to: architecture, settings, normalisation, results, and their source."""
    found = asdict(model)
    found.pop("parameters")
    if model.dataset in DATASETS:
        found["normalization"] = {
            "mean": list(DATASETS[model.dataset].mean),
            "standard_deviation": list(DATASETS[model.dataset].standard_deviation),
        }
    return found | {"source": source}


_WRITERS = {".pt": pytorch_file, ".pth": pytorch_file, ".safetensors": safetensors_file}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kindred-export", description="One trained network of a population, as a file of its parameters."
    )
    parser.add_argument("population", metavar="POP.h5", help="what `kindred train` wrote")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--run", type=int, metavar="N", help="the run, as numbered in the table of runs")
    which.add_argument("--best", action="store_true", help="the done run of the highest test accuracy")
    parser.add_argument("--cohort", metavar="C", help="with --best: of this cohort")
    parser.add_argument(
        "--snapshot", metavar="final|EPOCH", default="final", help="the weights of this epoch (default final)"
    )
    parser.add_argument("-o", "--output", metavar="MODEL.pt", required=True, help="or MODEL.safetensors")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Exit codes: 0; 1 a file cannot be read or written, or lacks the run; 2 usage."""
    parser = _parser()
    options = parser.parse_args(arguments)
    writer = _WRITERS.get(pathlib.Path(options.output).suffix)
    if writer is None:
        parser.error(
            f"unknown kind of file '{options.output}' (known are {', '.join(_WRITERS)}) change its ending"
        )
    if options.cohort is not None and not options.best:
        parser.error("--cohort is of no use here (a run is of one cohort) leave it out, or give --best")
    if options.snapshot != "final" and not options.snapshot.isdecimal():
        parser.error(f"--snapshot {options.snapshot} is no epoch (allowed: final, or a number) correct it")
    try:
        with open_population(options.population) as population:
            run = best_run(population, options.cohort) if options.best else options.run
            epoch = options.snapshot if options.snapshot == "final" else int(options.snapshot)
            model = read_model(population, run, epoch)
            made = {key: str(population.attrs.get(key, "")) for key in ("created_by", "sweep_id")}
            source = {"file": population.path.name, "run_id": int(population.runs.loc[run, "id"])} | made
        write(options.output, writer(model, source))
    except KindredError as why:
        print(f"kindred-export: {why}", file=sys.stderr)
        return EXIT_FILES
    size = sum(value.size for value in model.parameters.values())
    print(
        f"{options.output}: run {model.run} of {model.cohort} at epoch {model.epoch}, {size} weights, "
        f"final test accuracy {model.results['test_accuracy']:.4f}"
    )
    return EXIT_OK


if __name__ == "__main__":
    sys.exit(main())
