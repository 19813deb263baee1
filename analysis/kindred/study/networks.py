"""Figures in which a point or a line is a network."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from kindred.embedding import embed
from kindred.figures.extent import near_quartiles
from kindred.figures.style import INK, log_ticks
from kindred.sentences import fixed
from kindred.shapes import REACH
from kindred.study.canvas import ARCHITECTURES, COLOURS, MARKERS, label_edges, new_figure, new_grid, plain_log
from kindred.study.matrices import matrix


def accuracy(cohorts):
    figure, axes = new_figure(8.6, 0.42 * len(cohorts) + 1.0)
    random = np.random.default_rng(0)
    for i, c in enumerate(cohorts):
        for name, colour in COLOURS.items():
            rows = (c.group == name).to_numpy()
            axes.scatter(
                c.accuracy[rows],
                i + random.uniform(-0.25, 0.25, rows.sum()),
                s=11,
                color=colour,
                alpha=0.75,
                linewidths=0,
                label=name if i == 0 else None,
            )
    axes.set(
        yticks=range(len(cohorts)),
        yticklabels=[f"{c.label} ({len(c.runs)})" for c in cohorts],
        xlabel="final test accuracy",
        xlim=(0, 1.02),
    )
    axes.invert_yaxis()
    axes.legend(loc="upper left", bbox_to_anchor=(0, 1.16), ncols=3, frameon=False)
    return figure


def scatter(cohorts, values, label, table, what):
    grid, figure, axes = new_grid(cohorts)
    found = table[table["what"] == what].set_index("cohort")
    for c, place in grid:
        panel = axes[place]
        x = values(c).to_numpy(float)
        low, high = _middle_of_logarithms(x)
        for name in ("middle", "suboptimal", "optimal"):
            member = (c.group == name).to_numpy()
            for rows, marker in ((x < low, "<"), ((x >= low) & (x <= high), "o"), (x > high, ">")):
                rows = member & rows
                panel.scatter(
                    np.clip(x[rows], low, high),
                    c.accuracy[rows],
                    s=12 if marker == "o" else 22,
                    marker=marker,
                    color=COLOURS[name],
                    alpha=0.8,
                    linewidths=0,
                )
        panel.set_xscale("log")
        plain_log(panel.xaxis, *log_ticks(*panel.get_xlim()))
        row = found.loc[c.label]
        known = np.isfinite(row["low"])
        reach = f" ({fixed(row['low'])} to {fixed(row['high'])})" if known else ""
        panel.set_title(f"{c.label}   ρ {fixed(row['rho'])}{reach}", fontsize=8.5, loc="left")
    label_edges(axes, f"{label}; triangles: beyond the axis", "test accuracy")
    return figure


def _middle_of_logarithms(x):
    """The range of the values, without those of which the logarithm is far outside of the quartiles: weights that
    exploded would leave no room for the others."""
    positive = x[(x > 0) & np.isfinite(x)]
    if not positive.size:
        return 1.0, 1.0
    kept = positive[near_quartiles(np.log(positive), 1.5)]
    return float(kept.min()), float(kept.max())


def shape(cohorts):
    """Quantiles of the standardised weights against those of a normal distribution, a line a run."""
    grid, figure, axes = new_grid(cohorts)
    for c, place in grid:
        panel, normal = axes[place], c.shapes.normal
        for name in ("suboptimal", "optimal"):
            for line in c.shapes.lines[name]:
                panel.plot(normal, line, color=COLOURS[name], alpha=0.45, linewidth=0.8)
        panel.plot(normal, normal, color=INK, linewidth=0.7, linestyle=(0, (4, 3)))
        panel.set(ylim=(-REACH, REACH))
        panel.set_title(c.label, fontsize=8.5, loc="left")
    label_edges(axes, "quantile of a normal distribution (interquartile ranges)", "of the weights")
    return figure


def maps(cohorts, similarity):
    """All done runs by their standardised distributions, twice: coloured by performance, by cohort."""
    runs = np.concatenate([c.runs.index for c in cohorts])
    table = matrix(similarity, "all", "wasserstein_standardized", runs, role="all")
    if table is None:
        return None
    map_ = embed(table, "metric")
    if map_.reason:
        return None
    figure = Figure(figsize=(9.4, 4.4), layout="constrained")
    left, right = figure.subplots(1, 2, sharex=True, sharey=True)
    group = pd.concat([c.group for c in cohorts])
    for name in ("middle", "suboptimal", "optimal"):
        places = map_.coordinates[(group[map_.coordinates.index] == name).to_numpy()]
        left.scatter(
            places["1"], places["2"], s=14, color=COLOURS[name], alpha=0.75, linewidths=0, label=name
        )
    architectures = list(dict.fromkeys(c.architecture for c in cohorts))
    datasets = list(dict.fromkeys(c.dataset for c in cohorts))
    for c in cohorts:
        places = map_.coordinates.reindex(c.runs.index)
        right.scatter(
            places["1"],
            places["2"],
            s=14,
            alpha=0.75,
            linewidths=0,
            label=c.label,
            color=ARCHITECTURES[architectures.index(c.architecture) % 4],
            marker=MARKERS[datasets.index(c.dataset) % 5],
        )
    for panel in (left, right):
        panel.set(xticks=[], yticks=[], aspect="equal")
    left.set_title(
        f"{len(map_.coordinates)} runs by wasserstein_standardized, stress {fixed(map_.stress)}",
        fontsize=8.5,
        loc="left",
    )
    left.legend(frameon=False, fontsize=8)
    right.legend(frameon=False, fontsize=7, loc="center left", bbox_to_anchor=(1, 0.5))
    return figure
