"""Variance against accuracy, weight distributions, and the spread of moments between runs."""

from __future__ import annotations

import numpy as np

from kindred import page
from kindred.estimates import SMALLEST_GROUP, SMALLEST_SAMPLE
from kindred.figures import style, training
from kindred.figures import weights as plots
from kindred.findings import CohortFindings
from kindred.moments import RAW_MOMENTS, WHOLE
from kindred.sentences import fixed, interval, number, probability


def _drawn(cohort: CohortFindings, names: list[str]) -> str:
    """Which parameters a figure shows, where not all."""
    drawn = [name for name in names if name != WHOLE]
    tensors, matrices = [p for p in cohort.parameters if p != WHOLE], len(cohort.matrices)
    if len(drawn) == len(tensors):
        return ""
    if set(drawn) == set(cohort.matrices):
        return f" Drawn are the {matrices} weight matrices, of {len(tensors)} parameters."
    if set(drawn) < set(cohort.matrices):
        return f" {len(drawn)} of {matrices} weight matrices are drawn."
    return f" {len(drawn)} of {len(tensors)} parameters are drawn."


def variance(cohort: CohortFindings, anchor: str) -> str:
    if not cohort.groups.known:
        return page.paragraph("Left out: the test accuracies of these runs are not known.", "note")
    plot = training.variance_figure(cohort)
    if not cohort.correlations:
        return page.paragraph("The file has no moments of the weights.", "note")
    parts = []
    if plot is not None:
        runs = training.points_in_panels(cohort)
        some = _drawn(cohort, training.variance_panels(cohort))
        some += (
            f" {runs} of {len(cohort.groups.order)} runs are drawn."
            if runs < len(cohort.groups.order)
            else ""
        )
        parts.append(
            page.figure(
                style.interactive(plot, f"{anchor}-plot-variance", "Weight variance against test accuracy"),
                "Final test accuracy against the variance of a parameter's weights at epoch "
                f"{cohort.snapshots[-1]}, each "
                f"point a run. ρ is Spearman's correlation over all done runs with its 95 % interval.{some}",
            )
        )
    seeds = bool(cohort.settings)
    head = ["parameter", "n", "Spearman's ρ", "95 % interval", "p, adjusted"]
    head += ["ρ within settings", "95 % interval"] if seeds else []
    short, rest = ([], set()), ([], set())
    shown = {WHOLE, *cohort.shown(training.MOST_PANELS - 1)}
    for c in cohort.correlations:
        rows, strong = short if c.parameter in shown else rest
        row = [
            "all parameters" if c.parameter == WHOLE else c.parameter,
            c.overall.n,
            fixed(c.overall.value),
            interval(c.overall),
            "" if c.parameter == WHOLE else probability(c.adjusted_p).removeprefix("p ").removeprefix("= "),
        ]
        row += [fixed(c.within_settings.value), interval(c.within_settings)] if seeds else []
        rows.append(row)
        single = c.adjusted_p < 0.05 and c.overall.n >= SMALLEST_SAMPLE
        if c.overall.excludes(0) if c.parameter == WHOLE else single:
            strong.add(len(rows) - 1)
    figures = set(range(1, len(head)))
    parts.append(page.table(head, short[0], figures, short[1]))
    if rest[0]:
        words = f"The other {len(rest[0])} parameters ({len(rest[1])} of them bold)"
        parts.append(page.details(words, page.table(head, rest[0], figures, rest[1])))
    words = "Bold: distinguishable from no correlation (single parameters after Holm's adjustment)."
    if seeds:
        words += (
            " The overall correlation includes what the settings do to both; the one within settings "
            "compares only runs that differ by their seeds. Neither shows a cause."
        )
    return "\n".join(parts + [page.paragraph(words, "soft")])


def distributions(cohort: CohortFindings) -> str:
    image = plots.distribution_image(cohort)
    if not image:
        return page.paragraph("The file has no histograms of the weights.", "note")
    drawn = len({d.parameter for d in cohort.distributions} - {WHOLE})
    total = len(cohort.matrices)
    some = f" {drawn} of {total} weight matrices are drawn." if drawn < total else ""
    caption = (
        "Densities of the weights of all runs of a group together, on a logarithmic axis. Each row has one "
        f"horizontal axis that covers the central 99.8 % of the weights.{some}"
    )
    rows = [
        [c.statistic, number(c.optimal), number(c.suboptimal), probability(c.p)] for c in cohort.contrasts
    ]
    head = ["all weights of a network", "median, optimal", "median, suboptimal", "Mann-Whitney"]
    return page.figure(image, caption) + (page.table(head, rows, {1, 2, 3}) if rows else "")


def spread(cohort: CohortFindings) -> str:
    image = plots.spread_image(cohort)
    if not image:
        return page.paragraph(
            f"Not compared: {cohort.groups.reason or 'the file has no moments of the weights'}.", "note"
        )
    caption = (
        "How much the runs of a group differ from one another: standard deviation between runs of each "
        f"moment at epoch {cohort.snapshots[-1]}, and the ratio optimal / suboptimal (below 1: optimal runs "
        "are more alike). These four spreads do not change when all weights are multiplied by a constant."
        + _drawn(cohort, plots.spread_rows(cohort))
    )
    ratio = cohort.alikeness
    words = ""
    if ratio is not None and np.isfinite(ratio.value):
        words = f"Geometric mean of the ratios over moments and parameters: {number(ratio.value)}"
        if ratio.n >= SMALLEST_GROUP:
            words += f", 95 % interval {number(ratio.low)} to {number(ratio.high)}"
            words += "" if ratio.excludes(1) else " (includes 1: not distinguishable from equal spreads)"
        words = page.paragraph(words + ".")
    head = ["parameter", "moment", "s.d. optimal", "s.d. suboptimal", "ratio"]
    rows = [
        [
            "all parameters" if s.parameter == WHOLE else s.parameter,
            s.moment,
            number(s.optimal),
            number(s.suboptimal),
            number(s.ratio),
        ]
        for s in cohort.spreads
        if s.moment in RAW_MOMENTS
    ]
    return (
        page.figure(image, caption)
        + words
        + page.details("The spreads of the moments as they are", page.table(head, rows, {2, 3, 4}))
    )
