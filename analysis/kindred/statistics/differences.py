"""How far two groups of runs differ in a figure."""

from __future__ import annotations

import numpy as np

from kindred.estimates import RESAMPLES, Estimate
from kindred.errors import KindredError
from kindred.statistics import resampling
from kindred.statistics.resampling import bootstrap_weights, codes, percentile_interval
from kindred.statistics.tested import share_as_extreme, too_small


def group_difference(
    values, groups, *, strata=None, first=None, permutations: int = 1999, resamples: int = RESAMPLES
) -> Estimate:
    """Cliff's delta of two groups: the share of pairs where `first` has the larger value, less the share
    where the other has; −1 to 1, ties count for neither.

    With `strata` pairs are of one stratum, and each stratum weighs as its number of runs. `first` is the
    label of one group, by default that of the first row. The p-value is of permutations of the groups
    within strata, the interval of resamples within group and stratum; there are none with fewer than 5
    runs in a group."""
    values, groups = np.asarray(values, float), np.asarray(groups)
    kept = np.isfinite(values)
    strata = codes(strata, len(values))[kept]
    values, groups = values[kept], groups[kept]
    names = list(dict.fromkeys(groups.tolist()))
    if len(names) > 2:
        raise KindredError(f"cannot compare {len(names)} groups (a difference is of two) select two")
    chosen = groups == (names[0] if first is None and names else first)
    n, sizes = len(values), (int(chosen.sum()), int((~chosen).sum()))
    signs = np.sign(values[:, None] - values[None, :]) * (strata[:, None] == strata[None, :])
    value = _delta(signs, chosen[None, :] * 1.0, ~chosen[None, :] * 1.0, strata)[0]
    reason = too_small(n, sizes)
    if reason or not np.isfinite(value):
        return Estimate(value, n=n, reason=reason or "undefined: no stratum has runs of both groups")
    weights = bootstrap_weights(n, resamples, strata=2 * strata + chosen)
    low, high = percentile_interval(_delta(signs, weights * chosen, weights * ~chosen, strata))
    shuffled = chosen[resampling.permutations(n, permutations, strata)] * 1.0
    p = share_as_extreme(np.abs(_delta(signs, shuffled, 1 - shuffled, strata)), abs(value))
    return Estimate(value, low, high, n, p)


def _delta(signs, first, second, strata) -> np.ndarray:
    """For each row of `first` and `second` [b, n], how often each run counts in either group: [b]."""
    balance = (first @ signs) * second
    total, weight = np.zeros(len(first)), 0.0
    for stratum in np.unique(strata):
        rows = strata == stratum
        pairs = first[:, rows].sum(axis=1) * second[:, rows].sum(axis=1)
        if (pairs > 0).all():  # the same for all resamples and permutations
            total += rows.sum() * balance[:, rows].sum(axis=1) / pairs
            weight += rows.sum()
    return total / weight if weight else np.full(len(first), np.nan)
