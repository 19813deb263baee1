"""Node strengths by layer, layer fluctuation, figures of spectra and the singular values themselves."""

from __future__ import annotations

import numpy as np
import xarray as xr

from kindred.figures.common import groups, is_log, series, thin
from kindred.figures.spec import Axis, Control, Figure, Intervals, Line, Panel, Steps, single
from kindred.findings import CohortFindings
from kindred.structure import FLUCTUATION, Structure

MOST_LAYERS = 7  # panels of node strengths
MOST_NAMES = 24  # layers or matrices on an axis
_MOST_MATRICES = 8
_MOST_VALUES = 160  # singular values drawn of a matrix
_CENTRAL = (10, 50, 90)  # percentiles over runs
_BARS = 8, 60  # fewest and most of a histogram, Rice's rule between them


def strength_figure(
    cohort: CohortFindings, arrays: xr.Dataset, by_epoch: dict[int, Structure]
) -> Figure | None:
    """Node strengths, a panel a layer, and the layers' fluctuation; an epoch a frame."""
    frames = {}
    for k, (epoch, found) in enumerate(by_epoch.items()):
        frames[(k,)] = _strengths(cohort, arrays, epoch)
        if FLUCTUATION in found.figures:
            frames[(k,)] += _intervals(found.figures[FLUCTUATION], "layer fluctuation", "s.d. of strength")
    if not any(frames.values()):
        return None
    layers = arrays.sizes.get("layer", 0)
    some = f" {MOST_LAYERS} of {layers} layers are drawn." if layers > MOST_LAYERS else ""
    caption = (
        "Node strengths: shares of all nodes of a layer in all runs of a group, bin by bin (central 99 %), and the "
        f"layer fluctuation of each run: the median over runs and the central 80 %.{some}"
    )
    controls = [Control("epoch", [str(e) for e in by_epoch], "slider", len(by_epoch) - 1)]
    return Figure(
        f"strengths-{cohort.name}",
        "Node strengths",
        caption,
        frames,
        controls,
        series(cohort),
        cohort=cohort.name,
    )


def _strengths(cohort, arrays, epoch: int) -> list[Panel]:
    if not {"node_strength", "node_layer", "layer"} <= set(arrays.variables):
        return []
    values = arrays["node_strength"].sel(snapshot=epoch).values
    rows = {group: np.isin(arrays["run"].values, runs) for group, runs in cohort.groups.named.items()}
    panels = []
    for i in thin(range(arrays.sizes["layer"]), MOST_LAYERS):
        nodes = arrays["node_layer"].values == i
        pools = {group: values[np.ix_(members, nodes)].ravel() for group, members in rows.items()}
        pools = {group: v[np.isfinite(v)].astype(float) for group, v in pools.items() if np.isfinite(v).any()}
        if pools:
            panels.append(_shares(str(arrays["layer"].values[i]), pools))
    return panels


def _shares(layer: str, pools) -> Panel:
    """Shares by bin; where one group is far wider than the other, over an axis logarithmic on both sides of 0."""
    ends = {group: np.percentile(v, (0.5, 99.5)) for group, v in pools.items()}
    low, high = min(e[0] for e in ends.values()), max(e[1] for e in ends.values())
    if not high > low:
        low, high = low - 0.5, high + 0.5
    narrow = min(e[1] - e[0] for e in ends.values())
    linear = narrow / 4 if 0 < narrow < (high - low) / 8 else 0.0
    count = int(np.clip(2 * np.cbrt(min(v.size for v in pools.values())), *_BARS))
    if linear:
        edges = linear * np.sinh(np.linspace(np.arcsinh(low / linear), np.arcsinh(high / linear), count + 1))
        edges[[0, -1]] = low, high
    else:
        edges = np.linspace(low, high, count + 1)
    shares = {group: np.histogram(v, edges)[0] / v.size for group, v in pools.items()}
    marks = [Steps(edges, v, group, group) for group, v in shares.items()]
    top = max(v.max() for v in shares.values()) * 1.05 or 1.0
    x = Axis("node strength", low=float(low), high=float(high), linear=float(linear))
    return Panel(layer, marks, x, Axis("share of the nodes", low=0.0, high=float(top)))


