"""Node strengths and spectra of the trained weights."""

from __future__ import annotations

import numpy as np

from kindred import page
from kindred.figures import structure as plots
from kindred.findings import CohortFindings
from kindred.sentences import number, probability
from kindred.structure import FLUCTUATION, Difference


def nodes(cohort: CohortFindings) -> str:
    found = cohort.structure
    image = plots.strength_image(found)
    if not image:
        return page.paragraph(
            "Left out: the file has no node strengths (its layers' connections are not known, or an older "
            "version wrote it).",
            "note",
        )
    layers = len(found.strengths)
    some = f" {plots.MOST_LAYERS} of {layers} layers are drawn." if layers > plots.MOST_LAYERS else ""
    caption = (
        f"Node strengths at epoch {cohort.snapshots[-1]}: densities over all nodes of a layer in all runs of "
        "a group (central 99 %), and the layer fluctuation of each run: the median over runs and the "
        f"central 80 %.{some}"
    )
    return (
        page.figure(image, caption)
        + _differences([d for d in found.differences if d.figure == FLUCTUATION], "layer")
        + _pooled(found.pooled)
    )


def spectra(cohort: CohortFindings) -> str:
    found = cohort.structure
    names = [name for name in found.figures if name != FLUCTUATION]
    if not names:
        return page.paragraph(
            "Left out: the file has no spectra of the weight matrices (an older version wrote it).", "note"
        )
    image = plots.spectra_image(found)
    if not image:
        return page.paragraph("Left out: the spectra of all matrices are undefined.", "note")
    matrices = len(next(iter(found.figures[names[0]].values())).columns)
    some = f" {plots.MOST_NAMES} of {matrices} matrices are drawn." if matrices > plots.MOST_NAMES else ""
    alpha = found.figures.get("alpha", {})
    without = matrices - sum(
        any(np.isfinite(table[name]).any() for table in alpha.values())
        for name in next(iter(alpha.values()), ())
    )
    few = (
        f" Alpha is undefined for {without} of {matrices} matrices (fewer than 50 eigenvalues)."
        if without
        else ""
    )
    caption = (
        f"Spectra of the weight matrices at epoch {cohort.snapshots[-1]}: the median over the runs of a "
        f"group and the central 80 %.{few}{some}"
    )
    return page.figure(image, caption) + _differences(
        [d for d in found.differences if d.figure in names], "matrix"
    )


def _differences(differences: list[Difference], of: str) -> str:
    known = [d for d in differences if np.isfinite([d.optimal, d.suboptimal]).any()]
    if not known:
        return ""
    head = ["figure", of, "median, optimal", "median, suboptimal", "Mann-Whitney, adjusted"]
    rows = [[d.figure, d.of, number(d.optimal), number(d.suboptimal), probability(d.p)] for d in known]
    strong = {i for i, d in enumerate(known) if d.p < 0.05}
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
