"""Pooled weight distributions of groups of runs, from the population's histograms or the runs' own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

_CENTRAL = 0.998  # share of the weights that a plot's axis covers
_BARS = 100  # about as many bins are drawn
_FEWEST_BARS = 30  # fewer histogram bins over the axis: densities come from the quantiles


@dataclass(frozen=True)
class Distribution:
    """Densities of one parameter's weights at one snapshot, over the same edges for each group."""

    parameter: str
    epoch: int
    edges: np.ndarray
    density: dict[str, np.ndarray]  # by group
    outside: dict[str, float]  # share of the weights beyond the edges


def pooled_distributions(cohort: xr.Dataset, summary: xr.Dataset | None, groups, parameters, epochs):
    """Distributions of `parameters` at the snapshots `epochs`, for each of `groups` (name → run labels).

    `summary` is the cohort's `/population` group when it covers exactly these runs, else None: then the runs'
    histograms are added up. All snapshots of a parameter share their edges."""
    if "histogram" not in cohort:
        return []
    found = []
    for parameter in parameters:
        counts = {
            (name, epoch): _counts(cohort, summary, name, runs, parameter, epoch)
            for name, runs in groups.items()
            for epoch in epochs
        }
        found += _of_parameter(cohort, groups, parameter, epochs, counts)
    return found


def spread_over(epochs) -> list[int]:
    """First, middle and last of the snapshots (fewer where there are fewer)."""
    epochs = [int(epoch) for epoch in epochs]
    return [epochs[i] for i in sorted({0, len(epochs) // 2, len(epochs) - 1})] if epochs else []


def _of_parameter(cohort, groups, parameter, epochs, counts):
    left = cohort["bin"].values.astype(float)
    edges = left[1:]  # of the bins in range; the last one starts the overflow
    first, last = _central_bins(counts.values())
    if last - first < _FEWEST_BARS and "quantiles" in cohort:
        return _from_quantiles(cohort, groups, parameter, epochs)
    step = max(1, round((last - first) / _BARS))
    first -= first % step
    cuts = np.append(np.arange(first, last, step), last)
    drawn = []
    for epoch in epochs:
        density, outside = {}, {}
        for name in groups:
            row = counts[name, epoch]
            total = row.sum()
            inside = np.add.reduceat(row[1:-1][:last], cuts[:-1])
            density[name] = inside / np.diff(edges[cuts]) / total if total else np.full(len(cuts) - 1, np.nan)
            outside[name] = float(1 - inside.sum() / total) if total else np.nan
        drawn.append(Distribution(parameter, epoch, edges[cuts], density, outside))
    return drawn


def _counts(cohort, summary, name, runs, parameter, epoch) -> np.ndarray:
    """Counts by bin, under- and overflow included, over the runs of a group."""
    where = {"snapshot": epoch, "parameter": parameter}
    if summary is not None:
        return summary["histogram"].sel(group=name, **where).values.astype(float)
    rows = np.flatnonzero(np.isin(cohort["run"].values, runs))
    return cohort["histogram"].sel(where).values[rows].sum(axis=0, dtype=np.uint64).astype(float)


def _central_bins(rows) -> tuple[int, int]:
    """First and one past the last bin in range that the central weights of all the rows reach."""
    shares = np.mean([row / row.sum() for row in rows if row.sum()] or [np.ones(3)], axis=0)
    reached = np.cumsum(shares)
    low = np.searchsorted(reached, (1 - _CENTRAL) / 2)
    high = np.searchsorted(reached, (1 + _CENTRAL) / 2)
    bins = len(shares) - 2
    first = int(np.clip(low - 1, 0, bins - 1))
    return first, int(np.clip(high, first + 1, bins))


def _from_quantiles(cohort, groups, parameter, epochs):
    """Densities by differencing the mean over runs of each run's distribution function."""
    probability = cohort["probability"].values.astype(float)
    tables = {}
    for name, runs in groups.items():
        rows = np.flatnonzero(np.isin(cohort["run"].values, runs))
        for epoch in epochs:
            table = cohort["quantiles"].sel(snapshot=epoch, parameter=parameter).values[rows].astype(float)
            tables[name, epoch] = table[np.isfinite(table).all(axis=1)]
    ends = [_central_values(table, probability) for table in tables.values() if len(table)]
    if not ends:
        return []
    low, high = min(e[0] for e in ends), max(e[1] for e in ends)
    if not high > low:  # constant, as biases are before training
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, _BARS + 1)
    drawn = []
    for epoch in epochs:
        density, outside = {}, {}
        for name in groups:
            table = tables[name, epoch]
            if not len(table):
                density[name], outside[name] = np.full(_BARS, np.nan), np.nan
                continue
            reached = np.mean([np.interp(edges, row, probability, left=0, right=1) for row in table], axis=0)
            density[name] = np.diff(reached) / np.diff(edges)
            outside[name] = float(1 - (reached[-1] - reached[0]))
        drawn.append(Distribution(parameter, epoch, edges, density, outside))
    return drawn


def _central_values(table, probability):
    low = np.interp((1 - _CENTRAL) / 2, probability, table.mean(axis=0))
    high = np.interp((1 + _CENTRAL) / 2, probability, table.mean(axis=0))
    return low, high
