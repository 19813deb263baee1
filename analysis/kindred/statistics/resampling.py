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


def permutations(n: int, count: int, strata=None, seed: int = SEED) -> np.ndarray:
    """[count, n]: orders of 0 … n − 1 in which every place keeps to its stratum."""
    strata = codes(strata, n)
    keys = np.random.default_rng(seed).random((count, n))
    orders = np.empty((count, n), dtype=int)
    # Rows by stratum, in random order within it, to the places by stratum.
    orders[:, np.argsort(strata, kind="stable")] = np.argsort(keys + 2.0 * strata, axis=1)
    return orders


def bootstrap_weights(n: int, count: int, clusters=None, strata=None, seed: int = SEED) -> np.ndarray:
    """[count, n]: how often each row is drawn when, within each stratum, as many clusters as it has are drawn.

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
