"""Whether members of one group resemble one another across strata more than those of another group do."""

from __future__ import annotations

import numpy as np

from kindred.statistics.resampling import codes, permutations as orders_within
from kindred.statistics.tested import Tested, share_as_extreme, too_small


def across_strata(distance, groups, strata, *, permutations: int = 999) -> Tested:
    """Mean distance between runs of *different* strata within either of two groups.

    The statistic is the first group's mean less the second's, in order of first appearance; the effect is
    their ratio, `dispersions` are the two means, and the third, between groups. The two-sided p-value is
    of permutations of the groups within strata: which runs there are, and how far strata lie apart, stays
    as it is. Pairs without a value are left out."""
    values = np.asarray(distance, float)
    n = len(values)
    names = list(dict.fromkeys(np.asarray(groups).astype(str).tolist()))
    label, rows = codes(np.asarray(groups).astype(str), n), codes(strata, n)
    sizes = dict(zip(names, np.bincount(label, minlength=len(names)).tolist()))
    if len(names) != 2 or (rows == 0).all():
        why = "only one stratum" if len(names) == 2 else f"{len(names)} groups, not two"
        return Tested(n=n, sizes=sizes, reason=f"undefined: {why}")
    known = np.isfinite(values) & (rows[:, None] != rows[None, :])
    values = np.where(known, values, 0.0)
    first = label == 0
    means = _means(values, known, first[None, :])[:, 0]
    found = {
        "n": n,
        "sizes": sizes,
        "dispersions": {names[0]: float(means[0]), names[1]: float(means[1]), "between": float(means[2])},
    }
    statistic, effect = means[0] - means[1], means[0] / means[1] if means[1] else np.nan
    reason = too_small(n, list(sizes.values()))
    if reason or not np.isfinite(statistic):
        return Tested(statistic, effect, **found, reason=reason or "undefined: no pairs across strata")
    one, other, _ = _means(values, known, first[orders_within(n, permutations, rows)])
    p = share_as_extreme(np.abs(one - other), abs(statistic))
    return Tested(statistic, effect, p, permutations=permutations, **found)


def _means(values, known, first) -> np.ndarray:
    """[3, b]: within the first group, within the second, between them, for each row of `first` [b, n]."""
    one, other = first.astype(float), (~first).astype(float)
    sums = []
    for matrix in (values, known.astype(float)):
        reached_one, reached_other = one @ matrix, other @ matrix
        sums.append(
            [(reached_one * one).sum(1), (reached_other * other).sum(1), (reached_one * other).sum(1)]
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.array(sums[0]) / np.array(sums[1])
