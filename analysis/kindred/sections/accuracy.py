"""Accuracies and learning curves, by run and by setting; the runs that did not finish."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kindred import page
from kindred.figures import style, training
from kindred.findings import CohortFindings
from kindred.groups import describe_setting, plain
from kindred.moments import WHOLE
from kindred.sentences import fixed, number

_MOST_ROWS = 30


def accuracy(cohort: CohortFindings, anchor: str) -> str:
    if not cohort.groups.known:
        return page.paragraph(
            "Left out: the file has no test accuracies of these runs and no learning curves "
            "(networks trained elsewhere bring only their weights).",
            "note",
        )
    ranked = style.interactive(
        training.accuracy_figure(cohort), f"{anchor}-plot-accuracy", "Final test accuracies"
    )
    curves = training.curves_figure(cohort)
    parts = [
        page.figure(
            ranked,
            "Left: final test accuracy of the done runs. Right: the same by rank; point at a run "
            "to see its settings.",
        )
    ]
    if curves is not None:
        parts.append(
            page.figure(
                style.interactive(curves, f"{anchor}-plot-curves", "Learning curves"),
                "Learning curves on the test set: thin lines are runs (at most 60 of each group), thick ones "
                "the medians of all runs of a group. Epoch 0 is before training.",
            )
        )
    else:
        parts.append(page.paragraph("Learning curves are left out: the file has none.", "note"))
    return "\n".join(parts + [_settings_table(cohort)])


def _settings_table(cohort: CohortFindings) -> str:
    """Accuracy by setting, best first."""
    if not cohort.settings:
        return ""
    rows = []
    for _, runs in cohort.runs.groupby(cohort.settings, dropna=False, sort=False):
        done = runs[runs["state"] == "done"]["test_accuracy"].astype(float)
        variance = np.nan
        if cohort.variances is not None and WHOLE in cohort.variances:
            variance = cohort.variances[WHOLE].reindex(done.index).median()
        deviation = done.std(ddof=0) if len(done) > 1 else np.nan
        rows.append(
            (
                done.mean(),
                [
                    *(plain(runs.iloc[0][name]) for name in cohort.settings),
                    len(done),
                    int((runs["state"] == "diverged").sum()),
                    fixed(done.mean(), 4),
                    fixed(deviation, 4),
                    number(variance),
                ],
            )
        )
    rows.sort(key=lambda row: -row[0] if np.isfinite(row[0]) else np.inf)
    head = [name.split(".", 1)[-1] for name in cohort.settings]
    head += ["done", "diverged", "mean test accuracy", "s.d.", "median weight variance"]
    content = page.table(
        head, [row for _, row in rows[:_MOST_ROWS]], set(range(len(cohort.settings), len(head)))
    )
    left = len(rows) - _MOST_ROWS
    if left > 0:
        content += page.paragraph(f"{left} further settings are left out.", "soft")
    return page.details(f"Accuracy by setting ({len(rows)} settings, best first)", content)


def unfinished(cohort: CohortFindings) -> str:
    """Diverged and failed runs with their settings and messages."""
    bad = cohort.runs[cohort.runs["state"].isin(["diverged", "failed"])]
    if bad.empty:
        return ""
    rows = [
        [
            run,
            row["state"],
            row.get("seed", ""),
            describe_setting(row, cohort.settings),
            "" if pd.isna(row.get("epochs_completed", np.nan)) else number(float(row["epochs_completed"])),
            row.get("message", ""),
        ]
        for run, row in bad.head(_MOST_ROWS).iterrows()
    ]
    content = page.table(["run", "state", "seed", "settings", "epochs", "message"], rows, {0, 2, 4})
    if len(bad) > _MOST_ROWS:
        content += page.paragraph(f"{len(bad) - _MOST_ROWS} further runs are left out.", "soft")
    return page.details(f"Diverged and failed runs ({len(bad)})", content)
