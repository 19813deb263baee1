"""Accuracy predicted from the weights against the true one."""

from __future__ import annotations

import numpy as np

from kindred.figures.spec import Axis, Diagonal, Figure, Intervals, Panel, Points, single
from kindred.prediction import Prediction
from kindred.sentences import fixed, interval

_MOST_FEATURES = 12


def prediction_figure(key: str, of: str, found: Prediction, cohort: str = "") -> Figure | None:
    """Out-of-fold predictions, and the features that they rest on."""
    if found.reason:
        return None
    table = found.table
    ends = [float(f(table[["accuracy", "predicted"]].to_numpy())) for f in (np.min, np.max)]
    reach = {"low": ends[0] - 0.02, "high": ends[1] + 0.02}
    points = Points(table["accuracy"].to_numpy(), table["predicted"].to_numpy(), table.index.to_numpy())
    words = f"R² = {fixed(found.r2.value)} [{interval(found.r2)}], n = {found.r2.n}"
    panels = [
        Panel(
            "predicted by weights",
            [Diagonal(*ends), points],
            Axis("test accuracy", **reach),
            Axis("predicted accuracy", **reach),
            words,
        )
    ]
    top = found.importance.head(_MOST_FEATURES)
    share = top.to_numpy()
    marks = [Intervals(np.arange(len(top), dtype=float), share, share, share, "optimal", "importance")]
    panels.append(
        Panel(
            "what it rests on",
            marks,
            Axis("share of the trees' gain", low=0.0, high=float(top.max()) * 1.08),
            Axis(names=[str(name) for name in top.index]),
        )
    )
    caption = (
        "Left: accuracy predicted from statistics of the final weights alone, each run by a model that has seen no "
        "run of its settings (gradient boosting, cross-validated by groups of equal settings); on the line the "
        "prediction is right. Right: the statistics that the trees use most."
    )
    return single(
        key,
        f"Accuracy predicted from the weights{of and f' of {of}'}",
        caption,
        panels,
        columns=2,
        height=320,
        cohort=cohort,
    )
