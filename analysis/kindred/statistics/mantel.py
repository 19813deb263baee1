"""Whether two matrices tell the same runs apart."""

from __future__ import annotations

import numpy as np
from scipy import stats

from kindred.errors import KindredError
from kindred.statistics.resampling import permutations as orders_within
from kindred.statistics.tested import Tested, share_as_extreme, too_small


def mantel(first, second, *, method: str = "spearman", strata=None, permutations: int = 999) -> Tested:
    """Mantel's test: the correlation of two square matrices over the pairs i < j that both have.

    The p-value (two-sided) is of permutations of the runs of one matrix, within `strata` where given:
    pairs that share a run are not independent. The statistic and the effect are the correlation."""
    if method not in ("spearman", "pearson"):
        raise KindredError(f"no correlation '{method}' (there are spearman, pearson) use one of these")
    a, b = np.asarray(first, float), np.asarray(second, float)
    n = len(a)
    if a.shape != b.shape:
        raise KindredError(f"matrices of {n} and {len(b)} runs (they must be of the same) select these")
    upper = np.triu_indices(n, 1)
    known = np.isfinite(a[upper]) & np.isfinite(b[upper])
    i, j = upper[0][known], upper[1][known]
    a, b = _scores(a, i, j, method), _scores(b, i, j, method)
    scale = np.sqrt((a[i, j] ** 2).sum() * (b[i, j] ** 2).sum())
    if not scale > 0:
        return Tested(n=n, reason="undefined: one of the two is constant")
    value = float(a[i, j] @ b[i, j] / scale)
    reason = too_small(n)
    if reason:
        return Tested(value, value, n=n, reason=reason)
    fixed = b[i, j]
    # Where all pairs are known, both sums of squares stay as they are.
    permuted = np.array(
        [a[order[i], order[j]] @ fixed / scale for order in orders_within(n, permutations, strata)]
    )
    return Tested(value, value, share_as_extreme(np.abs(permuted), abs(value)), n, permutations)


def _scores(matrix: np.ndarray, i, j, method: str) -> np.ndarray:
    """Centred values, or ranks, of the pairs as a symmetric matrix; 0 elsewhere."""
    values = matrix[i, j]
    values = stats.rankdata(values) if method == "spearman" and len(values) else values
    scores = np.zeros(matrix.shape)
    if len(values):
        scores[i, j] = scores[j, i] = values - values.mean()
    return scores
