"""What of the weights goes with accuracy: variance, node strength, every common statistic, over epochs."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from kindred.estimates import SEED, Estimate
from kindred.statistics import correlate, group_difference
from kindred.statistics.ranks import weighted_ranks
from kindred.statistics.resampling import permutations
from kindred.statistics.tested import share_as_extreme
from kindred.study.material import Cohort, learned
from kindred.study.spread import with_adjusted

GIVEN = ("train.learning_rate", "init.scale", "train.label_noise")  # what every cohort's grid varies


def variance(cohorts: list[Cohort]) -> pd.DataFrame:
    """Variance of the weights against accuracy: of all, of the first and the last matrix, before and after
    training, its growth, its distance from what is usual, given the settings, and of the runs that learned."""
    relations = {
        "all weights": lambda c: c.common[-1]["all variance"],
        "first matrix": lambda c: c.common[-1]["first variance"],
        "last matrix": lambda c: c.common[-1]["last variance"],
        "all weights, epoch 0": lambda c: c.common[0]["all variance"],
        "growth since epoch 0": lambda c: c.common[-1]["all variance"] / c.common[0]["all variance"],
        "unusual variance": lambda c: _unusual(c.common[-1]["all variance"]),
    }
    found = []
    for what, values in relations.items():
        found += related(what, cohorts, values)
    found += related("all weights, given settings", cohorts, relations["all weights"], given=True)
    found += related("all weights, runs that learned", learned(cohorts), relations["all weights"])
    return with_adjusted(pd.DataFrame(found, columns=COLUMNS), "what")


COLUMNS = ["what", "cohort", "rho", "low", "high", "n", "p", "reason"]


def related(what: str, cohorts: list[Cohort], values, given: bool = False) -> list[tuple]:
    """Correlations with accuracy of values(cohort), in each cohort and within all of them."""
    parts = []
    for c in cohorts:
        part = pd.DataFrame({"value": values(c), "accuracy": c.accuracy}, index=c.runs.index)
        part["cohort"], part["settings"] = c.label, [f"{c.label} {code}" for code in c.codes]
        parts.append(pd.concat([part, c.runs[[g for g in GIVEN if g in c.settings]]], axis=1))
    rows = []
    for part in parts:
        table = part[[g for g in GIVEN if g in part]] if given else None
        e = correlate(part["value"], part["accuracy"], given=table, clusters=part["settings"])
        rows.append((what, part["cohort"].iloc[0], *_row(e)))
    if len(parts) > 1:
        whole = pd.concat(parts)
        table = whole[[g for g in GIVEN if g in whole]] if given else None
        e = correlate(
            whole["value"], whole["accuracy"], given=table, strata=whole["cohort"], clusters=whole["settings"]
        )
        rows.append((what, "all cohorts", *_row(e)))
    return rows


def strength(cohorts: list[Cohort]) -> pd.DataFrame:
    """Layer fluctuation (s.d. of the node strengths of a layer) against accuracy: of input nodes, of
    output nodes, and the geometric mean of all layers."""
    relations = {
        "input nodes": lambda c: c.common[-1]["input fluctuation"],
        "output nodes": lambda c: c.common[-1]["output fluctuation"],
        "all layers": lambda c: all_layers(c, -1),
        "all layers, epoch 0": lambda c: all_layers(c, 0),
    }
    found = []
    for what, values in relations.items():
        found += related(what, cohorts, values)
    found += related("all layers, given settings", cohorts, relations["all layers"], given=True)
    return with_adjusted(pd.DataFrame(found, columns=COLUMNS), "what")


def separation(cohorts: list[Cohort]) -> pd.DataFrame:
    """Cliff's delta of optimal and suboptimal runs, within all cohorts, of what all architectures have."""
    parts = []
    for c in cohorts:
        part = c.common[-1].loc[c.ends].copy()
        part["group"], part["cohort"] = c.group[c.ends], c.label
        parts.append(part)
    whole = pd.concat(parts)
    found = []
    for name in [n for n in whole if n not in ("group", "cohort")]:
        e = group_difference(whole[name], whole["group"], strata=whole["cohort"], first="optimal")
        if np.isfinite(e.value):  # alpha of small matrices is not defined
            found.append((name, "all cohorts", *_row(e)))
    return with_adjusted(pd.DataFrame(found, columns=["what", "cohort", "delta", *COLUMNS[3:]]), "what")


