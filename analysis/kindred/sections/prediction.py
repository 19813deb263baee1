"""Can accuracy be predicted from the weights?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from kindred import page
from kindred.features import weight_features
from kindred.figures.prediction import prediction_figure
from kindred.findings import CohortFindings
from kindred.groups import setting_codes
from kindred.prediction import Prediction, predict_accuracy
from kindred.sections.context import Report
from kindred.sentences import fixed, interval


def section(report: Report) -> str:
    """A row a cohort, one for all together, and the figures of both."""
    cohorts = [c for c in report.findings.cohorts if c.groups.known]
    parts = [report.heading("prediction", "Can accuracy be predicted from the weights?")]
    if not cohorts:
        words = "Left out: the test accuracies of these runs are not known."
        return "".join([*parts, page.paragraph(words, "note")])
    found = {c.name: _of_cohort(report, c) for c in cohorts}
    together = _of_all(report, cohorts) if len(cohorts) > 1 else None
    rows = [_row(name, one) for name, one in found.items()]
    if together is not None:
        rows.append(_row("all, within their cohorts", together))
    head = ["cohort", "n", "R²", "95 % interval", "rank correlation", "95 % interval"]
    words = (
        "Test accuracy of runs whose settings the model has not seen, from the moments and quartiles of each "
        "parameter's final weights (after Unterthiner et al. 2020). R² is 1 for perfect predictions, 0 for always "
        "guessing the cohort's mean; it can be negative."
    )
    if together is not None:
        words += (
            " For all cohorts together, one model sees what every architecture has (all weights, the first and the "
            "last matrix); telling an easy dataset from a hard one counts for nothing."
        )
    parts += [page.paragraph(words), page.table(head, rows, {1, 2, 3, 4, 5})]
    if together is not None:
        parts.append(report.place(prediction_figure("prediction-all", "all cohorts", together)))
    return "".join([*parts, report.of_cohorts(lambda c: _figure(report, c.name, found.get(c.name)))])


def _row(name: str, one: Prediction) -> list:
    if one.reason:
        return [name, one.r2.n, one.reason, "", "", ""]
    values = [fixed(one.r2.value), interval(one.r2), fixed(one.rank.value), interval(one.rank)]
    return [name, one.r2.n, *values]


def _figure(report: Report, name: str, one: Prediction | None) -> str:
    if one is not None and not one.reason:
        return report.place(prediction_figure(f"prediction-{name}", "", one, name))
    why = one.reason if one is not None else "the test accuracies are not known"
    return page.paragraph(f"Not predicted: {why}.", "note")


def _of_cohort(report: Report, cohort: CohortFindings) -> Prediction:
    features = weight_features(report.arrays(cohort), cohort.groups.order)
    return predict_accuracy(_known(features), cohort.groups.accuracy, _settings(cohort))


def _of_all(report: Report, cohorts: list[CohortFindings]) -> Prediction:
    """One model for all cohorts, from what every architecture has."""
    features = [weight_features(report.arrays(c), c.groups.order, parameters="common") for c in cohorts]
    accuracy = np.concatenate([c.groups.accuracy for c in cohorts])
    groups = [f"{i} {code}" for i, c in enumerate(cohorts) for code in _settings(c)]
    strata = [c.name for c in cohorts for _ in c.groups.order]
    return predict_accuracy(_known(pd.concat(features)), accuracy, groups, strata=strata)


def _known(features: pd.DataFrame) -> pd.DataFrame:
    return features.loc[:, np.isfinite(features.to_numpy(float)).any(axis=0)]


def _settings(cohort: CohortFindings) -> np.ndarray:
    """Equal for runs of equal settings; without settings that vary, every run is by itself."""
    order = cohort.groups.order
    if not cohort.settings:
        return np.arange(len(order))
    return setting_codes(cohort.runs.loc[order], cohort.settings)