def _intervals(tables, title: str, label: str) -> list[Panel]:
    """The median of each name's values over runs and the central 80 %, the groups beside one another."""
    names = thin(next(iter(tables.values())).columns, MOST_NAMES)
    marks = []
    for i, (group, table) in enumerate(tables.items()):
        at = np.arange(len(names)) + (i - (len(tables) - 1) / 2) * 0.3
        rows = np.array([_percentiles(table[name].to_numpy(float)) for name in names])
        if np.isfinite(rows).any():
            marks.append(Intervals(at, rows[:, 1], rows[:, 0], rows[:, 2], group, group))
    if not marks:
        return []
    log = is_log(np.concatenate([v for m in marks for v in (m.low, m.high)]))
    return [Panel(title, marks, Axis(label, log=log), Axis(names=list(names)))]


def _percentiles(values) -> tuple[float, float, float]:
    values = values[np.isfinite(values)]
    return tuple(np.percentile(values, _CENTRAL)) if values.size else (np.nan,) * 3


def spectra_figure(cohort: CohortFindings) -> Figure | None:
    """Stable rank and alpha of each matrix; None without a value."""
    labels = {"alpha": "power-law exponent", "stable rank": "Σσ² / max σ²"}
    panels = []
    for name, tables in cohort.structure.figures.items():
        if name != FLUCTUATION:
            panels += _intervals(tables, name, labels.get(name, name))
    if not panels:
        return None
    rows = len(panels[0].y.names)
    caption = (
        f"Spectra of the weight matrices at epoch {cohort.snapshots[-1]}: the median over the runs of a group and "
        "the central 80 %."
    )
    return single(
        f"spectra-{cohort.name}",
        "Stable rank and alpha",
        caption,
        panels,
        series=series(cohort),
        columns=2,
        height=int(np.clip(80 + 24 * rows, 160, 560)),
        cohort=cohort.name,
    )


def singular_values_figure(cohort: CohortFindings, arrays: xr.Dataset) -> Figure | None:
    """Singular values of each matrix by rank: the median over a group's runs and the central 80 %."""
    if not {"singular_values", "singular_value_matrix", "matrix"} <= set(arrays.variables):
        return None
    matrices = [str(m) for m in arrays["matrix"].values]
    of = arrays["singular_value_matrix"].values
    epochs = thin(cohort.snapshots, 5)
    frames = {}
    for k, epoch in enumerate(epochs):
        values = arrays["singular_values"].sel(snapshot=epoch).load().sel(run=cohort.groups.order).values
        row = {int(run): i for i, run in enumerate(cohort.groups.order)}
        frames[(k,)] = []
        for name in thin(matrices, _MOST_MATRICES):
            where = np.flatnonzero(of == matrices.index(name))
            rank = np.array(thin(range(len(where)), _MOST_VALUES), dtype=int)
            marks = []
            for group, members in groups(cohort).items():
                if group == "between" or not len(members):
                    continue
                chosen = values[np.ix_([row[int(r)] for r in members], where[rank])]
                low, middle, high = np.nanpercentile(chosen, _CENTRAL, axis=0)
                marks.append(Line(rank + 1.0, middle, group, group, low, high))
            peak = max(float(np.nanmax(m.high)) for m in marks)
            if peak > 0:
                y = Axis("singular value", log=True, low=peak * 1e-4, high=peak * 1.3)
                frames[(k,)].append(Panel(name, marks, Axis("rank"), y))
    caption = (
        "Singular values of the weight matrices, largest first: the median over the runs of a group and the "
        "central 80 %."
    )
    controls = [Control("epoch", [str(e) for e in epochs], "slider", len(epochs) - 1)]
    return Figure(
        f"singular-{cohort.name}",
        "Singular values",
        caption,
        frames,
        controls,
        series(cohort),
        cohort=cohort.name,
    )
