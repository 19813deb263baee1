"""One run's trained network for use elsewhere: as a torch.nn.Module, or as a file of its parameters.

>>> network = kindred.export.load_network(population, run=12)
>>> logits = network(kindred.export.normalize(images, "mnist"))
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

from kindred.errors import KindredError, NotKindredFileError
from kindred.population import Population

RESULTS = ("train_loss", "train_accuracy", "test_loss", "test_accuracy")


@dataclass(frozen=True)
class Dataset:
    """Shape of an image [channels, height, width], and the constants of each channel of pixel/255."""

    shape: tuple[int, ...]
    mean: tuple[float, ...]
    standard_deviation: tuple[float, ...]


DATASETS = {
    "mnist": Dataset((1, 28, 28), (0.1307,), (0.3081,)),
    "fashion-mnist": Dataset((1, 28, 28), (0.2860,), (0.3530,)),
    "cifar10": Dataset((3, 32, 32), (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)),
}


@dataclass(frozen=True)
class Model:
    """A run's parameters, and what is needed to use them."""

    run: int
    cohort: str
    dataset: str
    epoch: int  # at which the parameters were taken
    architecture: dict  # the cohort's attribute
    settings: dict  # the columns that apply to the run: model.activation, train.learning_rate, seed, …
    results: dict  # final losses and accuracies
    parameters: dict[str, np.ndarray]  # float32, in PyTorch's order and layout


def load_network(population: Population, run: int, snapshot: str | int = "final"):
    """The trained network as a torch.nn.Module in evaluation mode; needs torch. See `read_model`."""
    torch = require_torch()
    from kindred import networks

    model = read_model(population, run, snapshot)
    try:
        network = networks.build(model.architecture, model.settings)
        network.load_state_dict({n: torch.from_numpy(v) for n, v in model.parameters.items()})
    except (KeyError, IndexError, TypeError, ValueError, RuntimeError) as why:
        if isinstance(why, KindredError):
            raise
        raise _damaged(population, model.cohort, why) from why
    return network.eval()


def read_model(population: Population, run: int, snapshot: str | int = "final") -> Model:
    """A done run's parameters at the end of its training, or at an epoch whose weights were kept.

    Raises KindredError where the run is not there or not done, or its weights were not kept."""
    runs = population.runs
    if run not in runs.index:
        holds = f"it holds runs {runs.index[0]} to {runs.index[-1]}" if len(runs) else "it holds none"
        raise KindredError(f"no run {run} in {population.path} ({holds}) use one of these")
    row = runs.loc[run]
    if row["state"] != "done":
        remedy = "train it first" if row["state"] == "pending" else "use a done run"
        raise KindredError(
            f"no trained weights of run {run} in {population.path} (it is {row['state']}) {remedy}"
        )
    name = row["cohort"]
    group = population.file[f"cohorts/{name}"]
    if "weights" not in group:
        raise KindredError(
            f'no weights of run {run} in {population.path} (the sweep set record.weights = "none") train '
            'with record.weights = "final"'
        )
    try:
        kept = [int(epoch) for epoch in group["weights_snapshot"]]
        # Runs trained elsewhere have no curves; their last snapshot is the final one.
        last = int((group["epoch"] if "epoch" in group else group["snapshot"])[-1])
        epoch = last if snapshot == "final" else snapshot
        if epoch not in kept:
            raise KindredError(
                f"no weights of run {run} at epoch {epoch} in {population.path} (those of "
                f"{'epoch' if len(kept) == 1 else 'epochs'} {', '.join(map(str, kept))} were kept) use one "
                "of these"
            )
        architecture = json.loads(group.attrs["architecture"])
        flat = group["weights"][int(row["cohort_row"]), kept.index(epoch)]
        parameters = {
            p["name"]: _cut(flat, int(p["offset"]), tuple(map(int, p["shape"])))
            for p in architecture["parameters"]
        }
        dataset = str(group.attrs["dataset"])
    except KindredError:
        raise
    except (OSError, KeyError, IndexError, TypeError, ValueError) as why:
        raise _damaged(population, name, why) from why
    results = {key: float(row[key]) for key in RESULTS if key in row}
    return Model(int(run), name, dataset, epoch, architecture, _settings(row), results, parameters)


def best_run(population: Population, cohort: str | None = None) -> int:
    """The done run of the highest final test accuracy (ties by id), of one cohort or of all."""
    if cohort is not None and cohort not in population.cohorts:
        raise KindredError(
            f"no cohort '{cohort}' in {population.path} (it holds {', '.join(population.cohorts) or 'none'}) "
            "use one of these"
        )
    runs = population.runs
    done = runs[(runs["state"] == "done") & np.isfinite(runs["test_accuracy"])]
    if cohort is not None:
        done = done[done["cohort"] == cohort]
    if done.empty:
        where = f"cohort '{cohort}' of {population.path}" if cohort is not None else population.path
        raise KindredError(f"no best run in {where} (no run is done) train it first")
    best = done[done["test_accuracy"] == done["test_accuracy"].max()]
    return int(best["id"].idxmin())


def normalize(images, dataset: str):
    """Bytes [n, channels, height, width] as networks see them: (pixel/255 − mean)/std, a float32 tensor.

    Images of one channel may also be [n, height, width]. Needs torch."""
    torch = require_torch()
    if dataset not in DATASETS:
        raise KindredError(f"unknown dataset '{dataset}' (known are {', '.join(DATASETS)}) use one of these")
    known = DATASETS[dataset]
    if not isinstance(images, torch.Tensor):
        images = torch.from_numpy(np.array(images))
    shapes = [known.shape] + [known.shape[1:]] * (known.shape[0] == 1)
    if images.dtype != torch.uint8 or tuple(images.shape[1:]) not in shapes:
        raise KindredError(
            f"cannot normalise {images.dtype} of shape {list(images.shape)} (images of {dataset} are uint8 "
            f"[n, {', '.join(map(str, known.shape))}]) convert them first"
        )
    deviation = np.array(known.standard_deviation).reshape(-1, 1, 1)
    factor, shift = 1 / (255 * deviation), -np.array(known.mean).reshape(-1, 1, 1) / deviation
    images = images.reshape(-1, *known.shape).float()
    return images.mul_(torch.from_numpy(factor).float()).add_(torch.from_numpy(shift).float())


def _cut(flat: np.ndarray, offset: int, shape: tuple[int, ...]) -> np.ndarray:
    return flat[offset : offset + int(np.prod(shape))].reshape(shape).astype(np.float32)


def _settings(row) -> dict:
    """The settings that apply, as Python values; −1, NaN and "" stand for those that do not."""
    found = {}
    for name in (name for name in row.index if "." in name or name == "seed"):
        value = row[name].item() if isinstance(row[name], np.generic) else row[name]
        if value == "" or value != value or (isinstance(value, int) and value == -1):
            continue
        is_list = isinstance(value, str) and value.startswith("[")
        found[name] = json.loads(value) if is_list else value
    return found


def _damaged(population: Population, cohort: str, why) -> NotKindredFileError:
    detail = " ".join(str(why).split())
    return NotKindredFileError(
        f"cannot rebuild a network of cohort '{cohort}' of {population.path} ({detail}) run `kindred verify`"
    )


def require_torch():
    """The package torch, imported when it is first used. Raises KindredError where it is missing."""
    try:
        import torch
    except ImportError as why:
        raise KindredError(
            "cannot use torch (Python has no such package) pip install torch, or write the parameters with "
            "`kindred-export … -o model.safetensors`, which needs none"
        ) from why
    return torch
