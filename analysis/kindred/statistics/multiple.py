"""Correction of p-values for their number."""

from __future__ import annotations

import numpy as np
from scipy import stats

from kindred import estimates
from kindred.errors import KindredError


def adjust(p, method: str = "benjamini-hochberg") -> np.ndarray:
    """p-values adjusted for their number; NaN ones stay and do not count.

    `benjamini-hochberg` controls the expected share of false ones among those claimed, `holm` the chance of
    any false one."""
    p = np.asarray(p, float)
    if method == "holm":
        return estimates.holm(p)
    if method != "benjamini-hochberg":
        raise KindredError(f"no correction '{method}' (there are benjamini-hochberg, holm) use one of these")
    adjusted = np.full(p.shape, np.nan)
    known = np.isfinite(p)
    if known.any():
        adjusted[known] = stats.false_discovery_control(p[known], method="bh")
    return adjusted
