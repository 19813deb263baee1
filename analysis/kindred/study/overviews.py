"""Figures of the study's tables."""

from __future__ import annotations

import numpy as np

from kindred.figures.style import AXIS, INK, log_ticks
from kindred.sentences import number
from kindred.study.canvas import ARCHITECTURES, MARKERS, new_figure, plain_log


def ratios(table, title):
    """Metric × cohort: blue where optimal runs are more alike than suboptimal ones."""
    rows, columns = list(dict.fromkeys(table["metric"])), list(dict.fromkeys(table["cohort"]))
    if not rows:
        return None
    figure, axes = new_figure(1.9 + 0.78 * len(columns), 1.5 + 0.34 * len(rows))
    values = table.pivot(index="metric", columns="cohort", values="ratio").reindex(rows, columns=columns)
    adjusted = table.pivot(index="metric", columns="cohort", values="adjusted_p").reindex(
        rows, columns=columns
    )
    axes.imshow(np.log2(values.to_numpy(float)), cmap="RdBu_r", vmin=-2.5, vmax=2.5, aspect="auto")
    for i, j in np.ndindex(values.shape):
        value, sure = values.iloc[i, j], adjusted.iloc[i, j] < 0.05
        dark = np.isfinite(value) and abs(np.log2(value)) > 1.6
        axes.text(
            j,
            i,
            number(value, 2),
            ha="center",
            va="center",
            fontsize=8,
            color="white" if dark else INK,
            fontweight="bold" if sure else "normal",
        )
    axes.set(
        xticks=range(len(columns)), yticks=range(len(rows)), yticklabels=[r.replace("_", " ") for r in rows]
    )
    axes.set_xticklabels([c.replace(" ", "\n") for c in columns], fontsize=8)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    figure.supxlabel(f"{title}; bold: adjusted p < 0.05", fontsize=9)
    return figure


def origin(table):
    whats = list(dict.fromkeys(table["metric"]))
    columns = [c for c in dict.fromkeys(table["cohort"])]
    figure, axes = new_figure(8.6, 3.4)
    for j, what in enumerate(whats):
        rows = table[table["metric"] == what].set_index("cohort")
        for i, name in enumerate(columns):
            if name not in rows.index:
                continue
            sure = rows.loc[name, "adjusted_p"] < 0.05
            axes.scatter(
                i + 0.22 * (j - 1),
                rows.loc[name, "ratio"],
                s=42,
                color=ARCHITECTURES[j],
                facecolor=ARCHITECTURES[j] if sure else "white",
                label=what if i == 0 else None,
                zorder=3,
            )
    axes.axhline(1, color=AXIS, linewidth=0.8)
    axes.set(xticks=range(len(columns)), yscale="log", ylabel="dispersion of optimal / suboptimal")
    axes.set_xticklabels([c.replace(" ", "\n") for c in columns], fontsize=8)
    plain_log(axes.yaxis, *log_ticks(*axes.get_ylim()))
    axes.legend(loc="upper left", bbox_to_anchor=(0, 1.16), ncols=3, frameon=False)
    return figure


def over_epochs(table):
    figure, axes = new_figure(8.6, 3.4)
    names = list(dict.fromkeys(table["cohort"]))
    architectures = list(dict.fromkeys(n.split()[-1] for n in names))
    datasets = list(dict.fromkeys(n.split()[0] for n in names))
    for name in names:
        rows = table[table["cohort"] == name]
        dataset, architecture = name.split()[0], name.split()[-1]
        axes.plot(
            rows["epoch"] / rows["epoch"].max(),
            rows["rho"],
            label=name,
            linewidth=1.4,
            color=ARCHITECTURES[architectures.index(architecture) % 4],
            marker=MARKERS[datasets.index(dataset) % 5],
            markersize=4.5,
        )
    axes.axhline(0, color=AXIS, linewidth=0.8)
    axes.set(
        xlabel="share of the training", ylabel="ρ of weight variance then and final accuracy", ylim=(-1, 1)
    )
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False, fontsize=8)
    return figure


def profiles(table):
    values = table.set_index("statistic").dropna(how="all")
    figure, axes = new_figure(2.2 + 0.72 * values.shape[1], 1.2 + 0.2 * len(values))
    image = axes.imshow(values.to_numpy(float), cmap="RdBu_r", vmin=-1, vmax=1, aspect="auto")
    axes.set(yticks=range(len(values)), xticks=range(values.shape[1]))
    axes.set_yticklabels([n.replace("_", " ") for n in values.index], fontsize=7.5)
    axes.set_xticklabels([c.replace(" ", "\n") for c in values], fontsize=8)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    bar = figure.colorbar(image, ax=axes, fraction=0.03, pad=0.02)
    bar.set_label("ρ with accuracy")
    return figure


def prediction(table):
    table = table[np.isfinite(table["r2"])]
    if table.empty:
        return None
    pools, sources = list(dict.fromkeys(table["runs_of"])), list(dict.fromkeys(table["from"]))
    figure, axes = new_figure(8.6, 3.4)
    for j, source in enumerate(sources):
        rows = table[table["from"] == source].set_index("runs_of").reindex(pools)
        x = np.arange(len(pools)) + 0.18 * (j - (len(sources) - 1) / 2)
        axes.vlines(x, rows["r2_low"], rows["r2_high"], color=ARCHITECTURES[j], linewidth=1.6)
        axes.scatter(x, rows["r2"], s=30, color=ARCHITECTURES[j], label=source, zorder=3)
    axes.axhline(0, color=AXIS, linewidth=0.8)
    axes.set(
        xticks=range(len(pools)),
        ylabel="R² out of fold, within cohorts",
        ylim=(max(-1, axes.get_ylim()[0]), 1),
    )
    axes.set_xticklabels([p.replace(" ", "\n") for p in pools], fontsize=8)
    axes.legend(loc="upper left", bbox_to_anchor=(0, 1.16), ncols=4, frameon=False, fontsize=8)
    return figure
