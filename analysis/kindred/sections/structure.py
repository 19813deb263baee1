"""Node strengths and spectra of the trained weights."""

from __future__ import annotations

import numpy as np

from kindred import page
from kindred.estimates import SMALLEST_GROUP
from kindred.figures import structure as figures
from kindred.figures.common import thin
from kindred.findings import CohortFindings
from kindred.sections.context import Report, finite
from kindred.sentences import number, probability
from kindred.structure import FLUCTUATION, Difference, examine_structure

_MOST_EPOCHS = 5


def nodes(report: Report, cohort: CohortFindings) -> str:
    found = cohort.structure
    if not found.strengths and FLUCTUATION not in found.figures:
        return page.paragraph(
            "Left out: the file has no node strengths (its layers' connections are not known, or an older "
            "version wrote it).",
            "note",
        )
    by_epoch = {}
    for epoch in thin(cohort.snapshots, _MOST_EPOCHS)[:-1]:
        until = cohort.snapshots.index(epoch) + 1
        arrays = report.arrays(cohort).isel(snapshot=slice(0, until))
        by_epoch[epoch] = examine_structure(arrays, None, cohort.groups.named)
    by_epoch[cohort.snapshots[-1]] = found
    differences = [d for d in found.differences if d.figure == FLUCTUATION]
    return (
        report.place(figures.strength_figure(cohort, report.arrays(cohort), by_epoch))
        + _differences(cohort, differences, "layer")
        + _pooled(found.pooled)
    )


def spectra(report: Report, cohort: CohortFindings) -> str:
    found = cohort.structure
    names = [name for name in found.figures if name != FLUCTUATION]
    if not names:
        return page.paragraph(
            "Left out: the file has no spectra of the weight matrices (an older version wrote it).", "note"
        )
    figure = figures.spectra_figure(cohort)
    if figure is None:
        return page.paragraph("Left out: the spectra of all matrices are undefined.", "note")
    figure.caption += _left_out(found, names)
    differences = [d for d in found.differences if d.figure in names]
    return (
        report.place(figure)
        + _differences(cohort, differences, "matrix")
        + report.place(figures.singular_values_figure(cohort, report.arrays(cohort)))
    )


def _left_out(found, names) -> str:
    """What the figure of spectra does not show."""
    matrices = list(next(iter(found.figures[names[0]].values())).columns)
    alpha = found.figures.get("alpha", {})
    without = (
        sum(not any(finite(table[name]) for table in alpha.values()) for name in matrices) if alpha else 0
    )
    words = ""
    if without:
        words += f" Alpha is undefined for {without} of {len(matrices)} matrices (fewer than 50 eigenvalues)."
    if len(matrices) > figures.MOST_NAMES:
        words += f" {figures.MOST_NAMES} of {len(matrices)} matrices are drawn."
    return words


def _differences(cohort: CohortFindings, differences: list[Difference], of: str) -> str:
    known = [d for d in differences if np.isfinite([d.optimal, d.suboptimal]).any()]
    if not known:
        return ""
    enough = cohort.groups.size >= SMALLEST_GROUP
    head = ["figure", of, "median, optimal", "median, suboptimal", "Mann-Whitney, adjusted"]
    small = f"too small: {cohort.groups.size} runs each"
    rows = [
        [d.figure, d.of, number(d.optimal), number(d.suboptimal), probability(d.p) if enough else small]
        for d in known
    ]
    strong = {i for i, d in enumerate(known) if enough and d.p < 0.05}
    table = page.table(head, rows, {2, 3, 4}, strong)
    return page.details(
        f"Optimal and suboptimal runs, {of} by {of} ({len(strong)} of {len(rows)} differ)", table
    )


def _pooled(pooled) -> str:
    head = ["layer", "group", "mean", "s.d.", "skewness", "excess kurtosis"]
    rows = [
        [p.layer, p.group, number(p.mean), number(p.deviation), number(p.skewness), number(p.kurtosis)]
        for p in pooled
    ]
    return page.details("Moments of the node strengths", page.table(head, rows, {2, 3, 4, 5})) if rows else ""
