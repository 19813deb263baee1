"""Final test accuracies, by cohort, rank and setting, and the learning curves."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kindred.figures.common import bins, groups, is_log, thin
from kindred.figures.spec import Axis, Counts, Curves, Figure, Line, Panel, Points, single
from kindred.findings import CohortFindings, Findings
from kindred.groups import plain
from kindred.sentences import fixed, short_names

_MOST_SETTINGS = 11  # panels
_MOST_CURVES = 1500  # runs whose learning curves are drawn
_MOST_NAMES = 12  # values of a setting with a place each
_ACCURACY = "test accuracy"


def distribution_figure(findings: Findings) -> Figure | None:
    """A histogram a cohort, all over the same range."""
    shown = [c for c in findings.cohorts if c.groups.known]
    if not shown:
        return None
    low = min(c.groups.accuracy.min() for c in shown)
    high = max(c.groups.accuracy.max() for c in shown)
    edges, names = bins(low, high, 40), short_names([c.name for c in findings.cohorts])
    panels = [
        Panel(
            names[c.name],
            [Counts(c.groups.accuracy, edges, c.groups.order)],
            Axis(_ACCURACY),
            Axis("runs", low=0, high=np.histogram(c.groups.accuracy, edges)[0].max() * 1.08),
            f"n = {len(c.groups.order)}, median {fixed(np.median(c.groups.accuracy), 3)}, "
            f"best {fixed(c.groups.accuracy.max(), 3)}",
        )
        for c in shown
    ]
    caption = (
        "Final test accuracy of the done runs, a panel a cohort, all over the same range. Optimal and suboptimal "
        "are the best and the worst share of each cohort. Drag over bars to select runs in every figure."
    )
    return single("accuracy", "Final test accuracy", caption, panels, columns=min(3, len(panels)), height=170)


def settings_figure(cohort: CohortFindings) -> Figure | None:
    """Accuracy by rank, then against each setting that varies."""
    if not cohort.groups.known:
        return None
    order, accuracy = cohort.groups.order, cohort.groups.accuracy
    y = Axis(_ACCURACY)
    panels = [Panel("by rank", [Points(np.arange(1, len(order) + 1), accuracy, order)], Axis("rank"), y)]
    table = cohort.runs.loc[order]
    for name in cohort.settings[:_MOST_SETTINGS]:
        placed = _placed(table[name])
        if placed is not None:
            values, axis = placed
            panels.append(Panel(name.split(".", 1)[-1], [Points(values, accuracy, order)], axis, y))
    caption = (
        "Each point a run: final test accuracy by rank, and against every setting that varies in this cohort "
        "(settings with few values are spread sideways, so that points do not hide one another)."
    )
    return single(f"settings-{cohort.name}", "Accuracy and settings", caption, panels, cohort=cohort.name)


def _placed(column: pd.Series):
    """A setting's values along an axis: numbers as they are, others at a place each; None where too many."""
    if pd.api.types.is_numeric_dtype(column) and column.nunique() > _MOST_NAMES:
        values = column.to_numpy(float)
        if pd.api.types.is_integer_dtype(column):
            values = np.where(values == -1, np.nan, values)
        return values, Axis(log=is_log(values))
    known = sorted(column.unique(), key=lambda v: (isinstance(v, str), v))
    if len(known) > _MOST_NAMES:
        return None
    at = column.map({v: i for i, v in enumerate(known)}).to_numpy(float)
    spread = np.linspace(-0.3, 0.3, 13)[np.arange(len(at)) * 5 % 13]
    return at + spread, Axis(names=[plain(v) for v in known])


def curves_figure(cohort: CohortFindings) -> Figure | None:
    """Test accuracy and loss by epoch: runs thin, medians of the groups thick."""
    panels = []
    for name, label in (
        ("test_accuracy", _ACCURACY),
        ("test_loss", "test loss"),
        ("train_loss", "training loss"),
    ):
        table = cohort.curves.get(name)
        if table is None or not np.isfinite(table.to_numpy()).any():
            continue
        runs = np.array(thin(cohort.groups.order, _MOST_CURVES))
        epochs = table.columns.to_numpy(float)
        marks = [Curves(epochs, table.loc[runs].to_numpy(), runs)]
        for group, members in groups(cohort).items():
            if group != "between" and len(members):
                median = table.loc[members].median().to_numpy()
                marks.append(Line(epochs, median, group, f"median, {group}", thick=True))
        log = name.endswith("loss") and is_log(table.to_numpy())
        panels.append(Panel(label, marks, Axis("epoch"), Axis(label, log=log)))
    if not panels:
        return None
    runs = len(cohort.groups.order)
    some = f" {_MOST_CURVES} of {runs} runs are drawn." if runs > _MOST_CURVES else ""
    caption = (
        "Learning curves: thin lines are runs, thick ones the medians of the optimal and the suboptimal runs. "
        f"Epoch 0 is before training.{some}"
    )
    return single(
        f"curves-{cohort.name}", "Learning curves", caption, panels, columns=3, height=230, cohort=cohort.name
    )
