"""Ranks of rows that count more than once, or not at all, as in a resample."""

from __future__ import annotations

import numpy as np


def weighted_ranks(values: np.ndarray, weights: np.ndarray, strata: np.ndarray) -> np.ndarray:
    """Mid-ranks of `values` [n] within their strata, for each row of `weights` [b, n]: [b, n].

    They are centred and divided by the stratum's size, so that they lie between −½ and ½ and have the mean 0
    in each stratum. With weights of 1 and one stratum they are (rank − (n + 1) / 2) / n."""
    order = np.lexsort((values, strata))
    v, s = values[order], strata[order]
    new_stratum = np.r_[True, s[1:] != s[:-1]]
    new_value = new_stratum | np.r_[True, v[1:] != v[:-1]]
    reached = np.concatenate([np.zeros((len(weights), 1)), np.cumsum(weights[:, order], axis=1)], axis=1)
    below, above = _ends(reached, new_value)
    start, end = _ends(reached, new_stratum)
    size = end - start
    with np.errstate(divide="ignore", invalid="ignore"):
        ranks = np.where(size > 0, ((below + above) / 2 - start) / size - 0.5, 0)
    found = np.empty_like(ranks)
    found[:, order] = ranks
    return found


def _ends(reached: np.ndarray, new: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weight reached before and after the block of each row; blocks begin where `new`."""
    starts = np.flatnonzero(new)
    block = np.cumsum(new) - 1
    ends = np.append(starts[1:], len(new))
    return reached[:, starts[block]], reached[:, ends[block]]
