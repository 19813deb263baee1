"""Whether one group of runs is more spread out than another."""

from __future__ import annotations

import numpy as np

from kindred.statistics.resampling import codes, permutations as orders_within
from kindred.statistics.tested import Tested, share_as_extreme, too_small

_ENTRIES = 10_000_000  # of a block of permuted columns, which bounds the memory


def dispersion(distance, groups, *, strata=None, permutations: int = 999) -> Tested:
    """PERMDISP (Anderson 2006): do the groups differ in the distances of their runs to the group's centroid?

    The statistic is F of these distances. With `strata` each group has a centroid in each stratum,
    distances are divided by the mean of their stratum, and permutations stay within it. Runs are permuted
    after every group is moved to one centroid, and centroids taken anew: those of small groups hang on
    their own runs. `dispersions` are the groups' means (over strata: of the divided ones); the effect is
    the first group's by the second's, in order of first appearance."""
    gram = -(np.asarray(distance, float) ** 2) / 2
    n = len(gram)
    names = list(dict.fromkeys(np.asarray(groups).astype(str).tolist()))
    label, rows = codes(np.asarray(groups).astype(str), n), codes(strata, n)
    sizes = dict(zip(names, np.bincount(label, minlength=len(names)).tolist()))
    if len(names) < 2 or not np.isfinite(gram).all():
        why = "only one group" if len(names) < 2 else "some distances are missing"
        return Tested(n=n, sizes=sizes, reason=f"undefined: {why}")
    centred, scale = _centred(gram, label + len(names) * rows)
    away = _divided(centroid_distances(centred, (label + len(names) * rows)[None, :]), rows, strata)
    means = [float(away[0, label == g].mean()) for g in range(len(names))]
    found = {"n": n, "sizes": sizes, "dispersions": dict(zip(names, means))}
    effect = means[0] / means[1] if means[1] > 0 else np.nan
    if not np.ptp(away) > 1e-12 * away.max():
        return Tested(effect=effect, **found, reason="undefined: no spread")
    statistic = _f(away, label[None, :])[0]
    reason = too_small(n, list(sizes.values()))
    if reason:
        return Tested(statistic, effect, **found, reason=reason)
    moved = centred * scale * scale[:, None]  # so that small groups do not lie closer to the one centroid
    permuted = []
    cells = len(names) * (rows.max() + 1)
    step = max(1, _ENTRIES // (n * cells))
    orders = orders_within(n, permutations, rows)
    for at in range(0, permutations, step):
        labels = label[orders[at : at + step]]
        again = _divided(centroid_distances(moved, labels + len(names) * rows), rows, strata)
        permuted.append(_f(again, labels))
    p = share_as_extreme(np.concatenate(permuted), statistic)
    return Tested(statistic, effect, p, permutations=permutations, **found)


def centroid_distances(gram: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Distance of each run to the centroid of its cell, for each labelling `cells` [b, n]: [b, n].

    `gram` is −½ the squared distances, centred or not. A squared distance to a centroid is negative where
    distances are not Euclidean: then the root of its size is taken, as vegan's betadisper does. Times √(m
    / (m − 1)) in a cell of m runs, so that small groups do not look tighter."""
    count, n = cells.max() + 1, len(gram)
    member = np.moveaxis(np.eye(count)[cells], 1, 0)  # [n, b, cell]
    m = member.sum(axis=0)  # [b, cell]
    mean = member / np.maximum(m, 1)
    towards = (gram @ mean.reshape(n, -1)).reshape(mean.shape)
    inner = (mean * towards).sum(axis=0)  # of each centroid with itself
    place = (np.arange(len(cells))[:, None], cells)
    own = towards[np.arange(n)[None, :], np.arange(len(cells))[:, None], cells]
    away = np.diagonal(gram)[None, :] - 2 * own + inner[place]
    size = m[place]
    return np.sqrt(np.abs(away)) * np.sqrt(size / np.maximum(size - 1, 1))


def _centred(gram: np.ndarray, cell: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`gram` with every cell's centroid at the origin, and √(m / (m − 1)) of each run's cell."""
    member = np.eye(cell.max() + 1)[cell]
    sizes = member.sum(axis=0)
    mean = member / np.maximum(sizes, 1)
    left = gram - member @ (mean.T @ gram)
    centred = left - (left @ mean) @ member.T
    return centred, np.sqrt(sizes / np.maximum(sizes - 1, 1))[cell]


def _divided(away: np.ndarray, rows: np.ndarray, strata) -> np.ndarray:
    """Distances by the mean of their stratum, where there are strata."""
    if strata is None:
        return away
    member = np.eye(rows.max() + 1)[rows]
    means = away @ (member / member.sum(axis=0))
    return away / np.where(means > 0, means, 1)[:, rows]


def _f(values: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """F of each row of `values` [b, n] by the groups `labels` [b, n]: [b]."""
    count, n = labels.max() + 1, values.shape[1]
    member = np.eye(count)[labels]
    sizes = member.sum(axis=1)
    means = np.einsum("bn,bng->bg", values, member) / sizes
    between = (sizes * (means - values.mean(axis=1, keepdims=True)) ** 2).sum(axis=1) / (count - 1)
    fitted = np.take_along_axis(means, labels, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return between / (((values - fitted) ** 2).sum(axis=1) / (n - count))
