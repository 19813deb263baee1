"""Strengths of the input nodes as pictures of the pixels: single runs, means and deviations of the groups."""

from __future__ import annotations

import numpy as np
import xarray as xr

from kindred.figures.common import thin
from kindred.figures.pictures import MOST_EPOCHS, chosen_runs, image_shape, reach_of, slider, spread
from kindred.figures.spec import Figure, Heat, Panel
from kindred.findings import CohortFindings


def inputs_figure(cohort: CohortFindings, arrays: xr.Dataset) -> Figure | None:
    """Strengths of the input nodes where these are pixels: single runs, means and deviations; an epoch a frame."""
    image = image_shape(arrays)
    if not {"node_strength", "node_layer"} <= set(arrays.variables) or image is None:
        return None
    nodes = np.flatnonzero(arrays["node_layer"].values == 0)
    shape, words = _pixels(len(nodes), image)
    if shape is None:
        return None
    epochs = thin(cohort.snapshots, MOST_EPOCHS)
    frames = {}
    for k, epoch in enumerate(epochs):
        values = (
            arrays["node_strength"].sel(snapshot=epoch).isel(node=nodes).load().sel(run=cohort.groups.order)
        )
        frames[(k,)] = _maps(cohort, values, shape)
    caption = (
        f"Strength of the input nodes, that is of {words}: 1 plus the sum of a pixel's outgoing weights{_channels(shape)}. "
        "Above, single runs and the mean over each group; below, how much the runs of a group differ at a pixel. "
        "Every panel has its own scale."
    )
    return Figure(
        f"inputs-{cohort.name}",
        "Input-node strength",
        caption,
        frames,
        [slider(epochs)],
        columns=4,
        height=250,
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
    spreads = {
        f"deviation between {name} runs": picture(np.nanstd(v, axis=0))
        for name, v in groups.items()
        if len(v) > 1
    }
    panels = []
    for name, p in (dict(singles) | means).items():
        reach = reach_of([p - 1])
        panels.append(Panel(name, [Heat(p, 1 - reach, 1 + reach, "strength", ramp="diverging")]))
    return panels + [spread(name, p) for name, p in spreads.items()]
