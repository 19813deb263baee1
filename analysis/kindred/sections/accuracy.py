"""How accuracy is distributed: over cohorts, by setting, over the epochs."""

from __future__ import annotations

import numpy as np

from kindred import page
from kindred.figures import accuracy as figures
from kindred.findings import CohortFindings
from kindred.groups import plain
from kindred.moments import WHOLE
from kindred.sections.context import Report
from kindred.sentences import fixed, number

_MOST_ROWS = 30


def section(report: Report) -> str:
    def cohort(c: CohortFindings) -> str:
        if not c.groups.known:
            return _group_words(c) + page.paragraph(
                "Left out: the file has no test accuracies of these runs and no learning curves "
                "(networks trained elsewhere bring only their weights).",
                "note",
            )
        settings = report.place(figures.settings_figure(c))
        curves = report.place(figures.curves_figure(c)) or page.paragraph(
            "Learning curves are left out: the file has none.", "note"
        )
        return _group_words(c) + settings + curves + _settings_table(c)

    return "\n".join(
        [
            report.heading("accuracy", "How accuracy is distributed"),
            report.place(figures.distribution_figure(report.findings)),
            report.of_cohorts(cohort),
        ]
    )


def _group_words(cohort: CohortFindings) -> str:
    groups = cohort.groups
    if not groups.size:
        return page.paragraph(f"No optimal and suboptimal groups: {groups.reason}.", "note")
    low, high = groups.accuracy[groups.size - 1], groups.accuracy[len(groups.order) - groups.size]
    words = (
        f"Optimal: the {groups.size} best of {len(groups.order)} done runs by final test accuracy "
        f"({fixed(low, 4)} or more); suboptimal: the {groups.size} worst ({fixed(high, 4)} or less)."
    )
    return page.paragraph(words)


def _settings_table(cohort: CohortFindings) -> str:
    """Accuracy by setting, best first; only where settings are repeated."""
    if not cohort.settings:
        return ""
    rows = []
    for _, runs in cohort.runs.groupby(cohort.settings, dropna=False, sort=False):
        done = runs[runs["state"] == "done"]["test_accuracy"].astype(float)
        variance = np.nan
        if cohort.variances is not None and WHOLE in cohort.variances:
            variance = cohort.variances[WHOLE].reindex(done.index).median()
        deviation = done.std(ddof=0) if len(done) > 1 else np.nan
        figures_ = [
            len(done),
            int((runs["state"] == "diverged").sum()),
            fixed(done.mean(), 4),
            fixed(deviation, 4),
            number(variance),
        ]
        rows.append((done.mean(), [*(plain(runs.iloc[0][name]) for name in cohort.settings), *figures_]))
    rows.sort(key=lambda row: -row[0] if np.isfinite(row[0]) else np.inf)
    head = [name.split(".", 1)[-1] for name in cohort.settings]
    head += ["done", "diverged", "mean test accuracy", "s.d.", "median weight variance"]
    numeric = set(range(len(cohort.settings), len(head)))
    content = page.table(head, [row for _, row in rows[:_MOST_ROWS]], numeric)
    if len(rows) > _MOST_ROWS:
        content += page.paragraph(f"{len(rows) - _MOST_ROWS} further settings are left out.", "soft")
    return page.details(f"Accuracy by setting ({len(rows)} settings, best first)", content)
