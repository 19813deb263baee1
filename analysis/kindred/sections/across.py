"""Across datasets and architectures: the same effects everywhere? Good networks near one another?"""

from __future__ import annotations

import numpy as np

from kindred import page
from kindred.figures import across as figures
from kindred.figures import similarity as maps
from kindred.figures.common import thin
from kindred.findings import Findings
from kindred.sections.context import Report
from kindred.sections.similarity import MOST_TESTED, mapped, pairs_table, square, told
from kindred.sentences import number
from kindred.statistics import dispersion, permanova


def section(report: Report) -> str:
    """ "" of a population with a single cohort."""
    findings = report.findings
    if len(findings.cohorts) < 2:
        return ""
    parts = [
        report.heading("across", "Across datasets and architectures"),
        report.place(figures.effects_figure(findings)),
        report.place(figures.statistics_figure(findings, report.arrays)),
    ]
    if not findings.compared:
        parts.append(
            page.paragraph(
                "Runs of different cohorts were not compared: no similarity file was given.", "note"
            )
        )
    elif not findings.across:
        words = (
            "Runs of different cohorts are not compared: the similarity file has no matrices over all runs."
        )
        parts.append(page.paragraph(words, "note"))
    else:
        parts += _compared(report)
    return "\n".join(parts)


def _compared(report: Report) -> list[str]:
    findings = report.findings
    embedded, tests = {}, {}
    for pairs in findings.across:
        chosen = square(pairs)
        embedded[pairs.metric] = mapped(chosen, pairs.order)
        tests[pairs.metric] = _tested(findings, chosen)
    order = {"cohort by cohort, best first": {}}
    caption = (
        "Every pair of runs, cohort by cohort, the best of each first. Bright is alike in every panel. The bars at the "
        "edges have the colours of the runs: colour by cohort, dataset or architecture to see the blocks."
    )
    heat = maps.heat_maps_figure("similarity-all", findings.across, order, caption)
    colours = {
        "by accuracy": "accuracy_rank",
        "by dataset": "data.dataset",
        "by architecture": "model.architecture",
    }
    vary = {name for name in findings.runs if findings.runs[name].nunique() > 1} | {"accuracy_rank"}
    colours = {title: column for title, column in colours.items() if column in vary}
    map_caption = (
        "All runs in the plane, so that distances are as near as can be to those of the metric (classical scaling). "
        "Accuracy is the rank within the cohort, 1 the best."
    )
    return [
        page.paragraph("Do good networks resemble one another whatever the dataset and the architecture?"),
        report.place(maps.map_figure("map-of-all", embedded, findings.across, colours, map_caption)),
        report.place(figures.between_figure(findings, findings.across)),
        report.place(heat),
        pairs_table(findings.across, True, tested=False),
        page.paragraph(_closer(findings)),
        _tests(findings.across, tests),
    ]


def _closer(findings: Findings) -> str:
    sign = [
        (p.difference.value > 0) == (p.kind == "similarity")
        for p in findings.across
        if np.isfinite(p.difference.value) and p.difference.value != 0
    ]
    return (
        f"By {sum(sign)} of {len(findings.across)} metrics, optimal runs of different cohorts are on average "
        "closer to one another than suboptimal ones. No interval is given: the cohorts are the sample, and "
        f"there are {sum(c.groups.size > 0 for c in findings.cohorts)}."
    )


def _tested(findings: Findings, distance):
    """Over all runs: are good and poor apart, and which vary more, cohorts being strata?"""
    cohorts = [c for c in findings.cohorts if c.groups.size]
    each = max(5, MOST_TESTED // max(2 * len(cohorts), 1))
    label, stratum, runs = [], [], []
    for cohort in cohorts:
        for group in ("optimal", "suboptimal"):
            chosen = [run for run in thin(getattr(cohort.groups, group), each) if run in distance.index]
            runs += chosen
            label += [group] * len(chosen)
            stratum += [cohort.name] * len(chosen)
    some = distance.loc[runs, runs]
    return permanova(some, label, strata=stratum), dispersion(some, label, strata=stratum)


def _tests(pairs, tests) -> str:
    of = {p.metric: p.of for p in pairs}
    head = ["metric", "of", "n", "partial R² of the groups", "p", "spread, optimal / suboptimal", "p"]
    rows, strong = [], set()
    for metric, (apart, spread) in tests.items():
        values = spread.dispersions
        ratio = values["optimal"] / values["suboptimal"] if values.get("suboptimal") else np.nan
        rows.append(
            [metric, of[metric], apart.n, number(apart.effect, 2), told(apart), number(ratio), told(spread)]
        )
        if min(apart.p, spread.p) < 0.05 / (2 * len(tests)):
            strong.add(len(rows) - 1)
    if not rows:
        return ""
    words = (
        "Tests over all cohorts at once, permuting within cohorts: do optimal and suboptimal runs lie apart "
        f"(PERMANOVA), and is one of them more spread out (PERMDISP)? Bold: p below 0.05 / {2 * len(tests)}."
    )
    return page.table(head, rows, {2, 3, 4, 5, 6}, strong) + page.paragraph(words, "soft")
