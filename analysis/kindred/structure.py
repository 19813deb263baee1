"""Nodes and spectra: node strengths and their fluctuation by layer, alpha and stable rank by matrix."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import xarray as xr

from kindred import estimates

FLUCTUATION = "layer fluctuation"
SPECTRAL = {"stable_rank": "stable rank", "alpha": "alpha"}
_CENTRAL = (0.5, 99.5)  # percentiles of the node strengths that a plot's axis covers
_BARS = 8, 40  # fewest and most of a histogram, Rice's rule between them


@dataclass(frozen=True)
class Strengths:
    """Densities of the node strengths of one layer's nodes in all runs of a group, over the same edges."""

    layer: str
    edges: np.ndarray
    density: dict[str, np.ndarray]  # by group


@dataclass(frozen=True)
class Difference:
    """One figure of a layer or matrix: medians over each group's runs."""

    figure: str
    of: str
    optimal: float
    suboptimal: float
    p: float  # Mann-Whitney, Holm's method over the layers or matrices of the figure


@dataclass(frozen=True)
class Pooled:
    """Moments of the node strengths of one layer in all runs of a group together."""

    layer: str
    group: str
    mean: float
    deviation: float
    skewness: float
    kurtosis: float


@dataclass
class Structure:
    """What was found of a cohort's nodes and spectra at the last snapshot; empty where the file lacks it."""

    strengths: list[Strengths] = field(default_factory=list)
    figures: dict[str, dict[str, pd.DataFrame]] = field(default_factory=dict)  # figure → group → runs × names
    differences: list[Difference] = field(default_factory=list)
    pooled: list[Pooled] = field(default_factory=list)


def examine_structure(cohort: xr.Dataset, summary: xr.Dataset | None, groups) -> Structure:
    """`groups` maps names to run labels; `summary` is `/population` where it covers just these, else None."""
    found = Structure()
    rows = {name: np.flatnonzero(np.isin(cohort["run"].values, runs)) for name, runs in groups.items()}
    if {"node_strength", "node_layer", "layer"} <= set(cohort.variables):
        found.strengths = _strengths(cohort, rows)
    if "layer_fluctuation" in cohort and "layer" in cohort:
        values = cohort["layer_fluctuation"].isel(snapshot=-1).values
        found.figures[FLUCTUATION] = _by_group(values, cohort["layer"].values, rows)
    if {"spectrum", "spectral", "matrix"} <= set(cohort.variables):
        last = cohort["spectrum"].isel(snapshot=-1).load()
        for name, label in SPECTRAL.items():
            if name in last["spectral"].values:
                values = last.sel(spectral=name).values
                found.figures[label] = _by_group(values, cohort["matrix"].values, rows)
    for figure, tables in found.figures.items():
        found.differences += _differences(figure, tables)
    if summary is not None and {"node_strength_moments", "layer", "moment"} <= set(summary.variables):
        found.pooled = _pooled(summary["node_strength_moments"].isel(snapshot=-1).load(), groups)
    return found


def _strengths(cohort, rows) -> list[Strengths]:
    values = cohort["node_strength"].isel(snapshot=-1).values
    layer_of = cohort["node_layer"].values
    found = []
    for i, layer in enumerate(map(str, cohort["layer"].values)):
        nodes = np.flatnonzero(layer_of == i)
        pools = {group: values[np.ix_(members, nodes)].ravel() for group, members in rows.items()}
        pools = {group: pool[np.isfinite(pool)].astype(float) for group, pool in pools.items()}
        ends = [np.percentile(pool, _CENTRAL) for pool in pools.values() if pool.size]
        if not ends:
            continue
        low, high = min(e[0] for e in ends), max(e[1] for e in ends)
        if not high > low:
            reach = max(abs(low), 1.0) / 2
            low, high = low - reach, high + reach
        smallest = min(pool.size for pool in pools.values() if pool.size)
        edges = np.linspace(low, high, int(np.clip(2 * np.cbrt(smallest), *_BARS)) + 1)
        density = {
            group: np.histogram(pool, edges)[0] / np.diff(edges) / pool.size
            if pool.size
            else np.full(len(edges) - 1, np.nan)
            for group, pool in pools.items()
        }
        found.append(Strengths(layer, edges, density))
    return found


def _by_group(values, names, rows) -> dict[str, pd.DataFrame]:
    return {
        group: pd.DataFrame(values[members], columns=list(map(str, names))) for group, members in rows.items()
    }


def _differences(figure: str, tables: dict[str, pd.DataFrame]) -> list[Difference]:
    if not {"optimal", "suboptimal"} <= set(tables):
        return []
    best, worst = tables["optimal"], tables["suboptimal"]
    p = estimates.holm(np.array([estimates.mann_whitney(best[name], worst[name]) for name in best]))
    return [
        Difference(figure, name, _median(best[name]), _median(worst[name]), float(q))
        for name, q in zip(best, p)
    ]


def _median(column) -> float:
    values = column.to_numpy(float)
    values = values[np.isfinite(values)]
    return float(np.median(values)) if values.size else float("nan")


def _pooled(moments: xr.DataArray, groups) -> list[Pooled]:
    found = []
    for layer in map(str, moments["layer"].values):
        for group in groups:
            at = moments.sel(layer=layer, group=group)
            mean, variance, skewness, kurtosis = (
                float(at.sel(moment=name)) for name in ("mean", "variance", "skewness", "kurtosis")
            )
            found.append(Pooled(layer, group, mean, float(np.sqrt(variance)), skewness, kurtosis))
    return found
