"""Are good networks more alike than poor ones? Dispersions of the two ends of each cohort."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.spatial.distance import pdist, squareform

from kindred.similarity import Similarity
from kindred.statistics import adjust, correlate, dispersion
from kindred.study.material import Cohort, learned
from kindred.study.matrices import matrix, stacked

STATISTICS = ("moment",)
DISTRIBUTION = ("wasserstein", "wasserstein_standardized", "kolmogorov_smirnov", "jensen_shannon")
OTHERS = ("cosine", "spectral", "node_strength", "cka", "agreement", "prediction_js")
METRICS = STATISTICS + DISTRIBUTION + OTHERS
TOGETHER = ("all cohorts", "one seed each")  # rows that are of no single cohort


def alike(cohorts: list[Cohort], similarity: Similarity) -> pd.DataFrame:
    """For each metric and cohort, and for all cohorts together: dispersion of optimal runs by that of
    suboptimal ones. `spectral` and `node_strength` are means over the layers, each by its median distance.

    `one seed each` is of all cohorts again, with the better run only of those that differ by their seeds.
    p-values are adjusted (Benjamini-Hochberg) over the cohorts of a metric, and those of all cohorts
    together over the metrics."""
    found = []
    for metric in METRICS:
        tables = {c.label: matrix(similarity, c.name, metric, c.ends) for c in cohorts}
        found += _dispersions(metric, {k: v for k, v in tables.items() if v is not None}, cohorts)
    return _adjusted(found)


def origin(cohorts: list[Cohort]) -> pd.DataFrame:
    """The same for the settings, and the moments of the weight matrices before and after training."""
    found = []
    for what, make in (
        ("settings", settings_distance),
        ("weights, epoch 0", lambda c: _moments_distance(c, 0)),
        ("weights, last epoch", lambda c: _moments_distance(c, -1)),
    ):
        tables = {
            c.label: make(c).loc[c.ends, c.ends] for c in cohorts if what == "settings" or c.epochs[0] == 0
        }
        found += _dispersions(what, tables, cohorts)
    return _adjusted(found)


def alike_learned(cohorts: list[Cohort], similarity: Similarity) -> pd.DataFrame:
    """Both tables again, of the runs that learned something: many of the poorest give every image one class,
    which is a way of its own to be alike or to vary. The ends are those of the runs that are left."""
    kept = learned(cohorts)
    return pd.concat([alike(kept, similarity), origin(kept)]) if kept else _adjusted([])


def twins(cohorts: list[Cohort], similarity: Similarity) -> pd.DataFrame:
    """Runs that differ by their seeds only: does their distance fall as their accuracy rises?

    Spearman's correlation, over the settings with several seeds, of the mean distance between their runs and
    their mean accuracy. Settings are fixed here, so that similar settings cannot pass for similar weights."""
    found = []
    for metric in METRICS:
        parts = []
        for c in cohorts:
            table = matrix(similarity, c.name, metric, c.runs.index)
            if table is not None:
                parts.append(_of_twins(c, table))
        parts = [part for part in parts if len(part)]
        if not parts:
            continue
        for part in parts:
            e = correlate(part["distance"], part["accuracy"])
            found.append((metric, part["cohort"].iloc[0], e.value, e.low, e.high, e.n, e.p, e.reason))
        if len(parts) > 1:
            whole = pd.concat(parts)
            e = correlate(whole["distance"], whole["accuracy"], strata=whole["cohort"])
            found.append((metric, "all cohorts", e.value, e.low, e.high, e.n, e.p, e.reason))
    table = pd.DataFrame(found, columns=["metric", "cohort", "rho", "low", "high", "settings", "p", "reason"])
    return with_adjusted(table)


def typicality(cohorts: list[Cohort], similarity: Similarity) -> pd.DataFrame:
    """Over all runs, not the two ends: the mean distance of a run to the others of its cohort, against its
    accuracy."""
    found = []
    for metric in METRICS:
        parts = []
        for c in cohorts:
            table = matrix(similarity, c.name, metric, c.runs.index)
            if table is None or len(table) < 3:
                continue
            away = table.to_numpy().sum(axis=1) / (len(table) - 1)
            codes = pd.Series(c.codes, index=c.runs.index)[table.index]
            parts.append(
                pd.DataFrame(
                    {
                        "cohort": c.label,
                        "away": away,
                        "accuracy": c.runs["test_accuracy"][table.index],
                        "settings": c.label + codes.astype(str),
                    }
                )
            )
        if not parts:
            continue
        whole = pd.concat(parts)
        for name, part in [*((p["cohort"].iloc[0], p) for p in parts), ("all cohorts", whole)]:
            strata = part["cohort"] if name == "all cohorts" else None
            e = correlate(part["away"], part["accuracy"], strata=strata, clusters=part["settings"])
            found.append((metric, name, e.value, e.low, e.high, e.n, e.p, e.reason))
    table = pd.DataFrame(found, columns=["metric", "cohort", "rho", "low", "high", "n", "p", "reason"])
    return with_adjusted(table)


def settings_distance(cohort: Cohort) -> pd.DataFrame:
    """Gower's distance (1971) of the settings that vary: numbers by their ranks, texts by being equal."""
    parts = []
    for name in cohort.settings:
        column = cohort.runs[name]
        if pd.api.types.is_numeric_dtype(column):
            rank = column.rank().to_numpy(float)
            apart = np.abs(rank[:, None] - rank[None, :]) / max(np.nanmax(rank) - np.nanmin(rank), 1)
            missing = np.isnan(rank)
            apart = np.where(missing[:, None] | missing[None, :], missing[:, None] != missing[None, :], apart)
        else:
            texts = column.to_numpy(str)
            apart = texts[:, None] != texts[None, :]
        parts.append(apart.astype(float))
    index = cohort.runs.index
    return pd.DataFrame(np.mean(parts, axis=0), index=index, columns=index)


