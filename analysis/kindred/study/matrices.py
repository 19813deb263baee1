"""Distances between the runs of a study: of one slice of a metric, or of all its layers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from kindred.distances import distances
from kindred.similarity import Similarity

_LAYERS = {"layer", "matrix"}  # dimensions without a label for the whole network


def matrix(similarity: Similarity, scope: str, metric: str, runs, **slice) -> pd.DataFrame | None:
    """Distances between `runs` by a metric, or None where the file lacks it.

    Without `slice`: of all weights, of the penultimate representation, or the mean over the layers."""
    if scope not in similarity.scopes or metric not in similarity.metrics(scope):
        return None
    chosen = slice or similarity.default_slice(scope, metric)
    if not slice and _LAYERS & set(chosen):
        return distances(mean_over_layers(similarity.matrix(scope, metric)), runs)
    return distances(similarity.matrix(scope, metric, **chosen), runs)


def mean_over_layers(array: xr.DataArray) -> xr.DataArray:
    """The mean over the layers of `array` [layer, run, run_other] of distances, each by its median over pairs of
    different runs.

    Node strengths of a wide layer are many times those of a narrow one, so that a plain mean would be that of
    the widest. Left out are layers without a distance, all undefined or mostly 0, which have no scale; a pair
    that is undefined in another layer stays so."""
    pairs = np.triu_indices(array.sizes["run"], 1)
    scaled = []
    for values in array.values.astype(float):
        known = values[pairs][np.isfinite(values[pairs])]
        median = np.median(known) if known.size else 0.0
        if median > 0:
            scaled.append(values / median)
    mean = np.mean(scaled, axis=0) if scaled else np.full(array.shape[1:], np.nan)
    return array[0].drop_vars(array.dims[0], errors="ignore").copy(data=mean)


def stacked(tables: list[pd.DataFrame]) -> tuple[np.ndarray, np.ndarray]:
    """Matrices along a diagonal, and which of them each row is of; what is between them stands at 0.

    For tests that stay within strata and never look between these."""
    sizes = [len(table) for table in tables]
    whole, at = np.zeros((sum(sizes), sum(sizes))), 0
    for table in tables:
        whole[at : at + len(table), at : at + len(table)] = table.to_numpy()
        at += len(table)
    return whole, np.repeat(np.arange(len(tables)), sizes)
