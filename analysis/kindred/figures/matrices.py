"""Weight matrices as pictures: best and worst run, mean and deviation between the runs of a group."""

from __future__ import annotations

import numpy as np
import xarray as xr

from kindred.figures.common import thin
from kindred.figures.pictures import (
    at_epoch,
    chosen_runs,
    cut_of,
    kept_epochs,
    reach_of,
    shapes,
    signed,
    slider,
    spread,
    weights_of,
)
from kindred.figures.spec import Control, Figure, Panel
from kindred.findings import CohortFindings

_MOST_CELLS = 128  # rows and columns of a picture
_MOST_MATRICES = 8


def matrices_figure(cohort: CohortFindings, arrays: xr.Dataset, summary: xr.Dataset | None) -> Figure | None:
    """Each weight matrix as a picture: best and worst run, and mean and deviation between runs by group."""
    known = shapes(arrays)
    names = [name for name in thin(cohort.matrices, _MOST_MATRICES) if len(known.get(name, ())) >= 2]
    if "weights" not in arrays or not names:
        return None
    runs = list(chosen_runs(cohort).items())
    runs = [runs[0], runs[-1]] if len(runs) > 1 else runs
    frames, epochs = {}, kept_epochs(arrays)
    for e, epoch in enumerate(epochs):
        weights = {title: weights_of(arrays, run, epoch) for title, run in runs}
        groups = _group_weights(cohort, summary, epoch)
        for k, name in enumerate(names):
            frames[k, e] = _matrix_panels(weights, groups, cut_of(arrays, name), known[name])
    caption = (
        f"Weight matrices{at_epoch(epochs)}, rows are outputs and columns inputs (a kernel's as they lie in memory); larger "
        f"ones are averaged over blocks to {_MOST_CELLS} a side. Every panel has its own scale. Mean and deviation are "
        "taken weight by weight over the runs of a group: hidden units have no common order between runs, so a mean "
        "near 0 beside a large deviation is what independent seeds give."
    )
    return Figure(
        f"matrices-{cohort.name}",
        "Weight matrices",
        caption,
        frames,
        [Control("matrix", names), slider(epochs)],
        columns=3,
        height=260,
        cohort=cohort.name,
    )


def _matrix_panels(weights, groups, cut: slice, shape) -> list[Panel]:
    """One matrix: of single runs, and its mean and deviation over the runs of each group."""
    pictures = {t: _reduced(w[cut].astype(float).reshape(shape[0], -1)) for t, w in weights.items()}
    panels = [
        signed(t, p, reach_of([p]), f"{shape[0]} × {int(np.prod(shape[1:]))}") for t, p in pictures.items()
    ]
    means = {g: _reduced(m[cut].reshape(shape[0], -1)) for g, (m, _, _) in groups.items()}
    panels += [signed(f"mean, {g} ({groups[g][2]} runs)", p, reach_of([p])) for g, p in means.items()]
    deviations = {g: _reduced(np.sqrt(v[cut]).reshape(shape[0], -1)) for g, (_, v, _) in groups.items()}
    return panels + [spread(f"deviation between {g} runs", p) for g, p in deviations.items()]


def _group_weights(cohort, summary, epoch: int):
    """Mean and variance of each weight over the runs, by group, from the file's summary."""
    if summary is None or not {"weight_mean", "weight_variance"} <= set(summary.variables):
        return {}
    found = {}
    for group, runs in cohort.groups.named.items():
        mean, variance = (
            summary[name].sel(group=group, weights_snapshot=epoch).values.astype(float)
            for name in ("weight_mean", "weight_variance")
        )
        if np.isfinite(mean).any():
            found[group] = mean, variance, len(runs)
    return found


def _reduced(matrix: np.ndarray) -> np.ndarray:
    """The matrix, averaged over blocks of neighbours where it has more than `_MOST_CELLS` a side."""
    for axis in (0, 1):
        n = matrix.shape[axis]
        if n > _MOST_CELLS:
            starts = np.linspace(0, n, _MOST_CELLS, endpoint=False).round().astype(int)
            sizes = np.diff(np.append(starts, n))
            matrix = np.add.reduceat(matrix, starts, axis) / (sizes[:, None] if axis == 0 else sizes)
    return matrix
