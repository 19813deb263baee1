"""The shape of a network's weight distribution, free of its location and scale: what a Q-Q plot shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy import stats

REACH = 4.5  # interquartile ranges that an axis of such quantiles covers: some exploded runs reach 10²⁰
_MOST_POINTS = 33  # of a line
_NORMAL_QUARTILES = 2 * stats.norm.ppf(0.75)  # interquartile range of the standard normal distribution


@dataclass(frozen=True)
class Shapes:
    """Quantiles of all weights of each run, less their median, by their interquartile range."""

    normal: np.ndarray  # the same of a normal distribution, of each point
    lines: dict[str, np.ndarray]  # by group: [run, point]; NaN where half of the weights are equal


def weight_shapes(arrays: xr.Dataset, groups: dict[str, np.ndarray], snapshot: int = -1) -> Shapes:
    """Of a cohort's runs by group (name → run labels) at a snapshot (its place, −1 the last)."""
    at = arrays["quantiles"].isel(snapshot=snapshot).sel(parameter="all")
    probability = at["probability"].values.astype(float)
    normal = stats.norm.ppf(probability) / _NORMAL_QUARTILES
    quartiles = [int(np.abs(probability - q).argmin()) for q in (0.25, 0.5, 0.75)]
    points = _evenly(normal)
    lines = {}
    for name, members in groups.items():
        values = at.sel(run=members).values.astype(float)
        first, median, third = (values[:, [k]] for k in quartiles)
        with np.errstate(divide="ignore", invalid="ignore"):
            scaled = (values[:, points] - median) / (third - first)
        lines[name] = np.where(third > first, scaled, np.nan)
    return Shapes(normal[points], lines)


def _evenly(normal: np.ndarray) -> np.ndarray:
    """Places of points that are evenly spread over the axis of a normal distribution, the infinite ends left out."""
    inside = np.flatnonzero(np.isfinite(normal))
    wanted = np.linspace(normal[inside[0]], normal[inside[-1]], _MOST_POINTS)
    return inside[np.unique(np.abs(normal[inside][:, None] - wanted).argmin(axis=0))]
