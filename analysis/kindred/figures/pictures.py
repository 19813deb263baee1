"""The weights as pictures: filters and patch embeddings, input-node strengths as maps, matrices, their spread.

Blue is negative, orange positive, the page's own shade 0. Every picture has its own scale: poor networks often have
weights many times larger.
"""

from __future__ import annotations

import json

import numpy as np
import xarray as xr

from kindred.figures.common import thin
from kindred.figures.spec import Control, Figure, Heat, Panel
from kindred.findings import CohortFindings
from kindred.sentences import fixed

_MOST_FILTERS = 36  # of a network
_MOST_CELLS = 128  # rows and columns of a matrix's picture
_MOST_MATRICES = 8
_MOST_EPOCHS = 6


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


def _scale(pictures) -> float:
    """The largest size that colours tell apart: the 99.5th percentile."""
    values = np.concatenate([np.abs(p[np.isfinite(p)]) for p in pictures] or [[]])
    return float(np.percentile(values, 99.5)) or 1.0 if values.size else 1.0


def _signed(title: str, values, reach: float, subtitle: str = "", bare: bool = False, label="weight") -> Panel:
    return Panel(title, [Heat(values, -reach, reach, label, ramp="diverging", bare=bare)], subtitle=subtitle)


def mosaic(filters: np.ndarray, across: int) -> np.ndarray:
    """Pictures [count, height, width] as one, with a cell of NaN between them."""
    count, height, width = filters.shape
    rows = -(-count // across)
    found = np.full((rows * (height + 1) - 1, across * (width + 1) - 1), np.nan)
    for i, picture in enumerate(filters):
        top, left = i // across * (height + 1), i % across * (width + 1)
        found[top : top + height, left : left + width] = picture
    return found


def filters_of(weight: np.ndarray, shape, image) -> tuple[np.ndarray, str] | None:
    """First-layer weights as pictures [count, height, width], strongest first, and what they are."""
    if len(shape) == 4 and min(shape[2:]) > 1:
        filters = weight.reshape(shape).mean(axis=1)
        kind = "patch embeddings" if shape[2] >= 5 else "kernels"
    elif len(shape) == 2 and image is not None and shape[1] == int(np.prod(image)):
        filters = weight.reshape(shape[0], *image).mean(axis=1)
        kind = "units"
    else:
        return None
    strongest = np.argsort(-np.square(filters).sum(axis=(1, 2)), kind="stable")[:_MOST_FILTERS]
    return filters[strongest], f"{len(strongest)} of {len(filters)} {kind}"


def filters_figure(cohort: CohortFindings, arrays: xr.Dataset) -> Figure | None:
    """First-layer filters of the best, a middle and the worst run, each in its own scale."""
    if "weights" not in arrays or not cohort.matrices:
        return None
    name = cohort.matrices[0]
    shape, where = shapes(arrays).get(name), _cut(arrays, name)
    if shape is None:
        return None
    panels = []
    for title, run in chosen_runs(cohort).items():
        weight = _weights(arrays, run)[where].astype(float)
        found = filters_of(weight, shape, image_shape(arrays))
        if found is None:
            return None
        pictures, words = found
        panels.append(_signed(title, mosaic(pictures, 6), _scale([pictures]), words))
    several = image_shape(arrays) is not None and image_shape(arrays)[0] > 1
    mean = ", the mean over colour channels" if several else ""
    caption = (
        f"{name} at epoch {int(arrays['weights_snapshot'].values[-1])}: what each first-layer unit, kernel or patch "
        f"embedding weighs{mean}, the largest first. Every run has its own scale: compare shapes here, sizes by the "
        "scales. Blue is negative, orange positive."
    )
    return Figure(
        f"filters-{cohort.name}", "First-layer filters", caption, {(): panels}, columns=3, height=330,
        cohort=cohort.name,
    )


def _weights(arrays: xr.Dataset, run: int) -> np.ndarray:
    return arrays["weights"].isel(weights_snapshot=-1).sel(run=run).values


def _cut(arrays: xr.Dataset, name: str) -> slice:
    offset, size = (int(arrays[f"parameter_{k}"].sel(parameter=name)) for k in ("offset", "size"))
    return slice(offset, offset + size)


def map_figure(cohort: CohortFindings, arrays: xr.Dataset) -> Figure | None:
    """Strengths of the input nodes where these are pixels: single runs, means and deviations; an epoch a frame."""
    image = image_shape(arrays)
    if not {"node_strength", "node_layer"} <= set(arrays.variables) or image is None:
        return None
    nodes = np.flatnonzero(arrays["node_layer"].values == 0)
    shape, words = _pixels(len(nodes), image)
    if shape is None:
        return None
    epochs = thin(cohort.snapshots, _MOST_EPOCHS)
    frames = {}
    for k, epoch in enumerate(epochs):
        values = arrays["node_strength"].sel(snapshot=epoch).isel(node=nodes).load().sel(run=cohort.groups.order)
        frames[(k,)] = _maps(cohort, values, shape)
    caption = (
        f"Strength of the input nodes, that is of {words}: 1 plus the sum of a pixel's outgoing weights{_channels(shape)}. "
        "Above, single runs and the mean over each group; below, how much the runs of a group differ at a pixel. "
        "Every panel has its own scale."
    )
    controls = [Control("epoch", [str(e) for e in epochs], "slider", len(epochs) - 1)]
    return Figure(
        f"inputs-{cohort.name}", "Input-node strength", caption, frames, controls, columns=4, height=250,
        cohort=cohort.name,
    )


def _pixels(count: int, image):
    channels, height, width = image
    if count == channels * height * width:
        return image, "pixels"
    side = round(np.sqrt(count / channels))
    if side > 1 and count == channels * side * side:
        return (channels, side, side), f"the pixels of a patch of {side} × {side}"
    return None, ""


def _channels(shape) -> str:
    return ", the mean over colour channels" if shape[0] > 1 else ""


def _maps(cohort, values, shape) -> list[Panel]:
    def picture(flat):
        return np.asarray(flat, float).reshape(shape).mean(axis=0)

    single = {name: picture(values.sel(run=run).values) for name, run in chosen_runs(cohort).items()}
    singles = list(single.items())
    if len(singles) == 3:
        singles = [singles[0], singles[2]]
    groups = {name: values.sel(run=runs).values.astype(float) for name, runs in cohort.groups.named.items()}
    means = {f"mean, {name} ({len(v)} runs)": picture(np.nanmean(v, axis=0)) for name, v in groups.items()}
    spreads = {f"deviation between {name} runs": picture(np.nanstd(v, axis=0)) for name, v in groups.items() if len(v) > 1}
    panels = []
    for name, p in (dict(singles) | means).items():
        reach = _scale([p - 1])
        panels.append(Panel(name, [Heat(p, 1 - reach, 1 + reach, "strength", ramp="diverging")]))
    return panels + [
        Panel(name, [Heat(p, float(np.nanmin(p)), float(np.nanmax(p)) or 1.0, "s.d.")]) for name, p in spreads.items()
    ]


def matrices_figure(cohort: CohortFindings, arrays: xr.Dataset, summary: xr.Dataset | None) -> Figure | None:
    """Each weight matrix as a picture: best and worst run, and mean and deviation between runs by group."""
    known = shapes(arrays)
    names = [name for name in thin(cohort.matrices, _MOST_MATRICES) if len(known.get(name, ())) >= 2]
    if "weights" not in arrays or not names:
        return None
    runs = list(chosen_runs(cohort).items())
    runs = {t: _weights(arrays, r) for t, r in ([runs[0], runs[-1]] if len(runs) > 1 else runs)}
    groups = _group_weights(cohort, summary)
    frames = {}
    for k, name in enumerate(names):
        cut, shape = _cut(arrays, name), known[name]
        pictures = {t: _reduced(w[cut].astype(float).reshape(shape[0], -1)) for t, w in runs.items()}
        panels = [_signed(t, p, _scale([p]), f"{shape[0]} × {int(np.prod(shape[1:]))}") for t, p in pictures.items()]
        means = {g: _reduced(m[cut].reshape(shape[0], -1)) for g, (m, _, _) in groups.items()}
        panels += [_signed(f"mean, {g} ({groups[g][2]} runs)", p, _scale([p])) for g, p in means.items()]
        deviations = {g: _reduced(np.sqrt(v[cut]).reshape(shape[0], -1)) for g, (_, v, _) in groups.items()}
        for g, p in deviations.items():
            low, high = float(np.nanmin(p)), float(np.nanmax(p))
            heat = Heat(p, low, high if high > low else low + 1.0, "s.d.")
            panels.append(Panel(f"deviation between {g} runs", [heat]))
        frames[(k,)] = panels
    caption = (
        "Weight matrices, rows are outputs and columns inputs (a kernel's as they lie in memory); larger ones are "
        f"averaged over blocks to {_MOST_CELLS} a side. Every panel has its own scale. Mean and deviation are taken weight by weight over the runs "
        "of a group: hidden units have no common order between runs, so a mean near 0 beside a large deviation is "
        "what independent seeds give."
    )
    return Figure(
        f"matrices-{cohort.name}", "Weight matrices", caption, frames, [Control("matrix", names)], columns=3,
        height=260, cohort=cohort.name,
    )


def _group_weights(cohort, summary):
    """Mean and variance of each weight over the runs, by group, from the file's summary."""
    if summary is None or not {"weight_mean", "weight_variance"} <= set(summary.variables):
        return {}
    found = {}
    for group, runs in cohort.groups.named.items():
        mean, variance = (
            summary[name].isel({"weights_snapshot": -1} if "weights_snapshot" in summary[name].dims else {})
            .sel(group=group).values.astype(float)
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
