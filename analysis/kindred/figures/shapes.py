"""How the weight distribution varies between runs: a line a run, free of location and scale."""

from __future__ import annotations

import numpy as np
import xarray as xr

from kindred.figures.common import thin
from kindred.figures.spec import Axis, Control, Curves, Diagonal, Figure, Panel
from kindred.findings import CohortFindings
from kindred.moments import WHOLE
from kindred.shapes import REACH, weight_shapes

_MOST_LINES = 100  # of a group
_FEWEST_POINTS = 5  # of a line: fewer quantiles tell no shape


def shape_figure(cohort: CohortFindings, arrays: xr.Dataset, epochs: list[int]) -> Figure | None:
    """Quantiles of all weights against those of a normal distribution, a panel a group, an epoch a frame."""
    if "quantiles" not in arrays or WHOLE not in cohort.parameters:
        return None
    groups = cohort.groups.named
    chosen = {name: np.array(thin(runs, _MOST_LINES)) for name, runs in groups.items()}
    frames = {}
    for k, epoch in enumerate(epochs):
        found = weight_shapes(arrays, chosen, cohort.snapshots.index(epoch))
        if len(found.normal) < _FEWEST_POINTS:
            return None
        frames[(k,)] = [
            _panel(name, found.normal, lines, chosen[name], len(groups[name]))
            for name, lines in found.lines.items()
        ]
    some = f" {_MOST_LINES} runs of a larger group are drawn, evenly spread over its ranking." * any(
        len(runs) > _MOST_LINES for runs in groups.values()
    )
    caption = (
        "Each line is a run: quantiles of all its weights, less their median, by their interquartile range (IQR), against "
        "those of a normal distribution, which would be the dotted line. Lines of a bundle are networks with weights "
        "of one shape, whatever their scale; a line steeper at its ends has heavier tails than the normal "
        f"distribution. The axis ends at {REACH} IQR; the runs that go beyond it are counted above.{some}"
    )
    return Figure(
        f"shapes-{cohort.name}",
        "Shapes of the weight distributions of single runs",
        caption,
        frames,
        [Control("epoch", [str(e) for e in epochs], "slider", len(epochs) - 1)],
        columns=2,
        height=260,
        cohort=cohort.name,
    )


def _panel(name: str, normal: np.ndarray, lines: np.ndarray, runs: np.ndarray, total: int) -> Panel:
    known = np.isfinite(lines).all(axis=1)
    far = int((np.abs(lines[known]) > REACH).any(axis=1).sum())
    words = [f"n = {len(runs)}" + (f" of {total}" if len(runs) < total else "")]
    words += [f"{far} beyond the axis"] if far else []
    words += [f"{(~known).sum()} undefined (half of the weights are equal)"] if not known.all() else []
    low, high = float(normal[0]), float(normal[-1])
    return Panel(
        name,
        [Diagonal(low, high), Curves(normal, lines[known], runs[known])],
        Axis("quantile of a normal distribution (IQR)", low=low, high=high),
        Axis("of the weights (IQR)", low=-REACH, high=REACH),
        ", ".join(words),
    )
