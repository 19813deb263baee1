"""Effects beside one another in all cohorts, and how near the cohorts' good and poor runs are."""

from __future__ import annotations

import numpy as np

from kindred.figures.common import is_log
from kindred.figures.spec import Axis, Control, Figure, Heat, Intervals, Panel, Points, Rule, single
from kindred.findings import Findings
from kindred.moments import WHOLE
from kindred.sentences import short_names

_MOMENTS = ("variance", "kurtosis", "skewness", "mean")


def effects_figure(findings: Findings) -> Figure | None:
    """A row a cohort: correlation of variance and accuracy, ratio of the spreads; with intervals."""
    shown = [c for c in findings.cohorts if c.groups.known]
    names = short_names([c.name for c in findings.cohorts])
    if len(shown) < 2:
        return None
    rows = [names[c.name] for c in shown]
    axis = Axis(names=rows)
    panels = []
    for title, label, null, log, estimates in (
        (
            "variance and accuracy",
            "Spearman's ρ",
            0.0,
            False,
            [c.overall.overall if c.overall is not None else None for c in shown],
        ),
        (
            "among runs of equal settings",
            "Spearman's ρ",
            0.0,
            False,
            [c.overall.within_settings if c.overall is not None else None for c in shown],
        ),
        ("spread between runs", "optimal / suboptimal", 1.0, True, [c.alikeness for c in shown]),
    ):
        values = np.array([[e.value, e.low, e.high] if e is not None else [np.nan] * 3 for e in estimates]).T
        if np.isfinite(values[0]).any():
            place = np.arange(len(rows), dtype=float)
            marks = [Rule("x", null), Intervals(place, *values, "optimal", title)]
            reach = {} if log else {"low": -1.05, "high": 1.05}
            panels.append(Panel(title, marks, Axis(label, log=log, **reach), axis))
    caption = (
        "Each row a cohort. Correlation of the variance of all weights with test accuracy, over all done runs and "
        "among runs that differ by their seeds only; and the geometric mean of the ratios of the spreads of the "
        "moments, where below 1 optimal runs are more alike. 95 % intervals; an open circle has too few runs for one."
    )
    return single(
        "effects", "The same effects in every cohort", caption, panels, columns=3, height=70 + 26 * len(rows)
    )


def statistics_figure(findings: Findings, arrays) -> Figure | None:
    """Accuracy against statistics that every architecture has, all runs together; `arrays` gives a cohort's."""
    shown = [c for c in findings.cohorts if c.groups.known and c.matrices]
    if len(shown) < 2:
        return None
    frames = {}
    for k, moment in enumerate(_MOMENTS):
        found = {"all weights": [], "first matrix": [], "last matrix": []}
        for c in shown:
            moments = arrays(c)["moments"].isel(snapshot=-1).sel(moment=moment).load().sel(run=c.groups.order)
            for of, name in zip(found, (WHOLE, c.matrices[0], c.matrices[-1])):
                known = name in c.parameters
                found[of].append(
                    moments.sel(parameter=name).values if known else np.full(len(c.groups.order), np.nan)
                )
        accuracy, runs = (
            np.concatenate([getattr(c.groups, a) for c in shown]) for a in ("accuracy", "order")
        )
        frames[(k,)] = [
            Panel(
                of,
                [Points(x, accuracy, runs)],
                Axis(moment, log=is_log(x)),
                Axis("test accuracy"),
                f"n = {len(x)}",
            )
            for of, x in ((of, np.concatenate(parts)) for of, parts in found.items())
        ]
    caption = (
        "Final test accuracy against a statistic of the final weights, the runs of all cohorts together. Colour by "
        "cohort, dataset or architecture to tell them apart: accuracies of different datasets do not compare."
    )
    controls = [Control("statistic", list(_MOMENTS))]
    return Figure(
        "statistics-all", "Within and between networks", caption, frames, controls, columns=3, height=240
    )


def between_figure(findings: Findings, pairs) -> Figure | None:
    """Mean distance of the optimal runs of each two cohorts, and of the suboptimal ones; a panel pair a metric."""
    cohorts = [c for c in findings.cohorts if c.groups.size]
    if len(cohorts) < 2 or not pairs:
        return None
    names = short_names([c.name for c in findings.cohorts])
    panels = []
    for found in pairs[:4]:
        both = [_means(found, cohorts, group) for group in ("optimal", "suboptimal")]
        values = np.concatenate([m[np.isfinite(m)] for m in both])
        if not values.size:
            continue
        low, high = float(values.min()), float(values.max())
        for group, matrix in zip(("optimal", "suboptimal"), both):
            heat = Heat(
                matrix,
                low,
                high if high > low else low + 1.0,
                found.metric,
                reversed=found.kind == "distance",
                names=[names[c.name] for c in cohorts],
            )
            panels.append(Panel(f"{found.metric}, {group}", [heat], subtitle=found.of))
    order = ", ".join(f"{i + 1} {names[c.name]}" for i, c in enumerate(cohorts))
    caption = (
        "Mean over the pairs of runs of two cohorts (the diagonal: within one), optimal runs beside suboptimal ones "
        f"on one scale; bright is alike. Rows and columns: {order}."
    )
    return single("between", "How near the cohorts are", caption, panels, columns=4, height=220)


def _means(found, cohorts, group) -> np.ndarray:
    place = {int(run): i for i, run in enumerate(found.order)}
    rows = [[place[int(r)] for r in getattr(c.groups, group) if int(r) in place] for c in cohorts]
    matrix = found.matrix.copy()
    np.fill_diagonal(matrix, np.nan)
    result = np.full((len(rows), len(rows)), np.nan)
    for i, a in enumerate(rows):
        for j, b in enumerate(rows):
            block = matrix[np.ix_(a, b)]
            if np.isfinite(block).any():
                result[i, j] = np.nanmean(block, dtype=float)
    return result
