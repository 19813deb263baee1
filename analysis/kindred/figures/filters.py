"""First-layer units, kernels and patch embeddings as pictures: best, middle and worst run."""

from __future__ import annotations

import numpy as np
import xarray as xr

from kindred.figures.pictures import (
    at_epoch,
    chosen_runs,
    cut_of,
    image_shape,
    kept_epochs,
    reach_of,
    shapes,
    signed,
    slider,
    weights_of,
)
from kindred.figures.spec import Figure
from kindred.findings import CohortFindings

_MOST_FILTERS = 36  # of a network


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
    shape, where = shapes(arrays).get(name), cut_of(arrays, name)
    if shape is None:
        return None
    epochs, frames = kept_epochs(arrays), {}
    for k, epoch in enumerate(epochs):
        frames[(k,)] = []
        for title, run in chosen_runs(cohort).items():
            weight = weights_of(arrays, run, epoch)[where].astype(float)
            found = filters_of(weight, shape, image_shape(arrays))
            if found is None:
                return None
            pictures, words = found
            frames[(k,)].append(signed(title, mosaic(pictures, 6), reach_of([pictures]), words))
    several = image_shape(arrays) is not None and image_shape(arrays)[0] > 1
    mean = ", the mean over colour channels" if several else ""
    caption = (
        f"{name}{at_epoch(epochs)}: what each first-layer unit, kernel or patch "
        f"embedding weighs{mean}, the largest first. Every run has its own scale: compare shapes here, sizes by the "
        "scales. Blue is negative, orange positive."
    )
    return Figure(
        f"filters-{cohort.name}",
        "First-layer filters",
        caption,
        frames,
        [slider(epochs)],
        columns=3,
        height=330,
        cohort=cohort.name,
    )
