"""Node strengths by layer, and figures of layers and matrices as intervals over runs."""

from __future__ import annotations

import matplotlib.ticker as ticker
import numpy as np
from matplotlib.colors import to_rgba

from kindred.figures import style
from kindred.structure import FLUCTUATION, Structure

MOST_LAYERS = 5  # panels of node strengths
MOST_NAMES = 24  # layers or matrices on an axis
_MARKERS = {"optimal": "o", "suboptimal": "D", "all": "o"}


def thin(names: list, most: int) -> list:
    """At most so many, evenly spread, the first and the last among them."""
    if len(names) <= most:
        return names
    return [names[i] for i in np.linspace(0, len(names) - 1, most).round().astype(int)]


@style.styled
def strength_image(found: Structure) -> str:
    """Densities of the node strengths, a panel a layer, and the layers' fluctuation; "" without either."""
    panels = thin(found.strengths, MOST_LAYERS)
    fluctuation = found.figures.get(FLUCTUATION)
    if not panels and fluctuation is None:
        return ""
    columns = len(panels) + (fluctuation is not None)
    height = max(2.5, 1.0 + 0.2 * _shown(fluctuation))
    figure, axes = style.subplots(1, columns, height)
    for axis, layer in zip(axes[0], panels):
        for group, density in layer.density.items():
            if np.isfinite(density).any():
                colour = style.GROUP_COLOURS[group]
                face = to_rgba(colour, 0.10)
                axis.stairs(density, layer.edges, fill=True, lw=1.3, edgecolor=colour, facecolor=face)
        axis.set_title(layer.layer, loc="left")
        axis.set_xlabel("strength (no unit)")
        axis.set_ylim(bottom=0)
        axis.xaxis.set_major_locator(ticker.MaxNLocator(4))
        axis.yaxis.set_major_locator(ticker.MaxNLocator(4))
    if panels:
        axes[0, 0].set_ylabel("density")
    if fluctuation is not None:
        _intervals(axes[0, -1], fluctuation, "layer fluctuation")
        axes[0, -1].set_xlabel("s.d. of strength (no unit)")
    _finish(figure, found, height, 0.05 if panels else 0.13)
    return style.svg_image(
        figure, "Node strengths by layer and layer fluctuation, optimal and suboptimal runs"
    )


@style.styled
def spectra_image(found: Structure) -> str:
    """Stable rank and alpha of each matrix; "" without a value."""
    shown = {n: t for n, t in found.figures.items() if n != FLUCTUATION and _any(t)}
    if not shown:
        return ""
    height = max(2.3, 1.0 + 0.2 * max(map(_shown, shown.values())))
    figure, axes = style.subplots(1, len(shown), height)
    for axis, (name, tables) in zip(axes[0], shown.items()):
        _intervals(axis, tables, name)
        axis.set_xlabel({"alpha": "power-law exponent (no unit)"}.get(name, "Σσ² / max σ² (no unit)"))
    _finish(figure, found, height, 0.13)
    return style.svg_image(figure, "Stable rank and alpha of each matrix, optimal and suboptimal runs")


def _any(tables) -> bool:
    return any(np.isfinite(table.to_numpy(float)).any() for table in tables.values())


def _shown(tables) -> int:
    return min(len(next(iter(tables.values())).columns), MOST_NAMES) if tables else 0


def _intervals(axis, tables, title):
    """The median of each name's values over runs as a point, the central 80 % as a line."""
    names = thin(list(next(iter(tables.values())).columns), MOST_NAMES)
    positive = []
    for i, (group, table) in enumerate(tables.items()):
        colour, shift = style.GROUP_COLOURS[group], (i - (len(tables) - 1) / 2) * 0.32
        for y, name in enumerate(names):
            values = table[name].to_numpy(float)
            values = values[np.isfinite(values)]
            if not values.size:
                continue
            low, middle, high = np.percentile(values, [10, 50, 90])
            positive += [low, high]
            axis.plot([low, high], [y + shift] * 2, color=colour, lw=2, alpha=0.5, zorder=1)
            axis.scatter([middle], [y + shift], color=colour, s=24, marker=_MARKERS[group], zorder=2)
    if positive and min(positive) > 0 and max(positive) > 20 * min(positive):
        low, high = min(positive) / 1.3, max(positive) * 1.3
        axis.set_xscale("log")
        axis.set_xlim(low, high)
        axis.set_xticks(*style.log_ticks(low, high))
        axis.xaxis.set_minor_locator(ticker.NullLocator())
    else:
        axis.xaxis.set_major_locator(ticker.MaxNLocator(5))
    axis.set_title(title, loc="left")
    axis.set_yticks(range(len(names)), names)
    axis.set_ylim(len(names) - 0.5, -0.5)
    axis.grid(axis="y", color=style.FAINT, lw=0.8)
    axis.tick_params(axis="y", length=0)


def _finish(figure, found, height, left):
    """The legend over the panels, and the margins."""
    groups = list(next(iter(found.figures.values()), None) or found.strengths[0].density)
    first = figure.axes[0]
    handles = [
        first.plot([], [], color=style.GROUP_COLOURS[g], marker=_MARKERS[g], markersize=5, lw=2)[0]
        for g in groups
    ]
    labels = ["all done runs" if g == "all" else f"{g} runs" for g in groups]
    figure.legend(handles, labels, loc="upper left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.1)
    figure.tight_layout(rect=(0, 0, 1, 1 - 0.22 / height), pad=0.4, w_pad=1.2)
