"""Weight distributions and the spread of moments between runs, optimal against suboptimal."""

from __future__ import annotations

import numpy as np

from kindred.distributions import Distribution
from kindred.figures.common import parameter_title, series
from kindred.figures.spec import Axis, Control, Figure, Intervals, Line, Panel, Rule, Steps, single
from kindred.findings import CohortFindings
from kindred.moments import SCALE_FREE, WHOLE
from kindred.sentences import number

_MOST_TENSORS = 24  # rows of the figure of spreads
_DECADES = 4.5  # of density that a panel shows


def distribution_figure(cohort: CohortFindings, found: list[Distribution]) -> Figure | None:
    """Densities of all weights of a group, a panel a parameter, an epoch a frame."""
    if not found:
        return None
    epochs = sorted({d.epoch for d in found})
    parameters = list(dict.fromkeys(d.parameter for d in found))
    at = {(d.parameter, d.epoch): d for d in found}
    peaks = {p: max((_peak(d) for d in found if d.parameter == p), default=1) for p in parameters}
    frames = {
        (k,): [_density(at[p, epoch], peaks[p]) for p in parameters if (p, epoch) in at]
        for k, epoch in enumerate(epochs)
    }
    controls = [Control("epoch", [str(e) for e in epochs], "slider", len(epochs) - 1)]
    drawn, total = len(set(parameters) - {WHOLE}), len(cohort.matrices)
    some = f" {drawn} of {total} weight matrices are drawn." if drawn < total else ""
    caption = (
        "Densities of the weights of all runs of a group together, on a logarithmic axis. A panel keeps its axes "
        f"over the epochs; it covers the central 99.8 % of the weights.{some}"
    )
    return Figure(
        f"distributions-{cohort.name}",
        "Densities of all weights of a group",
        caption,
        frames,
        controls,
        series(cohort),
        height=190,
        cohort=cohort.name,
    )


def _peak(d: Distribution) -> float:
    return max((float(np.nanmax(v)) for v in d.density.values() if np.isfinite(v).any()), default=1.0)


def _density(d: Distribution, peak: float) -> Panel:
    marks = [
        Steps(d.edges, np.where(v > 0, v, np.nan), group, group)
        for group, v in d.density.items()
        if np.isfinite(v).any()
    ]
    outside = [f"{group} {100 * v:.1f} %" for group, v in d.outside.items() if v > 0.005]
    words = f"outside: {', '.join(outside)}" if outside else ""
    x = Axis("weight", low=float(d.edges[0]), high=float(d.edges[-1]))
    y = Axis("density", log=True, low=peak * 10**-_DECADES, high=peak * 2)
    return Panel(parameter_title(d.parameter), marks, x, y, words)


def spread_rows(cohort: CohortFindings) -> list[str]:
    """The parameters of the figure of spreads, `all` last."""
    return cohort.shown(_MOST_TENSORS - 1) + [WHOLE] * (WHOLE in cohort.parameters)


def spread_figure(cohort: CohortFindings, ratios: dict[int, object], drawn_words: str) -> Figure | None:
    """Spread between runs of the scale-free moments, and the mean ratio by epoch; None where not compared."""
    rows = spread_rows(cohort)
    if not cohort.spreads or not rows:
        return None
    at = {(s.parameter, s.moment): s for s in cohort.spreads}
    names, place = [parameter_title(p) for p in rows], np.arange(len(rows), dtype=float)
    panels = []
    for moment in SCALE_FREE:
        found = [at[p, moment] for p in rows]
        best, worst = (
            np.array([getattr(s, group) if getattr(s, group) > 0 else np.nan for s in found])
            for group in ("optimal", "suboptimal")
        )
        if not np.isfinite(np.concatenate([best, worst])).any():
            continue
        marks = [
            Intervals(place, worst, worst, worst, "suboptimal", "suboptimal"),
            Intervals(place, best, best, best, "optimal", "optimal"),
        ]
        panels.append(Panel(moment, marks, Axis("s.d. between runs", log=True), Axis(names=names)))
    known = {e: r for e, r in ratios.items() if r is not None and np.isfinite(r.value)}
    if len(known) > 1:
        values = np.array([[r.value, r.low, r.high] for r in known.values()]).T
        line = Line(np.array(list(known), float), values[0], "optimal", "ratio", values[1], values[2])
        panels.append(
            Panel(
                "ratio over the epochs",
                [Rule("y", 1.0), line],
                Axis("epoch"),
                Axis("optimal / suboptimal", log=True),
                f"last {number(list(known.values())[-1].value)}",
            )
        )
    if not panels:
        return None
    caption = (
        "How much the runs of a group differ from one another: standard deviation between runs of each moment at "
        f"epoch {cohort.snapshots[-1]}. The last panel is the geometric mean of the ratios optimal / suboptimal at "
        "each epoch with its 95 % interval: below 1, optimal runs are more alike. These four spreads do not "
        f"change when all weights are multiplied by a constant.{drawn_words}"
    )
    return single(
        f"spread-{cohort.name}",
        "How much the runs of a group differ",
        caption,
        panels,
        series=series(cohort),
        columns=3,
        height=int(np.clip(70 + 17 * len(rows), 170, 480)),
        cohort=cohort.name,
    )
