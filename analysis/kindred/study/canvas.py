"""What the figures of the study share."""

from __future__ import annotations

import io

import numpy as np
from matplotlib.figure import Figure

from kindred.figures.style import NEUTRAL, OPTIMAL, SUBOPTIMAL

COLOURS = {"optimal": OPTIMAL, "suboptimal": SUBOPTIMAL, "middle": NEUTRAL}
ARCHITECTURES = ("#0072B2", "#D55E00", "#009E73", "#B8578F")
MARKERS = "os^Dv"


def new_figure(width, height):
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()


def new_grid(cohorts):
    """Datasets in columns, architectures in rows."""
    datasets = list(dict.fromkeys(c.dataset for c in cohorts))
    architectures = list(dict.fromkeys(c.architecture for c in cohorts))
    figure = Figure(figsize=(3.1 * len(datasets) + 0.3, 2.1 * len(architectures) + 0.5), layout="constrained")
    axes = figure.subplots(len(architectures), len(datasets), squeeze=False)
    grid = [(c, (architectures.index(c.architecture), datasets.index(c.dataset))) for c in cohorts]
    for place in np.ndindex(axes.shape):
        axes[place].set_visible(place in [p for _, p in grid])
    return grid, figure, axes


def label_edges(axes, x, y):
    figure = axes[0, 0].figure
    figure.supxlabel(x, fontsize=9)
    figure.supylabel(y, fontsize=9)


def plain_log(axis, ticks, labels):
    axis.set_ticks(ticks, labels)
    axis.set_ticks([], minor=True)


def svg(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, facecolor="white")
    return buffer.getvalue()
