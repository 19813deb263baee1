"""Whether one group of runs is more spread out than another."""

from __future__ import annotations

import numpy as np

from kindred.statistics.resampling import codes, permutations as orders_within
from kindred.statistics.tested import Tested, share_as_extreme, too_small


def dispersion(distance, groups, *, strata=None, permutations: int = 999) -> Tested:
    """PERMDISP (Anderson 2006): do the groups differ in the distances of their runs to the group's centroid?

    The statistic is F of these distances. With `strata` each group has a centroid in each stratum, distances are
    divided by the mean of their stratum, and permutations stay within it. `dispersions` are the groups' means (over
    strata: of the divided ones); the effect is the first group's by the second's, in order of first appearance."""
    squared = np.asarray(distance, float) ** 2
    n = len(squared)
    names = list(dict.fromkeys(np.asarray(groups).astype(str).tolist()))
    label = codes(np.asarray(groups).astype(str), n)
    rows = codes(strata, n)
    sizes = dict(zip(names, np.bincount(label, minlength=len(names)).tolist()))
    if len(names) < 2 or not np.isfinite(squared).all():
        why = "only one group" if len(names) < 2 else "some distances are missing"
        return Tested(n=n, sizes=sizes, reason=f"undefined: {why}")
    away = centroid_distances(squared, label + len(names) * rows)
    if strata is not None:
        away = away / _stratum_means(away, rows)
    means = [float(away[label == g].mean()) for g in range(len(names))]
    dispersions = dict(zip(names, means))
    effect = means[0] / means[1] if means[1] > 0 else np.nan
    if not np.ptp(away) > 1e-12 * np.abs(away).max():
        return Tested(np.nan, effect, n=n, sizes=sizes, dispersions=dispersions, reason="undefined: no spread")
    statistic = _f(away[None, :], label, len(names))[0]
    reason = too_small(n, list(sizes.values()))
    if reason:
        return Tested(statistic, effect, n=n, sizes=sizes, dispersions=dispersions, reason=reason)
    permuted = _f(away[orders_within(n, permutations, rows)], label, len(names))
    p = share_as_extreme(permuted, statistic)
    return Tested(statistic, effect, p, n, permutations, sizes, dispersions)


def centroid_distances(squared: np.ndarray, cell: np.ndarray) -> np.ndarray:
    """Distance of each run to the centroid of its cell, from squared distances [n, n] alone.

    d²(i, centroid) = mean over j of d²(i, j), less half the mean over j, k of d²(j, k). It is negative where
    distances are not Euclidean: then the root of its size is taken, as vegan's betadisper does. Times √(m / (m − 1))
    in a cell of m runs, so that small groups do not look tighter."""
    away = np.full(len(squared), 0.0)
    for c in np.unique(cell):
        rows = np.flatnonzero(cell == c)
        block = squared[np.ix_(rows, rows)]
        reached = block.mean(axis=1) - block.mean() / 2
        m = len(rows)
        away[rows] = np.sqrt(np.abs(reached)) * np.sqrt(m / max(m - 1, 1))
    return away


def _stratum_means(away, rows) -> np.ndarray:
    means = np.bincount(rows, away) / np.bincount(rows)
    return np.where(means > 0, means, 1)[rows]


def _f(values: np.ndarray, label: np.ndarray, count: int) -> np.ndarray:
    """F of each row of `values` [b, n] by `label`: [b]."""
    n = values.shape[1]
    member = np.eye(count)[label]
    sizes = member.sum(axis=0)
    means = values @ member / sizes
    between = (sizes * (means - values.mean(axis=1, keepdims=True)) ** 2).sum(axis=1) / (count - 1)
    within = ((values - means @ member.T) ** 2).sum(axis=1) / (n - count)
    with np.errstate(divide="ignore", invalid="ignore"):
        return between / within
