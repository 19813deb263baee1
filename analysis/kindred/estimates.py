"""Estimates with 95 % intervals. All are deterministic: resampling uses a fixed seed.

An interval is NaN where there are too few runs for one; `Estimate.excludes` is then false, so that nothing is
claimed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

LEVEL = 0.95
SMALLEST_SAMPLE = 8  # runs below which a correlation gets no interval
SMALLEST_GROUP = 5  # runs below which a group's spread or similarity gets no interval
RESAMPLES = 2000
SEED = 240811720


@dataclass(frozen=True)
class Estimate:
    """A figure with its interval, the number of runs behind it and, for correlations, its p-value."""

    value: float
    low: float = np.nan
    high: float = np.nan
    n: int = 0
    p: float = np.nan
    reason: str = ""  # why there is neither interval nor p-value

    def __post_init__(self):
        for name in ("value", "low", "high", "p"):  # plain numbers, whatever computed them
            object.__setattr__(self, name, float(getattr(self, name)))

    @property
    def known(self) -> bool:
        """Whether there is an interval."""
        return bool(np.isfinite(self.low))

    def excludes(self, null: float) -> bool:
        """Whether the interval exists and leaves out `null`."""
        return bool(self.low > null or self.high < null)


def spearman(x, y) -> Estimate:
    """Spearman's rank correlation of the finite pairs; NaN where either is constant.

    The interval is Fisher's with the standard error of Bonett & Wright (2000), sqrt((1 + ρ²/2) / (n − 3)).
    Neither it nor a p-value is given for fewer than 8 pairs."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    kept = np.isfinite(x) & np.isfinite(y)
    x, y = x[kept], y[kept]
    n = len(x)
    if n < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return Estimate(np.nan, n=n)
    rho = _pearson(stats.rankdata(x), stats.rankdata(y))
    low, high = _fisher(rho, n, n - 3)
    p = stats.spearmanr(x, y).pvalue if np.isfinite(low) else np.nan
    return Estimate(rho, low, high, n, p)


def spearman_within(x, y, group) -> Estimate:
    """Rank correlation of the pairs within groups: ranks are taken and centred in each group of two or more.

    Says whether x and y go together among runs of equal settings. Degrees of freedom: runs − groups − 2.
    """
    x, y, group = np.asarray(x, float), np.asarray(y, float), np.asarray(group)
    kept = np.isfinite(x) & np.isfinite(y)
    x, y, group = x[kept], y[kept], group[kept]
    ranks, groups = [], 0
    for label in np.unique(group):
        member = group == label
        count = member.sum()
        if count > 1:
            groups += 1
            centre = (count + 1) / 2
            ranks.append(np.stack([stats.rankdata(v[member]) - centre for v in (x, y)]) / count)
    if groups == 0:
        return Estimate(np.nan)
    a, b = np.concatenate(ranks, axis=1)
    if not a.any() or not b.any():
        return Estimate(np.nan, n=len(a))
    rho = _pearson(a, b)
    low, high = _fisher(rho, len(a), len(a) - groups - 2)
    return Estimate(rho, low, high, len(a))


def holm(p: np.ndarray) -> np.ndarray:
    """p-values adjusted for their number by Holm's method; NaN ones stay and do not count."""
    p = np.asarray(p, float)
    adjusted = np.full(p.shape, np.nan)
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    factors = len(order) - np.arange(len(order))
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * factors), 1.0)
    return adjusted


