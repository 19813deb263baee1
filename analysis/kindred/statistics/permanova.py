"""Whether groups of runs lie apart: permutational multivariate analysis of variance."""

from __future__ import annotations

import numpy as np

from kindred.statistics.resampling import codes, permutations as orders_within
from kindred.statistics.tested import Tested, share_as_extreme, too_small

_ENTRIES = 20_000_000  # of a block of permuted columns, which bounds the memory


def permanova(distance, groups, *, strata=None, permutations: int = 999) -> Tested:
    """PERMANOVA (Anderson 2001) of the square matrix `distance` by `groups`.

    The statistic is the pseudo-F, the effect R², the share of the squared distances that the groups
    explain. With `strata` both are partial (of what is left after the strata) and permutations stay within
    these. Groups that differ in dispersion alone are also told apart: look at `dispersion` beside it."""
    squared = np.asarray(distance, float) ** 2
    n = len(squared)
    names, label = np.unique(np.asarray(groups).astype(str), return_inverse=True)
    sizes = dict(zip(names.tolist(), np.bincount(label, minlength=len(names)).tolist()))
    rows = codes(strata, n)
    if len(names) < 2 or not np.isfinite(squared).all():
        why = "only one group" if len(names) < 2 else "some distances are missing"
        return Tested(n=n, sizes=sizes, reason=f"undefined: {why}")
    blocks = np.eye(rows.max() + 1)[rows]
    left = _without(np.eye(len(names))[label], blocks)
    basis = _basis(left)
    freedom, rest = basis.shape[1], n - blocks.shape[1] - basis.shape[1]
    centred = _without(_without(-squared / 2, blocks).T, blocks)  # Gower's, within strata
    total = np.trace(centred)
    if freedom == 0 or rest < 1 or total <= 0:
        return Tested(n=n, sizes=sizes, reason="undefined: nothing differs within the strata")
    explained = _explained(centred, basis, np.arange(n)[None, :])[0]
    statistic = _pseudo_f(explained, total, freedom, rest)
    reason = too_small(n, list(sizes.values()))
    if reason:
        return Tested(statistic, explained / total, n=n, sizes=sizes, reason=reason)
    orders = orders_within(n, permutations, rows)
    permuted = _pseudo_f(_explained(centred, basis, orders), total, freedom, rest)
    p = share_as_extreme(permuted, statistic)
    return Tested(statistic, explained / total, p, n, permutations, sizes)


def _pseudo_f(explained, total, freedom: int, rest: int):
    with np.errstate(divide="ignore"):
        return (explained / freedom) / (np.maximum(total - explained, 0) / rest)


def _without(columns: np.ndarray, blocks: np.ndarray) -> np.ndarray:
    """Columns less their means within each block."""
    return columns - blocks @ ((blocks.T @ columns) / blocks.sum(axis=0)[:, None])


def _basis(columns: np.ndarray) -> np.ndarray:
    u, s, _ = np.linalg.svd(columns, full_matrices=False)
    return u[:, s > 1e-9 * max(s[0], 1e-300)]


def _explained(centred: np.ndarray, basis: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """Sum of squares of the groups, their rows in each of the orders [b, n]: [b]."""
    n, k = basis.shape
    step = max(1, _ENTRIES // (n * k))
    parts = []
    for at in range(0, len(orders), step):
        block = basis[orders[at : at + step]]  # [b, n, k]
        flat = np.moveaxis(block, 1, 0).reshape(n, -1)
        parts.append((flat * (centred @ flat)).sum(axis=0).reshape(-1, k).sum(axis=1))
    return np.concatenate(parts)
