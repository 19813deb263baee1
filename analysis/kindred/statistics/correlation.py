"""Rank correlations, partial ones too, with bootstrap intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from kindred.estimates import RESAMPLES, Estimate
from kindred.statistics.multiple import adjust
from kindred.statistics.ranks import weighted_ranks
from kindred.statistics.resampling import bootstrap_weights, codes, percentile_interval, permutations
from kindred.statistics.tested import share_as_extreme, too_small

_PERMUTATIONS = 1999


def correlate(x, y, *, given=None, strata=None, clusters=None, resamples: int = RESAMPLES) -> Estimate:
    """Spearman's rank correlation of x and y [n] over their finite pairs; NaN where either is constant.

    `given` ([n], [n, k] or a table) makes it partial: the correlation of what is left of the ranks of x
    and y after a linear regression on the ranks of its numbers and on dummies of its texts; a number that
    is missing (a setting that does not apply) counts as a value of its own. `strata` has ranks taken
    within each stratum.

    The interval is the percentile bootstrap's, of the rows, or of `clusters` of rows that are not
    independent (runs of equal settings). The p-value is of Student's t with n − 2 − (columns given)
    degrees of freedom; with strata or clusters of several rows, of permutations within these, of whole
    clusters (of residuals: Freedman & Lane 1983). Neither is there for fewer than 8 rows or clusters."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    kept = np.isfinite(x) & np.isfinite(y)
    n = int(kept.sum())
    strata_codes, columns = codes(strata, len(x))[kept], _columns(given, kept)
    x, y = x[kept], y[kept]
    one = np.ones((1, n))
    value = _correlations(x, y, columns, strata_codes, one)[0] if n > 2 else np.nan
    grouped = None if clusters is None else codes(np.asarray(clusters)[kept], n)
    reason = too_small(n, clusters=None if grouped is None else len(set(grouped))) or (
        "" if np.isfinite(value) else "undefined: one of the two is constant"
    )
    if reason:
        return Estimate(value, n=n, reason=reason)
    weights = bootstrap_weights(n, resamples, grouped, strata_codes)
    low, high = percentile_interval(_correlations(x, y, columns, strata_codes, weights))
    dependent = grouped is not None and len(set(grouped)) < n
    permute = strata is not None or dependent
    orders = permutations(n, _PERMUTATIONS, strata_codes, grouped) if permute else None
    p = _p_value(value, x, y, columns, strata_codes, orders)
    return Estimate(value, low, high, n, p)


def correlate_each(table: pd.DataFrame, y, *, method: str = "benjamini-hochberg", **options) -> pd.DataFrame:
    """`correlate` of each column of `table` [run, column] with y; columns rho, low, high, n, p,
    adjusted_p, reason."""
    found = {name: correlate(table[name], y, **options) for name in table}
    rows = pd.DataFrame(
        [[e.value, e.low, e.high, e.n, e.p, e.reason] for e in found.values()],
        index=pd.Index(list(found), name="of"),
        columns=["rho", "low", "high", "n", "p", "reason"],
    )
    rows.insert(5, "adjusted_p", adjust(rows["p"].to_numpy(float), method))
    return rows


def _columns(given, kept: np.ndarray) -> list[np.ndarray]:
    """What is given, one array a column: numbers, or the dummies of texts as [n, levels − 1]."""
    if given is None:
        return []
    table = given if isinstance(given, pd.DataFrame) else pd.DataFrame(np.asarray(given))
    columns = []
    for name in table:
        column = table[name][kept]
        if pd.api.types.is_numeric_dtype(column):
            values = column.to_numpy(float)
            missing = ~np.isfinite(values)
            if missing.any():
                columns.append(missing[:, None].astype(float))
            columns.append(np.where(missing, np.nan, values))
        else:
            columns.append(pd.get_dummies(column, drop_first=True).to_numpy(float))
    return [c for c in columns if c.size and not np.all((c == c[:1]) | ~np.isfinite(c))]


def _correlations(x, y, columns, strata, weights) -> np.ndarray:
    """The correlation in each of the resamples `weights` [b, n]."""
    a, b = weighted_ranks(x, weights, strata), weighted_ranks(y, weights, strata)
    if columns:
        design = _design(columns, strata, weights)
        a, b = _residuals(a, design, weights), _residuals(b, design, weights)
    return _pearson(a, b, weights)


def _pearson(a, b, weights) -> np.ndarray:
    aa, bb = (weights * a * a).sum(axis=1), (weights * b * b).sum(axis=1)
    tiny = 1e-12 * weights.sum(axis=1)  # ranks explained but for rounding
    with np.errstate(divide="ignore", invalid="ignore"):
        r = (weights * a * b).sum(axis=1) / np.sqrt(aa * bb)
    return np.where((aa > tiny) & (bb > tiny), np.clip(r, -1, 1), np.nan)


def _design(columns, strata, weights) -> np.ndarray:
    """[b, n, k]: ranks of numbers and dummies, both centred within strata."""
    parts = []
    for column in columns:
        if column.ndim == 1:
            known = np.isfinite(column)
            ranks = weighted_ranks(np.where(known, column, 0), weights * known, strata)
            parts.append(np.where(known, ranks, 0)[:, :, None])
        else:
            parts.append(np.broadcast_to(column, (len(weights), *column.shape)))
    design = np.concatenate(parts, axis=2)
    centred = np.empty_like(design)
    for stratum in np.unique(strata):
        rows = strata == stratum
        w = weights[:, rows, None]
        total = np.maximum(w.sum(axis=1, keepdims=True), 1e-300)
        centred[:, rows] = design[:, rows] - (w * design[:, rows]).sum(axis=1, keepdims=True) / total
    return centred


def _residuals(a, design, weights) -> np.ndarray:
    weighted = design * weights[:, :, None]
    normal = np.swapaxes(weighted, 1, 2) @ design
    inverse = np.linalg.pinv(normal, rcond=1e-10, hermitian=True)
    slope = inverse @ (np.swapaxes(weighted, 1, 2) @ a[:, :, None])
    return a - (design @ slope)[:, :, 0]


def _p_value(value, x, y, columns, strata, orders) -> float:
    one = np.ones((1, len(x)))
    a, b = weighted_ranks(x, one, strata), weighted_ranks(y, one, strata)
    basis = np.empty((len(x), 0))
    if columns:
        design = _design(columns, strata, one)
        a, b = _residuals(a, design, one), _residuals(b, design, one)
        u, s, _ = np.linalg.svd(design[0], full_matrices=False)
        basis = u[:, s > 1e-5 * s[0]]
    if orders is not None:
        shuffled = b[0][orders]
        left = (shuffled**2).sum(axis=1) - ((shuffled @ basis) ** 2).sum(axis=1)
        return share_as_extreme(np.abs(shuffled @ a[0]) / np.sqrt(left), abs(value) * np.linalg.norm(a))
    freedom = len(x) - 2 - basis.shape[1]
    if freedom < 1:
        return np.nan
    t = abs(value) * np.sqrt(freedom / max(1 - value**2, 1e-300))
    return float(2 * stats.t.sf(t, freedom))