def spread_ratio(first: np.ndarray, second: np.ndarray) -> Estimate:
    """Geometric mean over columns of (standard deviation of `first` / of `second`); both are [runs, columns].

    Columns without spread in either are left out. The interval resamples the runs of each group
    independently, whole rows at a time, and is symmetric on the logarithmic scale (Student's t)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(deviations(first)) - np.log(deviations(second))
        usable = np.isfinite(logs)
        n = min(len(first), len(second))
        if not usable.any():
            return Estimate(np.nan, n=n)
        value = logs[usable].mean()
        if n < SMALLEST_GROUP:
            return Estimate(float(np.exp(value)), n=n)
        random = np.random.default_rng(SEED)
        a = np.log(_resampled_deviations(first[:, usable], random))
        b = np.log(_resampled_deviations(second[:, usable], random))
        known = np.isfinite(a - b)
        means = np.where(known, a - b, 0).sum(axis=1) / known.sum(axis=1)  # NaN where nothing is known
        error = np.nanstd(means) * _small_sample(n)
    reach = _student(len(first) + len(second) - 2, LEVEL) * error
    return Estimate(float(np.exp(value)), float(np.exp(value - reach)), float(np.exp(value + reach)), n)


def pairs_difference(first: np.ndarray, second: np.ndarray, level: float = LEVEL) -> Estimate:
    """Mean of the pairs within `first` less that within `second`; symmetric matrices, the diagonal left out.

    The interval resamples runs, not pairs: the pairs of one run are not independent."""
    value = mean_of_pairs(first) - mean_of_pairs(second)
    n = min(len(first), len(second))
    if n < SMALLEST_GROUP or not np.isfinite(value):
        return Estimate(value, n=n)
    random = np.random.default_rng(SEED)
    differences = _resampled_pairs(first, random) - _resampled_pairs(second, random)
    reach = _student(len(first) + len(second) - 2, level) * np.nanstd(differences) * _small_sample(n)
    return Estimate(value, value - reach, value + reach, n)


def mean_of_pairs(matrix: np.ndarray) -> float:
    """Mean of the finite entries above the diagonal; NaN where there are none."""
    pairs = matrix[np.triu_indices(len(matrix), 1)]
    pairs = pairs[np.isfinite(pairs)]
    return float(pairs.mean()) if pairs.size else float("nan")


def mann_whitney(first, second) -> float:
    """Two-sided p-value that two groups have the same distribution; NaN where a group has no values."""
    first, second = (v[np.isfinite(v)] for v in (np.asarray(first, float), np.asarray(second, float)))
    if min(len(first), len(second)) == 0:
        return float("nan")
    return float(stats.mannwhitneyu(first, second, alternative="two-sided").pvalue)


def _pearson(a, b) -> float:
    a, b = a - a.mean(), b - b.mean()
    return float(np.clip(a @ b / np.sqrt((a @ a) * (b @ b)), -1.0, 1.0))


def _fisher(rho: float, n: int, freedom: int) -> tuple[float, float]:
    if n < SMALLEST_SAMPLE or freedom < 1:
        return np.nan, np.nan
    centre = np.arctanh(np.clip(rho, -1 + 1e-12, 1 - 1e-12))
    reach = stats.norm.ppf((1 + LEVEL) / 2) * np.sqrt((1 + rho**2 / 2) / freedom)
    return float(np.tanh(centre - reach)), float(np.tanh(centre + reach))


def _student(freedom: int, level: float) -> float:
    return float(stats.t.ppf((1 + level) / 2, freedom))


def _small_sample(n: int) -> float:
    return float(np.sqrt(n / (n - 1)))  # resampling n values underestimates an error by this factor


def deviations(values: np.ndarray) -> np.ndarray:
    """Standard deviation (1/n) of the finite values of each column; NaN of fewer than two."""
    finite = np.isfinite(values)
    count = finite.sum(axis=0)
    mean = np.where(finite, values, 0).sum(axis=0) / np.maximum(count, 1)
    squares = np.where(finite, values - mean, 0) ** 2
    deviation = np.sqrt(squares.sum(axis=0) / np.maximum(count, 1))
    deviation[deviation <= 1e-13 * np.abs(mean)] = 0  # equal values, but for rounding of their mean
    return np.where(count > 1, deviation, np.nan)


def _counts(n: int, random: np.random.Generator) -> np.ndarray:
    """How often each of n runs is drawn in each resample: [RESAMPLES, n]."""
    return random.multinomial(n, np.full(n, 1 / n), size=RESAMPLES).astype(float)


def _resampled_deviations(values: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Standard deviation of each column in each resample of the rows: [RESAMPLES, columns]."""
    finite = np.isfinite(values)
    scale = deviations(values)
    centred = np.where(finite, values - np.nanmean(values, axis=0), 0) / np.where(scale > 0, scale, 1)
    drawn = _counts(len(values), random)
    count = drawn @ finite
    variance = drawn @ centred**2 / count - (drawn @ centred / count) ** 2
    variance[variance < 1e-12] = np.nan  # one run drawn throughout: rounding is all that is left
    return np.sqrt(variance) * scale


def _resampled_pairs(matrix: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Mean of the pairs of different runs in each resample: [RESAMPLES]."""
    usable = np.isfinite(matrix) & ~np.eye(len(matrix), dtype=bool)
    drawn = _counts(len(matrix), random)
    total = np.einsum("bi,bi->b", drawn @ np.where(usable, matrix, 0), drawn)
    pairs = np.einsum("bi,bi->b", drawn @ usable, drawn)
    return np.divide(total, pairs, out=np.full(len(total), np.nan), where=pairs > 0)
