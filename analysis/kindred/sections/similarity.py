"""How similar the runs of a cohort are: heat maps, means within the groups, tests, maps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from kindred import page
from kindred.clustering import cluster
from kindred.distances import distances
from kindred.embedding import embed
from kindred.figures import similarity as figures
from kindred.figures.common import thin
from kindred.findings import CohortFindings
from kindred.sections.context import Report
from kindred.sentences import number, probability
from kindred.statistics import dispersion, permanova

OF_OUTPUTS = {"cka", "cka_debiased", "procrustes", "svcca", "pwcca", "agreement", "prediction_js"}
MOST_TESTED = 600  # runs that enter a permutation test
MOST_MAPPED = 2000  # runs of a map
MOST_CLUSTERED = 6000  # runs of a tree


def section(report: Report) -> str:
    return report.heading("similarity", "How similar the runs are") + report.of_cohorts(
        lambda cohort: _cohort(report, cohort)
    )


def _cohort(report: Report, cohort: CohortFindings) -> str:
    if not report.findings.compared:
        return page.paragraph(
            "No similarity file was given: make one with `kindred compare` and name it after the "
            "population file.",
            "note",
        )
    if not cohort.pairs:
        return page.paragraph("The similarity file has no values for these runs.", "note")
    clusters, maps, tests = {}, {}, {}
    for pairs in cohort.pairs:  # one at a time: the matrices of many runs are large
        chosen = square(pairs)
        if 2 < len(chosen) <= MOST_CLUSTERED:
            left = [run for run in pairs.order if run not in chosen.index]
            clusters[pairs.metric] = np.array([*cluster(chosen).order, *left], dtype=np.int64)
        maps[pairs.metric] = mapped(chosen, pairs.order)
        if cohort.groups.size:
            tests[pairs.metric] = _tested(cohort, chosen)
    return (
        report.place(_heat_maps(cohort, clusters))
        + _without_outputs(cohort.pairs)
        + pairs_table(cohort.pairs, cohort.groups.size > 0)
        + _tests(cohort.pairs, tests)
        + report.place(_map(cohort, maps))
        + _metric_definitions(cohort.pairs)
    )


def square(pairs) -> pd.DataFrame:
    """The matrix of `Pairs` as distances between the runs that have them."""
    runs = {"run": pairs.order, "run_other": pairs.order}
    array = xr.DataArray(pairs.matrix, dims=("run", "run_other"), coords=runs, attrs={"kind": pairs.kind})
    return distances(array)


def mapped(distance: pd.DataFrame, order):
    """A map of the runs, of some evenly spread over `order` where they are many."""
    runs = [run for run in thin(order, MOST_MAPPED) if run in distance.index]
    return embed(distance.loc[runs, runs], "classical")


def _heat_maps(cohort: CohortFindings, clusters):
    by = "by accuracy, best first" if cohort.groups.known else "as in the file"
    orders = {by: {}} | ({"by clusters": clusters} if clusters else {})
    fewest = min(len(p.order) for p in cohort.pairs)
    all_runs = len(cohort.groups.order)
    some = f" {fewest} of {all_runs} runs were compared." if fewest < all_runs else ""
    if fewest > figures.MOST_CELLS:
        some += f" A cell is the mean over a block of runs ({figures.MOST_CELLS} blocks a side)."
    bars = "The bars at the edges have the colours of the runs. "
    order = "best run first" if cohort.groups.known else "in the file's order"
    caption = (
        f"Every pair of runs, {order} or with similar runs side by side (average linkage). Bright is alike in every "
        f"panel (reversed for distances). {bars}{some}"
    )
    return figures.heat_maps_figure(f"similarity-{cohort.name}", cohort.pairs, orders, caption, cohort.name)


def _map(cohort: CohortFindings, maps):
    colours = {"by group": "group", "by accuracy": "test_accuracy"} if cohort.groups.known else {"runs": ""}
    caption = (
        "The runs in the plane, so that distances are as near as can be to those of the metric (classical scaling; "
        "stress 0 is exact). The axes have no meaning of their own."
    )
    return figures.map_figure(f"map-of-runs-{cohort.name}", maps, cohort.pairs, colours, caption, cohort.name)


def _tested(cohort: CohortFindings, distance: pd.DataFrame):
    """Do optimal and suboptimal runs lie apart, and which are more spread out?"""
    label = {}
    for group in ("optimal", "suboptimal"):
        label |= {
            int(r): group
            for r in thin(getattr(cohort.groups, group), MOST_TESTED // 2)
            if r in distance.index
        }
    some = distance.loc[list(label), list(label)]
    return permanova(some, list(label.values())), dispersion(some, list(label.values()))


def _tests(pairs, tests) -> str:
    """The tests of all metrics."""
    if not tests:
        return ""
    of = {p.metric: p.of for p in pairs}
    head = ["metric", "of", "n", "R² of the groups", "p", "distance to centroid, optimal", "suboptimal", "p"]
    rows, strong = [], set()
    for metric, (apart, spread) in tests.items():
        rows.append(
            [
                metric,
                of[metric],
                apart.n,
                number(apart.effect, 2),
                told(apart),
                number(spread.dispersions.get("optimal", np.nan)),
                number(spread.dispersions.get("suboptimal", np.nan)),
                told(spread),
            ]
        )
        if min(apart.p, spread.p) < 0.05 / (2 * len(tests)):
            strong.add(len(rows) - 1)
    words = (
        "Left: do the groups lie apart (PERMANOVA, 999 permutations)? Right: is one more spread out (PERMDISP)? Bold: "
        f"p below 0.05 / {2 * len(tests)}, the number of tests."
    )
    return page.details(
        f"Tests of the groups' places and spread ({len(strong)} of {len(rows)} metrics tell them apart)",
        page.table(head, rows, {2, 3, 4, 5, 6, 7}, strong) + page.paragraph(words, "soft"),
    )


def told(tested) -> str:
    """The p-value, or why there is none."""
    return probability(tested.p).removeprefix("p = ").removeprefix("p ") if tested.known else tested.reason


def _without_outputs(pairs) -> str:
    """Says so where the runs are compared by their weights alone."""
    if {p.metric for p in pairs} & OF_OUTPUTS:
        return ""
    words = "Metrics of representations and predictions are left out: the similarity file has none "
    return page.paragraph(
        words + "(they take the dataset's images, or logits in the population file).", "note"
    )


def pairs_table(pairs, groups: bool, tested: bool = True) -> str:
    """Means within and between the groups."""
    if not groups:
        return ""
    head = ["metric", "of", "kind", "within optimal", "within suboptimal", "between"]
    head += ["difference, interval", "optimal runs are"] if tested else []
    words = {1: "more alike", -1: "less alike", 0: "not distinguishable"}
    rows, strong = [], set()
    for i, p in enumerate(pairs):
        row = [p.metric, p.of, p.kind, number(p.optimal), number(p.suboptimal), number(p.between)]
        if tested:
            d = p.difference
            known = np.isfinite(d.low)
            row += [
                f"{number(d.low)} to {number(d.high)}" if known else "–",
                words[p.verdict] if known else f"too small: {d.n} runs each",
            ]
            if p.verdict:
                strong.add(i)
        rows.append(row)
    note = (
        "Mean over pairs of different runs. The interval is of optimal less suboptimal, resampling runs; all "
        "intervals together hold at 95 % (Bonferroni)."
    )
    return page.table(head, rows, {3, 4, 5, 6} & set(range(len(head))), strong) + (
        page.paragraph(note, "soft") if tested else ""
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
