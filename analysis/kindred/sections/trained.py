"""What was trained: the cohorts, their settings, the runs; and what did not finish."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kindred import page
from kindred.findings import CohortFindings
from kindred.groups import describe_setting, plain
from kindred.sections.context import Report
from kindred.sections.header import trained
from kindred.sentences import number

_MOST_ROWS = 30


def section(report: Report) -> str:
    findings = report.findings
    head = ["cohort", "what", "done", "diverged", "failed", "pending"]
    rows = []
    for cohort in findings.cohorts:
        counts = cohort.states
        states = [str(counts[state]) for state in ("done", "diverged", "failed", "pending")]
        rows.append([cohort.name, trained(cohort), *states])
    parts = [report.heading("trained", "What was trained")]
    if rows:
        parts.append(page.table(head, rows, {2, 3, 4, 5}))
    ranges = _settings(findings.runs, {s: None for c in findings.cohorts for s in c.settings})
    if ranges:
        parts.append(
            page.details(f"The settings that vary ({len(ranges)})", page.table(["setting", "values"], ranges))
        )
    if any(len(c.groups.order) for c in findings.cohorts):
        words = (
            "Point at a run in any figure to see its settings and accuracy; drag over runs (with Shift to add more) or "
            "add a filter above to select them in every figure; Escape lifts the selection."
        )
        parts.append(page.paragraph(words, "soft"))
        parts.append('<details open><summary>The selected runs</summary><div id="runs"></div></details>')
    parts.append(_unfinished(findings.runs, [c for c in findings.cohorts]))
    return "\n".join(parts)


def _settings(runs: pd.DataFrame, names) -> list[list[str]]:
    """Each varying setting and its values: all of a few, the range of many."""
    rows = []
    for name in names:
        column = runs[name]
        values = sorted(
            {v for v in column if v == v and v != "" and v != -1}, key=lambda v: (isinstance(v, str), v)
        )
        if not values:
            continue
        few = len(values) <= 10 or not pd.api.types.is_numeric_dtype(column)
        words = ", ".join(plain(v) for v in values[:12]) + (", …" if few and len(values) > 12 else "")
        rows.append(
            [name, words if few else f"{plain(values[0])} to {plain(values[-1])} ({len(values)} values)"]
        )
    return rows


def _unfinished(runs: pd.DataFrame, cohorts: list[CohortFindings]) -> str:
    """Diverged and failed runs with their settings and messages."""
    bad = runs[runs["state"].isin(["diverged", "failed"])]
    if bad.empty:
        return ""
    settings = {c.name: c.settings for c in cohorts}
    rows = [
        [
            run,
            row["cohort"],
            row["state"],
            row.get("seed", ""),
            describe_setting(row, settings.get(row["cohort"], [])),
            "" if pd.isna(row.get("epochs_completed", np.nan)) else number(float(row["epochs_completed"])),
            row.get("message", ""),
        ]
        for run, row in bad.head(_MOST_ROWS).iterrows()
    ]
    head = ["run", "cohort", "state", "seed", "settings", "epochs", "message"]
    content = page.table(head, rows, {0, 3, 5})
    if len(bad) > _MOST_ROWS:
        content += page.paragraph(f"{len(bad) - _MOST_ROWS} further runs are left out.", "soft")
    return page.details(f"Diverged and failed runs ({len(bad)})", content)
