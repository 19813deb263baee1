"""What pictures of weights share: the runs shown, shapes, scales, epochs.

Blue is negative, orange positive, the page's own shade 0. Every picture has its own scale: poor networks often have
weights many times larger.
"""

from __future__ import annotations

import json

import numpy as np
import xarray as xr

from kindred.figures.common import thin
from kindred.figures.spec import Control, Heat, Panel
from kindred.findings import CohortFindings
from kindred.sentences import fixed

MOST_EPOCHS = 6


def chosen_runs(cohort: CohortFindings) -> dict[str, int]:
    """The runs that are shown one by one: best, middle, worst; the first ones where accuracies are not known."""
    order = [int(run) for run in cohort.groups.order]
    if len(order) < 3:
        return {f"run {run}": run for run in order}
    picks = {"best": order[0], "middle": order[len(order) // 2], "worst": order[-1]}
    if not cohort.groups.known:
        return {f"run {run}": run for run in picks.values()}
    accuracy = dict(zip(order, cohort.groups.accuracy))
    return {f"{name}: run {run}, {fixed(accuracy[run], 3)}": run for name, run in picks.items()}


def shapes(arrays: xr.Dataset) -> dict[str, list[int]]:
    """Shapes of the parameters as the file tells them; {} where it does not."""
    try:
        described = json.loads(arrays.attrs["architecture"])["parameters"]
        return {p["name"]: [int(n) for n in p["shape"]] for p in described}
    except (KeyError, TypeError, ValueError):
        return {}


def image_shape(arrays: xr.Dataset) -> tuple[int, int, int] | None:
    """[channels, height, width] of the images that the networks see."""
    try:
        shape = json.loads(arrays.attrs["architecture"])["image"]
        channels, height, width = (int(n) for n in shape)
    except (KeyError, TypeError, ValueError):
        return None
    return (channels, height, width) if min(height, width) > 1 else None


def reach_of(pictures) -> float:
    """The largest size that colours tell apart: the 99.5th percentile."""
    values = np.concatenate([np.abs(p[np.isfinite(p)]) for p in pictures] or [[]])
    return float(np.percentile(values, 99.5)) or 1.0 if values.size else 1.0


def signed(title: str, values, reach: float, subtitle: str = "", bare: bool = False, label="weight") -> Panel:
    return Panel(title, [Heat(values, -reach, reach, label, ramp="diverging", bare=bare)], subtitle=subtitle)


def spread(title: str, values: np.ndarray) -> Panel:
    """A panel of deviations: from the least to the largest."""
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    return Panel(title, [Heat(values, low, high if high > low else low + 1.0, "s.d.")])


def kept_epochs(arrays: xr.Dataset) -> list[int]:
    """Epochs at which the file has weights, at most so many."""
    return [int(epoch) for epoch in thin(arrays["weights_snapshot"].values, MOST_EPOCHS)]


def slider(epochs: list[int]) -> Control:
    return Control("epoch", [str(epoch) for epoch in epochs], "slider", len(epochs) - 1)


def at_epoch(epochs: list[int]) -> str:
    return f" at epoch {epochs[0]}" if len(epochs) == 1 else ""


def weights_of(arrays: xr.Dataset, run: int, epoch: int) -> np.ndarray:
    return arrays["weights"].sel(weights_snapshot=epoch, run=run).values


def cut_of(arrays: xr.Dataset, name: str) -> slice:
    offset, size = (int(arrays[f"parameter_{k}"].sel(parameter=name)) for k in ("offset", "size"))
    return slice(offset, offset + size)
