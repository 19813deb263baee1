"""The table of the runs that a page knows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kindred.figures.common import groups
from kindred.findings import Findings


def run_table(findings: Findings) -> tuple[pd.DataFrame, list[tuple[str, str, set[str]]]]:
    """The ranked runs with what the page knows of them, and (name, label, roles) of its columns."""
    cohorts = [c for c in findings.cohorts if len(c.groups.order)]
    order = np.concatenate([c.groups.order for c in cohorts] or [np.empty(0, int)])
    runs = findings.runs.loc[np.sort(order)].copy()
    runs["run"] = runs.index
    group = {int(run): name for c in cohorts for name, members in groups(c).items() for run in members}
    rank = {
        int(run): 1 - i / max(len(c.groups.order) - 1, 1)
        for c in cohorts
        for i, run in enumerate(c.groups.order)
        if c.groups.known
    }
    kinds = ("optimal", "suboptimal", "between", "all")
    runs["group"] = pd.Categorical([group[int(run)] for run in runs.index], kinds, ordered=True)
    runs["accuracy_rank"] = [rank.get(int(run), np.nan) for run in runs.index]
    every, some = {"shown", "colour", "filter"}, {"colour", "filter"}
    columns = [
        ("run", "run", {"shown"}),
        ("test_accuracy", "test accuracy", every),
        ("group", "group", every),
    ]
    columns += [("accuracy_rank", "accuracy rank in the cohort", {"colour"})]
    if len(findings.cohorts) > 1:
        columns.append(("cohort", "cohort", every))
    settings = dict.fromkeys(s for c in findings.cohorts for s in c.settings)
    for name in ("data.dataset", "model.architecture"):
        if name in runs and runs[name].nunique() > 1:
            columns.append((name, name.split(".")[-1], some))
            settings.pop(name, None)
    columns += [(name, name.split(".", 1)[-1], every) for name in settings]
    columns += [(name, name, {"shown"}) for name in ("seed", "name") if name in runs]
    return runs, columns
