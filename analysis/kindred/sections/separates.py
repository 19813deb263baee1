"""What separates good from poor: statistics of the layers, distributions, spread between runs."""

from __future__ import annotations

import numpy as np

from kindred import page
from kindred.estimates import SMALLEST_GROUP, SMALLEST_SAMPLE
from kindred.figures import statistics, weights
from kindred.figures.common import thin
from kindred.findings import CohortFindings
from kindred.moments import RAW_MOMENTS, WHOLE, alikeness
from kindred.sections import distributions, structure
from kindred.sections.context import Report
from kindred.sentences import cohort_lines, fixed, interval, number, probability

_MOST_PARAMETERS = 20
_MOST_EPOCHS = 6


def section(report: Report) -> str:
    several = len(report.findings.cohorts) > 1
    parts = [report.heading("separates", "What separates good from poor")]
    if several:
        parts.append(report.of_cohorts(lambda c: page.found(cohort_lines(c, report.findings.compared))))
    for anchor, label, build in (
        ("variance", "Layer by layer, epoch by epoch", _statistics),
        ("weights", "Distribution of the weights", distributions.weights),
        ("spread", "Spread between runs", _spread),
        ("nodes", "Nodes", structure.nodes),
        ("spectra", "Spectra", structure.spectra),
    ):
        parts.append(report.subheading(anchor, label))
        parts.append(report.of_cohorts(lambda c, build=build: build(report, c)))
    return "\n".join(parts)


def _statistics(report: Report, cohort: CohortFindings) -> str:
    if not cohort.groups.known:
        return page.paragraph("Left out: the test accuracies of these runs are not known.", "note")
    if not cohort.correlations:
        return page.paragraph("The file has no moments of the weights.", "note")
    table = statistics.layer_statistics(cohort, report.arrays(cohort))
    return (
        report.place(statistics.statistic_figure(cohort, table))
        + _correlations(cohort)
        + report.place(statistics.correlation_figure(cohort, table))
    )


def _correlations(cohort: CohortFindings) -> str:
    """Variance and accuracy: a row a parameter, those beyond the first in a part that opens."""
    seeds = any(np.isfinite(c.within_settings.value) for c in cohort.correlations) and bool(cohort.settings)
    head = ["variance of", "n", "Spearman's ρ", "95 % interval", "p, adjusted"]
    head += ["ρ within settings", "95 % interval"] if seeds else []
    short, rest = ([], set()), ([], set())
    shown = {WHOLE, *cohort.shown(_MOST_PARAMETERS - 1)}
    for c in cohort.correlations:
        rows, strong = short if c.parameter in shown else rest
        enough = c.overall.n >= SMALLEST_SAMPLE
        p = "" if c.parameter == WHOLE else probability(c.adjusted_p).removeprefix("p ").removeprefix("= ")
        row = [
            "all parameters" if c.parameter == WHOLE else c.parameter,
            c.overall.n,
            fixed(c.overall.value),
            interval(c.overall),
            p if enough else f"too small: {c.overall.n} runs",
        ]
        row += [fixed(c.within_settings.value), interval(c.within_settings)] if seeds else []
        rows.append(row)
        if c.overall.excludes(0) if c.parameter == WHOLE else c.adjusted_p < 0.05 and enough:
            strong.add(len(rows) - 1)
    figures = set(range(1, len(head)))
    parts = [page.table(head, short[0], figures, short[1])]
    if rest[0]:
        words = f"The other {len(rest[0])} parameters ({len(rest[1])} of them bold)"
        parts.append(page.details(words, page.table(head, rest[0], figures, rest[1])))
    words = "Bold: distinguishable from no correlation (single parameters after Holm's adjustment)."
    if seeds:
        words += (
            " The overall correlation includes what the settings do to both; the one within settings compares only "
            "runs that differ by their seeds. Neither shows a cause."
        )
    return "".join([*parts, page.paragraph(words, "soft")])


def _spread(report: Report, cohort: CohortFindings) -> str:
    figure = weights.spread_figure(
        cohort, _ratios(report, cohort), _drawn(cohort, weights.spread_rows(cohort))
    )
    if figure is None:
        why = cohort.groups.reason or "the file has no moments of the weights"
        return page.paragraph(f"Not compared: {why}.", "note")
    ratio, words = cohort.alikeness, ""
    if ratio is not None and np.isfinite(ratio.value):
        words = f"Geometric mean of the ratios over moments and parameters: {number(ratio.value)}"
        if ratio.n >= SMALLEST_GROUP:
            words += f", 95 % interval {number(ratio.low)} to {number(ratio.high)}, {ratio.n} runs each"
            words += "" if ratio.excludes(1) else " (includes 1: not distinguishable from equal spreads)"
        else:
            words += f" (too small for an interval: {ratio.n} runs each)"
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
    table = page.details("The spreads of the moments as they are", page.table(head, rows, {2, 3, 4}))
    return report.place(figure) + words + table


def _ratios(report: Report, cohort: CohortFindings) -> dict[int, object]:
    """The mean ratio of the spreads at each epoch."""
    if not cohort.spreads or cohort.groups.size < SMALLEST_GROUP:
        return {}
    found = {}
    for epoch in thin(cohort.snapshots, _MOST_EPOCHS):
        moments = report.arrays(cohort)["moments"].sel(snapshot=epoch).load()
        best, worst = moments.sel(run=cohort.groups.optimal), moments.sel(run=cohort.groups.suboptimal)
        found[int(epoch)] = alikeness(best, worst)
    return found


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
