"""Can accuracy be predicted from the weights, and from those of other datasets and architectures?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from kindred.prediction import predict_accuracy
from kindred.statistics import correlate
from kindred.study.material import Cohort


def predicted(cohorts: list[Cohort]) -> pd.DataFrame:
    """Out-of-fold predictions in each cohort that is large enough and in each architecture (R² within
    cohorts): from the final weights, from those at epoch 0, from the settings alone, and from both
    settings and weights."""
    pools = {c.label: [c] for c in cohorts}
    for architecture in dict.fromkeys(c.architecture for c in cohorts):
        members = [c for c in cohorts if c.architecture == architecture]
        if len(members) > 1:
            pools[f"all {architecture}"] = members
    found = []
    for name, members in pools.items():
        sources = {
            "final weights": [c.each[-1] for c in members],
            "weights at epoch 0": [c.each[0] for c in members],
            "settings": [settings_table(c) for c in members],
            "settings and final weights": [settings_table(c).join(c.each[-1]) for c in members],
        }
        accuracy = np.concatenate([c.accuracy for c in members])
        groups = np.concatenate([[f"{c.label} {code}" for code in c.codes] for c in members])
        strata = np.concatenate([[c.label] * len(c.runs) for c in members]) if len(members) > 1 else None
        for source, tables in sources.items():
            table = pd.concat(tables)
            if strata is not None:  # which cohort it is, every source may know
                table = table.join(pd.get_dummies(pd.Series(strata, index=table.index), dtype=float))
            done = predict_accuracy(table, accuracy, groups, strata=strata)
            r2, rank = done.r2, done.rank
            row = (r2.value, r2.low, r2.high, rank.value, rank.low, rank.high, r2.n, done.reason)
            found.append((name, source, *row))
    names = ["runs_of", "from", "r2", "r2_low", "r2_high", "rho", "rho_low", "rho_high", "n", "reason"]
    return pd.DataFrame(found, columns=names)


def transferred(cohorts: list[Cohort]) -> pd.DataFrame:
    """Accuracy ranks of a cohort from a model of the other cohorts: features that every architecture has,
    as ranks within their cohort; left out are the cohort itself, all of its architecture, or all of its
    dataset."""
    shared = [name for name in cohorts[0].common[-1] if all(name in c.common[-1] for c in cohorts)]
    tables = [c.common[-1][shared].rank(pct=True).fillna(0.5) for c in cohorts]
    targets = [pd.Series(c.accuracy).rank(pct=True).to_numpy() for c in cohorts]
    found = []
    for left_out in ("the cohort", "its architecture", "its dataset"):
        for i, c in enumerate(cohorts):
            others = [
                j
                for j, o in enumerate(cohorts)
                if j != i
                and (left_out != "its architecture" or o.architecture != c.architecture)
                and (left_out != "its dataset" or o.dataset != c.dataset)
            ]
            if not others:
                continue
            guess = _fit_and_tell(
                pd.concat([tables[j] for j in others]),
                np.concatenate([targets[j] for j in others]),
                tables[i],
            )
            e = correlate(guess, targets[i], clusters=c.codes)
            found.append((left_out, c.label, e.value, e.low, e.high, e.n, e.p, e.reason))
    return pd.DataFrame(found, columns=["left_out", "cohort", "rho", "low", "high", "n", "p", "reason"])


def settings_table(cohort: Cohort) -> pd.DataFrame:
    """The settings that vary as numbers, texts as dummies."""
    columns = {}
    for name in cohort.settings:
        column = cohort.runs[name]
        if pd.api.types.is_numeric_dtype(column):
            columns[name] = column.astype(float)
        else:
            for level in sorted(set(column.astype(str))):
                columns[f"{name} {level}"] = (column.astype(str) == level).astype(float)
    return pd.DataFrame(columns, index=cohort.runs.index)


def _fit_and_tell(features, target, others) -> np.ndarray:
    from sklearn.ensemble import GradientBoostingRegressor

    model = GradientBoostingRegressor(
        n_estimators=200,
        learning_rate=0.05,
        max_depth=3,
        min_samples_leaf=5,
        subsample=0.7,
        max_features="sqrt",
        random_state=0,
    )
    return model.fit(features.to_numpy(), target).predict(others.to_numpy())