def with_adjusted(table: pd.DataFrame, by: str = "metric") -> pd.DataFrame:
    """A column of p-values adjusted over the cohorts of a value of `by`, all cohorts' over these values."""
    adjusted = pd.Series(np.nan, index=table.index)
    for name in TOGETHER:
        rows = table["cohort"] == name
        adjusted[rows] = adjust(table.loc[rows, "p"])
    for _, rows in table[~table["cohort"].isin(TOGETHER)].groupby(by, sort=False):
        adjusted[rows.index] = adjust(rows["p"])
    return table.assign(adjusted_p=adjusted)


def _moments_distance(cohort: Cohort, snapshot: int) -> pd.DataFrame:
    shape, index = cohort.shape(snapshot), cohort.runs.index
    return pd.DataFrame(squareform(pdist(shape.to_numpy())), index=index, columns=index)


def _of_twins(cohort: Cohort, table: pd.DataFrame) -> pd.DataFrame:
    codes = pd.Series(cohort.codes, index=cohort.runs.index)[table.index]
    rows = []
    for _, members in codes.groupby(codes):
        if len(members) > 1:
            block = table.loc[members.index, members.index].to_numpy()
            rows.append(
                (
                    cohort.label,
                    block[np.triu_indices(len(block), 1)].mean(),
                    cohort.runs.loc[members.index, "test_accuracy"].mean(),
                )
            )
    return pd.DataFrame(rows, columns=["cohort", "distance", "accuracy"])


def _dispersions(what: str, tables: dict[str, pd.DataFrame], cohorts: list[Cohort]) -> list[tuple]:
    group = pd.concat([c.group for c in cohorts])
    found = []
    for label, table in tables.items():
        found.append((what, label, *_row(dispersion(table, group[table.index]))))
    if len(tables) > 1:
        single = np.concatenate([c.runs.index[~pd.Series(c.codes).duplicated().to_numpy()] for c in cohorts])
        alone = [table.loc[table.index.isin(single), table.columns.isin(single)] for table in tables.values()]
        for name, parts in (("all cohorts", list(tables.values())), ("one seed each", alone)):
            whole, strata = stacked(parts)
            labels = np.concatenate([group[table.index] for table in parts])
            found.append((what, name, *_row(dispersion(whole, labels, strata=strata))))
    return found


def _row(tested) -> tuple:
    sizes, spread = tested.sizes, tested.dispersions
    ratio = spread.get("optimal", np.nan) / spread["suboptimal"] if spread.get("suboptimal") else np.nan
    return (ratio, sizes.get("optimal", 0), sizes.get("suboptimal", 0), tested.p, tested.reason)


def _adjusted(found: list[tuple]) -> pd.DataFrame:
    names = ["metric", "cohort", "ratio", "optimal", "suboptimal", "p", "reason"]
    return with_adjusted(pd.DataFrame(found, columns=names))
