"""Permutations within strata and bootstrap weights of clusters, from a fixed seed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kindred.estimates import LEVEL, SEED


def codes(labels, n: int) -> np.ndarray:
    """Labels as integers 0, 1, … [n] in order of appearance; all 0 without labels."""
    if labels is None:
        return np.zeros(n, dtype=int)
    return pd.factorize(np.asarray(labels), use_na_sentinel=False)[0]


def permutations(n: int, count: int, strata=None, clusters=None, seed: int = SEED) -> np.ndarray:
    """[count, n]: orders of 0 … n − 1 in which every place keeps to its stratum.

    Clusters move as a whole, to the places of another of as many rows in the same stratum."""
    strata = codes(strata, n)
    clusters = np.arange(n) if clusters is None else codes(clusters, n)
    size = np.bincount(clusters)[clusters]
    order = np.lexsort((clusters, size, strata))  # rows by stratum, by size, cluster after cluster
    random = np.random.default_rng(seed)
    orders = np.empty((count, n), dtype=int)
    starts = np.flatnonzero(np.r_[True, np.any(np.diff([strata[order], size[order]]) != 0, axis=0)])
    for rows in np.split(order, starts[1:]):
        blocks = rows.reshape(-1, size[rows[0]])
        drawn = np.argsort(random.random((count, len(blocks))), axis=1)
        orders[:, rows] = blocks[drawn].reshape(count, -1)
    return orders


def bootstrap_weights(n: int, count: int, clusters=None, strata=None, seed: int = SEED) -> np.ndarray:
    """[count, n]: how often each row is drawn when each stratum draws as many clusters as it has.

    A cluster belongs to the stratum of its first row."""
    clusters = np.arange(n) if clusters is None else codes(clusters, n)
    strata = codes(strata, n)
    _, first = np.unique(clusters, return_index=True)
    random = np.random.default_rng(seed)
    weights = np.empty((count, len(first)))
    for stratum in np.unique(strata[first]):
        pool = np.flatnonzero(strata[first] == stratum)
        weights[:, pool] = random.multinomial(len(pool), np.full(len(pool), 1 / len(pool)), size=count)
    return weights[:, clusters]


def percentile_interval(values: np.ndarray) -> tuple[float, float]:
    """The central 95 % of a statistic's values in the resamples; NaN where most of them have none."""
    finite = values[np.isfinite(values)]
    if not len(finite) or len(finite) < len(values) / 2:
        return np.nan, np.nan
    low, high = np.quantile(finite, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
