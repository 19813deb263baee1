"""Similarity within a cohort and across cohorts."""

from __future__ import annotations

import numpy as np

from kindred import page
from kindred.figures.similarity import heat_maps_image
from kindred.findings import CohortFindings, Findings
from kindred.sentences import number

OF_OUTPUTS = {"cka", "cka_debiased", "procrustes", "svcca", "pwcca", "agreement", "prediction_js"}


def similarity(cohort: CohortFindings, compared: bool) -> str:
    if not compared:
        return page.paragraph(
            "No similarity file was given: make one with `kindred compare` and name it after the "
            "population file.",
            "note",
        )
    if not cohort.pairs:
        return page.paragraph("The similarity file has no values for these runs.", "note")
    axis = "rank by test accuracy" if cohort.groups.known else "run, in the file's order"
    image = heat_maps_image(cohort.pairs, cohort.groups, axis)
    fewest = min(len(p.order) for p in cohort.pairs)
    some = (
        f" {fewest} of {len(cohort.groups.order)} runs were compared."
        if fewest < len(cohort.groups.order)
        else ""
    )
    bars = "Blue and orange bars mark the optimal and the suboptimal runs. " if cohort.groups.size else ""
    order = "best run first" if cohort.groups.known else "in the file's order"
    caption = f"Every pair of runs, {order}. Bright is alike in every panel (reversed for distances). "
    caption += bars + some
    return (
        page.figure(image, caption)
        + _without_outputs(cohort.pairs)
        + _pairs_table(cohort.pairs, cohort.groups.size > 0)
        + _metric_definitions(cohort.pairs)
    )


def _without_outputs(pairs) -> str:
    """Says so where the runs are compared by their weights alone."""
    if {p.metric for p in pairs} & OF_OUTPUTS:
        return ""
    words = "Metrics of representations and predictions are left out: the similarity file has none "
    return page.paragraph(
        words + "(they take the dataset's images, or logits in the population file).", "note"
    )


def _pairs_table(pairs, groups: bool, tested: bool = True) -> str:
    """Means within and between the groups."""
    if not groups:
        return ""
    head = ["metric", "of", "kind", "within optimal", "within suboptimal", "between"]
    head += ["difference, interval", "optimal runs are"] if tested else []
    words = {1: "more alike", -1: "less alike", 0: "not distinguishable"}
    rows, strong = [], set()
    for i, p in enumerate(pairs):
        row = [p.metric, p.slice, p.kind, number(p.optimal), number(p.suboptimal), number(p.between)]
        if tested:
            d = p.difference
            known = np.isfinite(d.low)
            row += [
                f"{number(d.low)} to {number(d.high)}" if known else "–",
                words[p.verdict] if known else "too few runs",
            ]
            if p.verdict:
                strong.add(i)
        rows.append(row)
    note = (
        (
            "Mean over pairs of different runs. The interval is of optimal less suboptimal, resampling runs; "
            "all intervals "
            "together hold at 95 % (Bonferroni)."
        )
        if tested
        else ""
    )
    return page.table(head, rows, {3, 4, 5, 6} & set(range(len(head))), strong) + (
        page.paragraph(note, "soft") if note else ""
    )


def _metric_definitions(pairs) -> str:
    items = [
        (
            f"{p.metric} ({p.kind})",
            p.definition + (f" Pairs without a value: {p.undefined}." if p.undefined else ""),
        )
        for p in pairs
        if p.definition or p.undefined
    ]
    return page.details("Definitions of the metrics", page.definitions(items) if items else "")


def across(findings: Findings) -> str:
    """Between runs of different cohorts; "" where the similarity file has no such values."""
    if not findings.across:
        return ""
    image = heat_maps_image(findings.across, None, "runs by cohort and rank")
    sign = [
        (p.difference.value > 0) == (p.kind == "similarity")
        for p in findings.across
        if p.difference.value != 0
    ]
    words = (
        f"By {sum(sign)} of {len(findings.across)} metrics, optimal runs of different cohorts are on average "
        "closer to one another than suboptimal ones. No interval is given: the cohorts are the sample, and "
        f"there are {sum(c.groups.size > 0 for c in findings.cohorts)}."
    )
    return "\n".join(
        [
            '<h2 id="across">Across cohorts</h2>',
            page.paragraph(
                "Do good networks resemble one another whatever the dataset and the architecture?"
            ),
            page.figure(
                image, "All runs, cohort by cohort, the best of each first. Bright is alike in every panel."
            ),
            _pairs_table(findings.across, True, tested=False),
            page.paragraph(words),
        ]
    )
