"""Whatever the dataset and the architecture: distances between runs of all cohorts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kindred.similarity import Similarity
from kindred.statistics import across_strata, adjust, mantel, permanova
from kindred.statistics.resampling import codes
from kindred.study.material import Cohort
from kindred.study.matrices import matrix

METRICS = (
    "moment",
    "wasserstein",
    "wasserstein_standardized",
    "kolmogorov_smirnov",
    "jensen_shannon",
    "spectral",
)
ROLES = ("all", "first", "last")


def across(cohorts: list[Cohort], similarity: Similarity) -> pd.DataFrame:
    """Pairs of runs of different cohorts: mean distance between good ones by that between poor ones.

    `closer` counts the pairs of cohorts between which good runs are nearer to one another than poor ones."""
    labels, found = _labels(cohorts), []
    for metric, role, table in _matrices(cohorts, similarity, ends=True):
        group, cohort = labels["group"][table.index], labels["cohort"][table.index]
        tested = across_strata(table, group, cohort)
        good, poor = tested.dispersions.get("optimal", np.nan), tested.dispersions.get("suboptimal", np.nan)
        closer, pairs = _closer(table, group.to_numpy(), cohort.to_numpy())
        found.append(
            (metric, role, good, poor, good / poor, closer, pairs, tested.n, tested.p, tested.reason)
        )
    names = ["metric", "role", "optimal", "suboptimal", "ratio", "closer", "pairs", "runs", "p", "reason"]
    table = pd.DataFrame(found, columns=names)
    return table.assign(adjusted_p=adjust(table["p"]))


def explained(cohorts: list[Cohort], similarity: Similarity) -> pd.DataFrame:
    """PERMANOVA of all done runs: the share of squared distances that cohorts explain, among all and among
    optimal runs alone, and what performance (thirds by accuracy: optimal, middle, suboptimal) explains
    within cohorts."""
    labels, found = _labels(cohorts), []
    for metric, role, table in _matrices(cohorts, similarity, ends=False):
        group, cohort = labels["group"][table.index], labels["cohort"][table.index]
        best = table.loc[group == "optimal", (group == "optimal").to_numpy()]
        for factor, tested in (
            ("cohort", permanova(table, cohort)),
            ("cohort, optimal runs", permanova(best, cohort[best.index])),
            ("performance within cohorts", permanova(table, group, strata=cohort)),
        ):
            found.append(
                (metric, role, factor, tested.effect, tested.statistic, tested.n, tested.p, tested.reason)
            )
    names = ["metric", "role", "factor", "r2", "pseudo_f", "runs", "p", "reason"]
    table = pd.DataFrame(found, columns=names)
    return table.assign(adjusted_p=adjust(table["p"]))


def alike_accuracy(cohorts: list[Cohort], similarity: Similarity) -> pd.DataFrame:
    """Mantel's test in each cohort: are runs of similar weights, or outputs, of similar accuracy?"""
    found = []
    for metric in (*METRICS, "node_strength", "cosine", "cka", "agreement"):
        for c in cohorts:
            table = matrix(similarity, c.name, metric, c.runs.index)
            if table is None:
                continue
            accuracy = c.runs["test_accuracy"][table.index].to_numpy(float)
            tested = mantel(table, np.abs(accuracy[:, None] - accuracy[None, :]))
            found.append((metric, c.label, tested.statistic, tested.n, tested.p, tested.reason))
    table = pd.DataFrame(found, columns=["metric", "cohort", "r", "runs", "p", "reason"])
    return table.assign(adjusted_p=adjust(table["p"]))


def _labels(cohorts: list[Cohort]) -> pd.DataFrame:
    return pd.concat([pd.DataFrame({"group": c.group, "cohort": c.label}) for c in cohorts])


def _matrices(cohorts: list[Cohort], similarity: Similarity, ends: bool):
    runs = np.concatenate([c.ends if ends else c.runs.index for c in cohorts])
    for metric in METRICS:
        for role in ROLES:
            table = matrix(similarity, "all", metric, runs, role=role)
            if table is not None:
                yield metric, role, table


def _closer(table: pd.DataFrame, group: np.ndarray, cohort: np.ndarray) -> tuple[int, int]:
    values, place = table.to_numpy(), codes(cohort, len(cohort))
    closer = pairs = 0
    for i in range(place.max() + 1):
        for j in range(i):
            good, poor = (
                values[np.ix_((place == i) & (group == g), (place == j) & (group == g))].mean()
                for g in ("optimal", "suboptimal")
            )
            closer, pairs = closer + (good < poor), pairs + 1
    return int(closer), pairs
