"""A similarity file's matrix as distances between the runs that have them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from kindred.errors import KindredError


def distances(array: xr.DataArray, runs=None) -> pd.DataFrame:
    """`Similarity.matrix` of one slice as a square table of distances, labelled by run; of `runs` alone if
    given.

    A similarity s becomes 1 − s. Left out are runs without values (they are not done) and, while pairs are
    missing, the run that misses most of them. The diagonal is 0."""
    if array.ndim != 2:
        raise KindredError(
            f"'{array.name}' has {array.ndim} dimensions (a matrix between runs has two) select one "
            f"{' and '.join(map(str, array.dims[:-2]))}"
        )
    labels = array["run"].values
    values = array.values.astype(float)
    if runs is not None:
        place = {int(run): i for i, run in enumerate(labels)}
        rows = [place[int(run)] for run in runs if int(run) in place]
        labels, values = labels[rows], values[np.ix_(rows, rows)]
    kept = _complete(values)
    labels, values = labels[kept], values[np.ix_(kept, kept)]
    if array.attrs.get("kind") == "similarity":
        values = 1 - values
    values = (values + values.T) / 2
    np.fill_diagonal(values, 0)
    return pd.DataFrame(values, index=pd.Index(labels, name="run"), columns=pd.Index(labels, name="run"))


def _complete(values: np.ndarray) -> np.ndarray:
    """Rows between which all pairs are known."""
    kept = np.flatnonzero(np.isfinite(np.diagonal(values)))
    missing = ~np.isfinite(values[np.ix_(kept, kept)])
    alive = np.ones(len(kept), bool)
    count = missing.sum(axis=1)
    while count.max(initial=0):
        worst = int(np.argmax(count))
        alive[worst] = False
        count = np.where(alive, count - missing[worst], 0)
    return kept[alive]
