"""The figures of the study, as SVG."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import stats

from kindred.embedding import embed
from kindred.figures.extent import near_quartiles
from kindred.figures.style import AXIS, INK, NEUTRAL, OPTIMAL, SUBOPTIMAL, log_ticks, styled
from kindred.sentences import fixed, number
from kindred.similarity import Similarity
from kindred.study.material import Cohort, matrix
from kindred.study.relations import all_layers

COLOURS = {"optimal": OPTIMAL, "suboptimal": SUBOPTIMAL, "middle": NEUTRAL}
ARCHITECTURES = ("#0072B2", "#D55E00", "#009E73", "#B8578F")
MARKERS = "os^Dv"


@styled
def draw(
    cohorts: list[Cohort], similarity: Similarity, tables: dict[str, pd.DataFrame], predictions
) -> dict[str, bytes]:
    """Every figure by name, as SVG."""
    made = {
        "accuracy": accuracy(cohorts),
        "alike": ratios(tables["alike"], "Dispersion, optimal / suboptimal"),
        "origin": origin(tables["origin"]),
        "variance": scatter(
            cohorts,
            lambda c: c.common[-1]["all variance"],
            "variance of all weights",
            tables["variance"],
            "all weights",
        ),
        "strength": scatter(
            cohorts,
            lambda c: 10 ** all_layers(c, -1),
            "layer fluctuation (geometric mean of the layers)",
            tables["strength"],
            "all layers",
        ),
        "shape": shape(cohorts),
        "epochs": over_epochs(tables["epochs"]),
        "profiles": profiles(tables["profiles"]),
        "prediction": prediction(tables["prediction"]),
        "map": maps(cohorts, similarity),
    }
    return {name: _svg(figure) for name, figure in made.items() if figure is not None}


def accuracy(cohorts):
    figure, axes = _figure(8.6, 0.42 * len(cohorts) + 1.0)
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


def ratios(table, title):
    """Metric × cohort: blue where optimal runs are more alike than suboptimal ones."""
    rows, columns = list(dict.fromkeys(table["metric"])), list(dict.fromkeys(table["cohort"]))
    if not rows:
        return None
    figure, axes = _figure(1.9 + 0.78 * len(columns), 1.5 + 0.34 * len(rows))
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
    figure, axes = _figure(8.6, 3.4)
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
    _plain_log(axes.yaxis, *log_ticks(*axes.get_ylim()))
    axes.legend(loc="upper left", bbox_to_anchor=(0, 1.16), ncols=3, frameon=False)
    return figure


def scatter(cohorts, values, label, table, what):
    grid, figure, axes = _grid(cohorts)
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
        _plain_log(panel.xaxis, *log_ticks(*panel.get_xlim()))
        row = found.loc[c.label]
        known = np.isfinite(row["low"])
        reach = f" ({fixed(row['low'])} to {fixed(row['high'])})" if known else ""
        panel.set_title(f"{c.label}   ρ {fixed(row['rho'])}{reach}", fontsize=8.5, loc="left")
    _edges(axes, f"{label}; triangles: beyond the axis", "test accuracy")
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
    grid, figure, axes = _grid(cohorts)
    for c, place in grid:
        panel, probability = axes[place], c.densities["probability"]
        rows = np.flatnonzero((probability > 0.001) & (probability < 0.999))[::8]
        normal = stats.norm.ppf(probability[rows]) / (2 * stats.norm.ppf(0.75))
        for name in ("suboptimal", "optimal"):
            for line in c.densities[name]:
                panel.plot(normal, line[rows], color=COLOURS[name], alpha=0.45, linewidth=0.8)
        panel.plot(normal, normal, color=INK, linewidth=0.7, linestyle=(0, (4, 3)))
        panel.set(ylim=(-4.5, 4.5))
        panel.set_title(c.label, fontsize=8.5, loc="left")
    _edges(axes, "quantile of a normal distribution (interquartile ranges)", "of the weights")
    return figure


def over_epochs(table):
    figure, axes = _figure(8.6, 3.4)
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
    figure, axes = _figure(2.2 + 0.72 * values.shape[1], 1.2 + 0.2 * len(values))
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
    figure, axes = _figure(8.6, 3.4)
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


def _figure(width, height):
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()


def _grid(cohorts):
    """Datasets in columns, architectures in rows."""
    datasets = list(dict.fromkeys(c.dataset for c in cohorts))
    architectures = list(dict.fromkeys(c.architecture for c in cohorts))
    figure = Figure(figsize=(3.1 * len(datasets) + 0.3, 2.1 * len(architectures) + 0.5), layout="constrained")
    axes = figure.subplots(len(architectures), len(datasets), squeeze=False)
    grid = [(c, (architectures.index(c.architecture), datasets.index(c.dataset))) for c in cohorts]
    for place in np.ndindex(axes.shape):
        axes[place].set_visible(place in [p for _, p in grid])
    return grid, figure, axes


def _edges(axes, x, y):
    figure = axes[0, 0].figure
    figure.supxlabel(x, fontsize=9)
    figure.supylabel(y, fontsize=9)


def _plain_log(axis, ticks, labels):
    axis.set_ticks(ticks, labels)
    axis.set_ticks([], minor=True)


def _svg(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, facecolor="white")
    return buffer.getvalue()
