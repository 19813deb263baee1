"""Distributions of the weights: of groups, of single runs, and their statistics."""

from __future__ import annotations

from kindred import page
from kindred.distributions import pooled_distributions
from kindred.estimates import SMALLEST_GROUP
from kindred.figures.common import thin
from kindred.figures.shapes import shape_figure
from kindred.figures.weights import distribution_figure
from kindred.findings import CohortFindings
from kindred.sections.context import Report
from kindred.sections.parameters import statistics
from kindred.sentences import number, probability

_MOST_EPOCHS = 6


def weights(report: Report, cohort: CohortFindings) -> str:
    epochs = thin(cohort.snapshots, _MOST_EPOCHS)
    parts = [
        _densities(report, cohort, epochs),
        report.place(shape_figure(cohort, report.arrays(cohort), epochs)),
        _contrasts(cohort),
        statistics(report, cohort),
    ]
    return "".join(parts)


def _densities(report: Report, cohort: CohortFindings, epochs: list[int]) -> str:
    parameters = list(dict.fromkeys(d.parameter for d in cohort.distributions))
    if not parameters:
        return page.paragraph("The file has no histograms of the weights.", "note")
    with report.summary(cohort) as summary:
        found = pooled_distributions(report.arrays(cohort), summary, cohort.groups.named, parameters, epochs)
    return report.place(distribution_figure(cohort, found))


def _contrasts(cohort: CohortFindings) -> str:
    """Scale and tails of all weights together."""
    enough, small = cohort.groups.size >= SMALLEST_GROUP, f"too small: {cohort.groups.size} runs each"
    rows = [
        [c.statistic, number(c.optimal), number(c.suboptimal), probability(c.p) if enough else small]
        for c in cohort.contrasts
    ]
    head = ["all weights of a network", "median, optimal", "median, suboptimal", "Mann-Whitney"]
    return page.table(head, rows, {1, 2, 3}) if rows else ""
