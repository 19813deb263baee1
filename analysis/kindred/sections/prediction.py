"""Can accuracy be predicted from the weights?"""

from __future__ import annotations

import numpy as np

from kindred import page
from kindred.figures.prediction import prediction_figure
from kindred.findings import CohortFindings
from kindred.groups import setting_codes
from kindred.prediction import Prediction, predict_accuracy
from kindred.features import weight_features
from kindred.sections.context import Report
from kindred.sentences import fixed, interval


def section(report: Report) -> str:
    """A row a cohort, and the figure of the chosen one."""
    found = {c.name: _predicted(report, c) for c in report.findings.cohorts if c.groups.known}
    parts = [report.heading("prediction", "Can accuracy be predicted from the weights?")]
    if not found:
        return "".join(
            [*parts, page.paragraph("Left out: the test accuracies of these runs are not known.", "note")]
        )
    head = ["cohort", "n", "R²", "95 % interval", "rank correlation", "95 % interval"]
    rows = []
    for name, one in found.items():
        if one.reason:
            rows.append([name, one.r2.n, one.reason, "", "", ""])
        else:
            values = [fixed(one.r2.value), interval(one.r2), fixed(one.rank.value), interval(one.rank)]
            rows.append([name, one.r2.n, *values])
    words = (
        "Test accuracy of runs whose settings the model has not seen, from the moments and quartiles of each parameter's "
        "final weights (after Unterthiner et al. 2020). R² is 1 for perfect predictions, 0 for always guessing the "
        "cohort's mean; it can be negative."
    )
    parts += [page.paragraph(words), page.table(head, rows, {1, 2, 3, 4, 5})]
    figures = {name: prediction_figure(f"prediction-{name}", one, name) for name, one in found.items()}
    parts.append(report.of_cohorts(lambda c: _figure(report, figures.get(c.name), found.get(c.name))))
    return "".join(parts)


def _figure(report: Report, figure, found: Prediction | None) -> str:
    if figure is not None:
        return report.place(figure)
    why = found.reason if found is not None else "the test accuracies are not known"
    return page.paragraph(f"Not predicted: {why}.", "note")


def _predicted(report: Report, cohort: CohortFindings) -> Prediction:
    order = cohort.groups.order
    features = weight_features(report.arrays(cohort), order)
    features = features.loc[:, np.isfinite(features.to_numpy(float)).any(axis=0)]
    groups = setting_codes(cohort.runs.loc[order], cohort.settings)
    if not cohort.settings:
        groups = np.arange(len(order))  # all of one setting: every run is a group
    return predict_accuracy(features, cohort.groups.accuracy, groups)
