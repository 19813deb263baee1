"""Matrices between runs as heat maps, ordered by accuracy or by clusters, and maps of the runs."""

from __future__ import annotations

import numpy as np

from kindred.figures.spec import Axis, Control, Figure, Heat, Panel, Points

MOST_CELLS = 128  # larger matrices are averaged over blocks of neighbouring runs
_FIRST = "wasserstein_standardized"  # whose map is shown first: of shapes, whatever the scale of the weights
_MOST_LOOKED_AT = 1000  # runs whose pairs tell the range of the colours
_WIDE = 10  # times the median: distances that reach further are drawn on a logarithmic scale


def heat_maps_figure(
    key: str, matrices: list, orders: dict[str, dict], caption: str, cohort: str = ""
) -> Figure | None:
    """A panel a metric, an order of the runs a frame. `matrices` are `Pairs`; `orders` maps the name of an order
    to the order of runs by metric. Bright is alike, for distances and similarities."""
    if not matrices:
        return None
    frames = {(k,): [] for k in range(len(orders))}
    for found in matrices:
        scale = colour_scale(found.matrix, found.kind)
        for k, by_metric in enumerate(orders.values()):
            frames[(k,)].append(_panel(found, by_metric.get(found.metric, found.order), scale))
    controls = [Control("order", list(orders))] if len(orders) > 1 else []
    frames = frames if controls else {(): frames[(0,)]}
    return Figure(
        key, "Similarity of all pairs of runs", caption, frames, controls, height=250, cohort=cohort
    )


def _panel(found, order, scale) -> Panel:
    place = {int(run): i for i, run in enumerate(found.order)}
    rows = np.array([place[int(run)] for run in order], dtype=int)
    matrix = found.matrix[np.ix_(rows, rows)]
    np.fill_diagonal(matrix, np.nan)
    low, high, log = scale
    values, members = reduced(matrix, np.asarray(order))
    words = ", ".join(filter(None, [found.of, found.kind, "log scale" if log else ""]))
    heat = Heat(values, low, high, found.metric, log, reversed=found.kind == "distance", members=members)
    return Panel(found.metric, [heat], subtitle=words)


def colour_scale(matrix: np.ndarray, kind: str) -> tuple[float, float, bool]:
    """Colours from the 1st to the 99th percentile of different runs' pairs; logarithmic where a few runs are far
    from all others, and then up to a thousand times the median: weights that exploded would leave no colours for the others.

    Of many runs, the pairs of some are looked at."""
    step = -(-len(matrix) // _MOST_LOOKED_AT)
    matrix = matrix[::step, ::step].astype(float)
    np.fill_diagonal(matrix, np.nan)
    values = matrix[np.isfinite(matrix)]
    if not values.size:
        return 0.0, 1.0, False
    low, middle, high = np.percentile(values, [1, 50, 99])
    if not high > low:
        return float(low - 0.5), float(high + 0.5), False
    positive = values[values > 0]
    if kind == "distance" and positive.size and high > _WIDE * middle:
        high = min(high, 1e3 * middle) if middle > 0 else high
        low = max(np.percentile(positive, 1), high * 1e-6)
        return (float(low), float(high), True) if high > low else (0.0, float(high), False)
    return float(low), float(high), False


def reduced(matrix: np.ndarray, order: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """The matrix, or its means over blocks of neighbours, and the runs of each row."""
    n = len(matrix)
    if n <= MOST_CELLS:
        return matrix, [order[i : i + 1] for i in range(n)]
    starts = np.linspace(0, n, MOST_CELLS, endpoint=False).round().astype(int)
    means = np.full((len(starts), len(starts)), np.nan)
    for row, block in zip(means, np.split(matrix, starts[1:])):
        finite = np.isfinite(block)
        total = np.add.reduceat(np.where(finite, block, 0).sum(axis=0, dtype=float), starts)
        count = np.add.reduceat(finite.sum(axis=0), starts)
        np.divide(total, count, out=row, where=count > 0)
    return means, np.split(order, starts[1:])


def map_figure(
    key: str, maps: dict, matrices: list, colours: dict[str, str], caption: str, cohort: str = ""
) -> Figure | None:
    """The runs in the plane, a metric a frame, a panel a colouring (title → column). `maps` are `Embedding`s of
    the `Pairs` that `matrices` holds, by metric."""
    known = {metric: e for metric, e in maps.items() if len(e.coordinates)}
    if not known:
        return None
    frames = {}
    of = {pairs.metric: pairs.of for pairs in matrices}
    for k, (metric, found) in enumerate(known.items()):
        x, y = found.coordinates.to_numpy(float)[:, :2].T
        runs = found.coordinates.index.to_numpy()
        stress = f"stress {found.stress:.2f}" if np.isfinite(found.stress) else ""
        words = ", ".join(filter(None, [of[metric], f"n = {len(runs)}", stress]))
        centre, reach = [(v.min() + v.max()) / 2 for v in (x, y)], max(np.ptp(x), np.ptp(y)) * 0.53 or 1.0
        axes = [Axis(low=float(c - reach), high=float(c + reach)) for c in centre]
        frames[(k,)] = [
            Panel(title, [Points(x, y, runs)], axes[0], axes[1], words, column)
            for title, column in colours.items()
        ]
    start = list(known).index(_FIRST) if _FIRST in known else 0
    controls = [Control("metric", list(known), start=start)]
    return Figure(
        key,
        "Map of the runs",
        caption,
        frames,
        controls,
        columns=max(2, len(colours)),
        height=330,
        cohort=cohort,
    )