def epochs(cohorts: list[Cohort]) -> pd.DataFrame:
    """The correlation of the variance of all weights with the final accuracy at each snapshot."""
    found = []
    for c in cohorts:
        for i, epoch in enumerate(c.epochs):
            e = correlate(c.common[i]["all variance"], c.accuracy, clusters=c.codes)
            found.append((c.label, epoch, e.value, e.low, e.high, e.n))
    return pd.DataFrame(found, columns=["cohort", "epoch", "rho", "low", "high", "n"])


def profiles(cohorts: list[Cohort]) -> pd.DataFrame:
    """Spearman's correlation with accuracy of the statistics all architectures have: [statistic, cohort]."""
    shared = [name for name in cohorts[0].common[-1] if all(name in c.common[-1] for c in cohorts)]
    return pd.DataFrame({c.label: _profile(c, shared, c.accuracy[None, :])[0] for c in cohorts}, index=shared)


def agreement(cohorts: list[Cohort], count: int = 999) -> pd.DataFrame:
    """Do statistics go with accuracy in the same way elsewhere? Mean correlation of two cohorts' `profiles`.

    p-values (one-sided) are of permutations of the accuracies within cohorts."""
    table = profiles(cohorts)
    table = table[np.isfinite(table).all(axis=1)]
    shared = list(table.index)
    drawn = [
        _profile(c, shared, c.accuracy[permutations(len(c.accuracy), count, seed=SEED + i)])
        for i, c in enumerate(cohorts)
    ]
    kinds = {
        "same architecture, other dataset": lambda a, b: a.architecture == b.architecture,
        "same dataset, other architecture": lambda a, b: a.dataset == b.dataset,
        "other dataset, other architecture": lambda a, b: (
            a.dataset != b.dataset and a.architecture != b.architecture
        ),
        "all pairs of cohorts": lambda a, b: True,
    }
    found = []
    for kind, chosen in kinds.items():
        pairs = [
            (i, j)
            for i, j in itertools.combinations(range(len(cohorts)), 2)
            if chosen(cohorts[i], cohorts[j])
        ]
        if not pairs or len(shared) < 3:
            continue
        observed = np.mean([np.corrcoef(table.iloc[:, i], table.iloc[:, j])[0, 1] for i, j in pairs])
        permuted = np.mean([_rowwise(drawn[i], drawn[j]) for i, j in pairs], axis=0)
        found.append((kind, len(pairs), len(shared), observed, share_as_extreme(permuted, observed)))
    return pd.DataFrame(found, columns=["between", "pairs", "statistics", "correlation", "p"])


def _profile(cohort: Cohort, names: list[str], accuracies: np.ndarray) -> np.ndarray:
    """[b, name] for accuracies [b, run]; NaN of a statistic that is constant or never defined."""
    n = len(cohort.accuracy)
    one, stratum = np.ones((1, n)), np.zeros(n, int)
    ranks = np.array([weighted_ranks(v, one, stratum)[0] for v in accuracies])
    columns = cohort.common[-1][names]
    filled = columns.fillna(columns.median()).fillna(0.0).to_numpy(float)
    of = np.array([weighted_ranks(v, one, stratum)[0] for v in filled.T])
    with np.errstate(divide="ignore", invalid="ignore"):
        return (ranks @ of.T) / np.sqrt((ranks**2).sum(1)[:, None] * (of**2).sum(1)[None, :])


def _rowwise(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    a, b = a - a.mean(axis=1, keepdims=True), b - b.mean(axis=1, keepdims=True)
    return (a * b).sum(axis=1) / np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))


def _unusual(values: pd.Series) -> pd.Series:
    logs = np.log10(values)
    return (logs - logs.median()).abs()


def all_layers(cohort: Cohort, snapshot: int) -> pd.Series:
    """log10 of the layer fluctuation, mean over the layers (but those of one node, which have none)."""
    columns = [f"{layer} fluctuation" for layer in cohort.layers]
    table = cohort.each[snapshot][columns]
    return np.log10(table.where(table > 0)).mean(axis=1)


def _row(e: Estimate) -> tuple:
    return (e.value, e.low, e.high, e.n, e.p, e.reason)
