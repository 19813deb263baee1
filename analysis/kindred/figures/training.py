"""Accuracies, learning curves, and weight variance against accuracy: interactive, a point is a run."""

from __future__ import annotations

import html

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from kindred.figures import style
from kindred.findings import CohortFindings
from kindred.groups import describe_setting
from kindred.moments import WHOLE
from kindred.sentences import fixed, interval

_MOST_POINTS = 1000  # runs drawn by rank
_MOST_IN_PANELS = 4000  # points of all panels together
_MOST_HOVERS = 1500  # points that tell their settings
_MOST_CURVES = 60  # runs drawn of each group
MOST_PANELS = 20  # parameters shown one by one
_COLUMNS = 4


def _groups(cohort: CohortFindings) -> dict[str, np.ndarray]:
    """Runs by group in the order they are drawn, the extremes on top."""
    groups = cohort.groups
    if not groups.size:
        return {"all": groups.order}
    return {"other": groups.middle, "suboptimal": groups.suboptimal, "optimal": groups.optimal}


_LABELS = {"optimal": "optimal", "suboptimal": "suboptimal", "other": "between", "all": "done runs"}


def thin(runs: np.ndarray, most: int) -> np.ndarray:
    """At most so many of the ranked runs, evenly spread over the ranking."""
    if len(runs) <= most:
        return runs
    return runs[np.linspace(0, len(runs) - 1, most).round().astype(int)]


def _hover(cohort: CohortFindings, runs, brief: bool = False) -> list[str]:
    """Lines on each run for the pointer; plotly reads some HTML in them, so they are escaped."""
    table = cohort.runs.loc[runs]
    texts = []
    for run, row in table.iterrows():
        lines = [f"run {run}, seed {row['seed']}" if "seed" in table else f"run {run}"]
        if cohort.settings and not brief:
            lines += describe_setting(row, cohort.settings).split(", ")
        texts.append("<br>".join(html.escape(line) for line in lines))
    return texts


def accuracy_figure(cohort: CohortFindings) -> go.Figure:
    """Distribution of the final test accuracy, and the runs by rank."""
    figure = make_subplots(1, 2, horizontal_spacing=0.08, column_widths=[0.45, 0.55])
    accuracy = dict(zip(cohort.groups.order, cohort.groups.accuracy))
    rank = {run: i + 1 for i, run in enumerate(cohort.groups.order)}
    low, high = cohort.groups.accuracy.min(), cohort.groups.accuracy.max()
    edges = np.linspace(low, high, 31) if high > low else np.array([low - 0.005, low + 0.005])
    for group, runs in _groups(cohort).items():
        look = {"color": style.GROUP_COLOURS[group]}
        values = np.array([accuracy[run] for run in runs])
        counts = np.histogram(values, edges)[0]
        figure.add_bar(
            x=(edges[:-1] + edges[1:]) / 2,
            y=counts,
            width=np.diff(edges) * 0.94,
            marker=look,
            name=_LABELS[group],
            legendgroup=group,
            hovertemplate="%{y} runs near %{x:.4f}<extra>" + _LABELS[group] + "</extra>",
            row=1,
            col=1,
        )
        drawn = thin(runs, _MOST_POINTS)
        figure.add_scatter(
            x=[rank[run] for run in drawn],
            y=[accuracy[run] for run in drawn],
            mode="markers",
            marker={**look, "size": 6, "line": {"width": 0.5 if len(rank) <= 200 else 0, "color": "white"}},
            name=_LABELS[group],
            legendgroup=group,
            showlegend=False,
            hovertext=_hover(cohort, drawn),
            hovertemplate="%{hovertext}<br>test accuracy %{y:.4f}, rank %{x}<extra></extra>",
            row=1,
            col=2,
        )
    style.layout(figure, 330, barmode="stack", margin={"l": 55, "r": 10, "t": 34, "b": 48})
    figure.update_xaxes(title_text="final test accuracy", tickformat=_decimals(low, high), row=1, col=1)
    figure.update_yaxes(title_text="runs", rangemode="tozero", row=1, col=1)
    figure.update_xaxes(title_text="rank", row=1, col=2)
    if len(rank) <= 6:  # whole numbers only
        figure.update_xaxes(dtick=1, row=1, col=2)
    if np.histogram(cohort.groups.accuracy, edges)[0].max() <= 5:
        figure.update_yaxes(dtick=1, row=1, col=1)
    figure.update_yaxes(title_text="final test accuracy", tickformat=_decimals(low, high), row=1, col=2)
    return figure


def curves_figure(cohort: CohortFindings) -> go.Figure | None:
    """Test accuracy and test loss by epoch: runs thin, medians of the groups thick."""
    shown = [
        (name, label)
        for name, label in (("test_accuracy", "test accuracy"), ("test_loss", "test loss"))
        if name in cohort.curves and np.isfinite(cohort.curves[name].to_numpy()).any()
    ]
    if not shown:
        return None
    figure = make_subplots(1, len(shown), horizontal_spacing=0.08)
    for column, (name, label) in enumerate(shown, start=1):
        table = cohort.curves[name]
        for group, runs in _groups(cohort).items():
            if len(runs):
                _add_curves(figure, column, table, group, runs, label)
        whole = {"dtick": 1} if len(table.columns) <= 6 else {}
        figure.update_xaxes(title_text="epoch", row=1, col=column, **whole)
        figure.update_yaxes(title_text=label, row=1, col=column)
        values = table.to_numpy()
        values = values[np.isfinite(values)]
        if name == "test_loss" and values.size and values.min() > 0 and values.max() > 10 * values.min():
            ticks, labels = style.log_ticks(values.min(), values.max(), 6)
            figure.update_yaxes(
                type="log",
                tickvals=ticks,
                ticktext=labels,
                title_text="test loss (log scale)",
                row=1,
                col=column,
            )
        elif values.size:
            figure.update_yaxes(tickformat=_decimals(values.min(), values.max()), row=1, col=column)
    return style.layout(figure, 340, margin={"l": 60, "r": 10, "t": 34, "b": 48})


