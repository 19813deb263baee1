"""What the moments of the weights say: correlations with accuracy, contrasts and spreads of two groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from kindred import estimates
from kindred.estimates import Estimate

WHOLE = "all"  # the parameter that stands for all of them together
RAW_MOMENTS = ("mean", "variance", "skewness", "kurtosis")
SCALE_FREE = ("mean / s.d.", "log10 variance", "skewness", "kurtosis")


@dataclass(frozen=True)
class Correlation:
    """Weight variance of one parameter against final test accuracy, over the done runs."""

    parameter: str
    overall: Estimate
    within_settings: Estimate  # among runs that differ by their seeds only
    adjusted_p: float  # of `overall`, Holm's method over the parameters other than `all`


@dataclass(frozen=True)
class Contrast:
    """A statistic of all weights of a network: medians over each group's runs."""

    statistic: str
    optimal: float
    suboptimal: float
    p: float  # Mann-Whitney


@dataclass(frozen=True)
class Spread:
    """Standard deviation (1/n) between runs of one moment of one parameter in each group."""

    parameter: str
    moment: str
    optimal: float
    suboptimal: float

    @property
    def ratio(self) -> float:
        return self.optimal / self.suboptimal if self.suboptimal > 0 else float("nan")


def correlations(variances: pd.DataFrame, accuracy: np.ndarray, codes: np.ndarray) -> list[Correlation]:
    """Of each column of `variances` [run, parameter]; `codes` are equal for runs of equal settings."""
    overall = {p: estimates.spearman(variances[p], accuracy) for p in variances}
    tensors = [p for p in variances if p != WHOLE]
    adjusted = dict(zip(tensors, estimates.holm([overall[p].p for p in tensors])))
    return [
        Correlation(
            p,
            overall[p],
            estimates.spearman_within(variances[p], accuracy, codes),
            float(adjusted.get(p, np.nan)),
        )
        for p in variances
    ]


def _quantity(moments: xr.DataArray, name: str) -> np.ndarray:
    """[run, parameter] of a moment, or of one of the two made free of the weights' scale."""
    if name in moments["moment"].values:
        return moments.sel(moment=name).values
    variance = moments.sel(moment="variance").values
    with np.errstate(divide="ignore", invalid="ignore"):
        if name == "log10 variance":
            values = np.log10(variance)
        else:
            values = moments.sel(moment="mean").values / np.sqrt(variance)
    return np.where(np.isfinite(values), values, np.nan)


def spreads(best: xr.DataArray, worst: xr.DataArray) -> list[Spread]:
    """Of two groups' moments [run, parameter, moment]: the four as they are, then those free of scale."""
    names = dict.fromkeys(RAW_MOMENTS + SCALE_FREE)
    columns = {
        n: (estimates.deviations(_quantity(best, n)), estimates.deviations(_quantity(worst, n)))
        for n in names
    }
    return [
        Spread(p, n, float(a[i]), float(b[i]))
        for i, p in enumerate(map(str, best["parameter"].values))
        for n, (a, b) in columns.items()
    ]


def alikeness(best: xr.DataArray, worst: xr.DataArray) -> Estimate:
    """Geometric mean of the ratios of scale-free spreads, over moments and tensors."""
    tensors = [p for p in best["parameter"].values if p != WHOLE] or list(best["parameter"].values)
    flat = [
        np.concatenate([_quantity(group.sel(parameter=tensors), n) for n in SCALE_FREE], axis=1)
        for group in (best, worst)
    ]
    return estimates.spread_ratio(*flat)


def contrasts(best: xr.DataArray, worst: xr.DataArray) -> list[Contrast]:
    """Of two groups' moments [run, moment] of all weights."""
    found = []
    for statistic, moment, change in (
        ("standard deviation", "variance", np.sqrt),
        ("excess kurtosis", "kurtosis", None),
    ):
        a, b = best.sel(moment=moment).values, worst.sel(moment=moment).values
        a, b = (change(a), change(b)) if change else (a, b)
        if np.isfinite(a).any() and np.isfinite(b).any():
            medians = float(np.nanmedian(a)), float(np.nanmedian(b))
            found.append(Contrast(statistic, *medians, estimates.mann_whitney(a, b)))
    return found