def _add_curves(figure, column, table, group, runs, label):
    colour = style.GROUP_COLOURS[group]
    epochs = table.columns.to_numpy()
    drawn = thin(runs, _MOST_CURVES)
    gap = np.full((len(drawn), 1), np.nan)
    figure.add_scatter(
        x=np.tile(np.append(epochs.astype(float), np.nan), len(drawn)),
        y=np.hstack([table.loc[drawn].to_numpy(), gap]).round(6).ravel(),
        customdata=np.repeat(drawn, len(epochs) + 1),
        mode="lines",
        line={"color": colour, "width": 1},
        opacity=0.28 if group == "other" else 0.4,
        legendgroup=group,
        showlegend=False,
        connectgaps=False,
        hovertemplate=f"run %{{customdata}}<br>epoch %{{x}}: %{{y:.4f}}<extra>{_LABELS[group]}</extra>",
        row=1,
        col=column,
    )
    median = table.loc[runs].median().to_numpy()
    figure.add_scatter(
        x=epochs,
        y=median,
        mode="lines+markers",
        line={"color": colour, "width": 3},
        marker={"size": 5},
        name=f"{_LABELS[group]} (median)",
        legendgroup=group,
        showlegend=column == 1,
        hovertemplate=f"median of {len(runs)} runs<br>epoch %{{x}}: {label} %{{y:.4f}}"
        f"<extra>{_LABELS[group]}</extra>",
        row=1,
        col=column,
    )


def variance_figure(cohort: CohortFindings) -> go.Figure | None:
    """Final test accuracy against the variance of each parameter's weights, a panel each."""
    panels = variance_panels(cohort)
    if not panels:
        return None
    rows = -(-len(panels) // _COLUMNS)
    by_name = {c.parameter: c for c in cohort.correlations}
    titles = [_title(by_name[name]) for name in panels]
    columns = min(_COLUMNS, len(panels))
    figure = make_subplots(
        rows,
        columns,
        shared_yaxes=True,
        subplot_titles=titles,
        horizontal_spacing=0.025,
        vertical_spacing=0.34 / rows if rows > 1 else 0,
    )
    accuracy = dict(zip(cohort.groups.order, cohort.groups.accuracy))
    share = points_in_panels(cohort) / len(cohort.groups.order)
    for i, name in enumerate(panels):
        row, column = i // columns + 1, i % columns + 1
        for group, runs in _groups(cohort).items():
            drawn = thin(runs, round(share * len(runs)))
            x = cohort.variances.loc[drawn, name].to_numpy()
            figure.add_scatter(
                x=[float(f"{v:.5g}") if v > 0 else None for v in x],
                y=[accuracy[run] for run in drawn],
                mode="markers",
                marker={
                    "color": style.GROUP_COLOURS[group],
                    "size": 6,
                    "opacity": 0.85,
                    "line": {"width": 0.5, "color": "white"},
                },
                name=_LABELS[group],
                legendgroup=group,
                showlegend=i == 0,
                hovertext=_hover(cohort, drawn, len(panels) * len(cohort.groups.order) > _MOST_HOVERS),
                hovertemplate="%{hovertext}<br>variance %{x:.3g}<br>test accuracy %{y:.4f}<extra></extra>",
                row=row,
                col=column,
            )
        ticks, labels = _variance_ticks(cohort.variances[name])
        figure.update_xaxes(type="log", tickvals=ticks, ticktext=labels, row=row, col=column)
        if i + columns >= len(panels):
            figure.update_xaxes(title_text="variance", row=row, col=column)
        if column == 1:
            figure.update_yaxes(title_text="test accuracy", row=row, col=column)
    figure.update_yaxes(tickformat=_decimals(cohort.groups.accuracy.min(), cohort.groups.accuracy.max()))
    style.layout(figure, 90 + 208 * rows, margin={"l": 60, "r": 10, "t": 70, "b": 48})
    figure.update_annotations(font={"size": 11, "family": style.FONT, "color": style.INK})
    return figure


def points_in_panels(cohort: CohortFindings) -> int:
    """How many runs a panel of the variance figure draws."""
    return min(len(cohort.groups.order), _MOST_IN_PANELS // max(len(variance_panels(cohort)), 1))


def _variance_ticks(variances) -> tuple[list[float], list[str]]:
    positive = variances[variances > 0]
    return style.log_ticks(positive.min() / 1.02, positive.max() * 1.02)


def _decimals(low: float, high: float) -> str:
    """The number format of an axis over this range, about five ticks."""
    step = (high - low) / 5
    return f".{int(np.clip(np.ceil(-np.log10(step)), 1, 5))}f" if step > 0 else ".3f"


def variance_panels(cohort: CohortFindings) -> list[str]:
    """The parameters that are drawn: `all`, then those of some variance, where many the matrices alone."""
    if cohort.variances is None:
        return []
    names = [WHOLE] * (WHOLE in cohort.parameters) + cohort.shown(MOST_PANELS - 1)
    return [p for p in names if (cohort.variances[p] > 0).any()]


def _title(correlation) -> str:
    rho = correlation.overall
    name = "all parameters" if correlation.parameter == WHOLE else correlation.parameter
    figures = f"ρ = {fixed(rho.value)}" + (f" [{interval(rho)}]" if np.isfinite(rho.low) else "")
    return f"<b>{html.escape(name)}</b><br>{figures}, n = {rho.n}"
