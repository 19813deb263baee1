"""Statistics of each layer against accuracy, at every epoch: each point a run, and the correlations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from kindred import estimates
from kindred.figures.common import is_log, parameter_title, thin
from kindred.figures.spec import Axis, Control, Figure, Line, Panel, Points, Rule
from kindred.findings import CohortFindings
from kindred.moments import WHOLE
from kindred.sentences import fixed, interval

_MOST_PANELS = 8
_MOST_EPOCHS = 6
_MOST_VALUES = 2_500_000  # of the figures of a cohort, so that the page stays small

Table = dict[str, dict[int, pd.DataFrame]]  # statistic → epoch → runs × layers


def layer_statistics(cohort: CohortFindings, arrays: xr.Dataset) -> Table:
    """What is known of each layer of the ranked runs at each epoch, in the order a reader asks."""
    order = cohort.groups.order
    epochs = thin(cohort.snapshots, _MOST_EPOCHS)
    found = {}
    for statistic, name, dimension, label in (
        ("variance of the weights", "moments", "parameter", "variance"),
        ("excess kurtosis", "moments", "parameter", "kurtosis"),
        ("skewness", "moments", "parameter", "skewness"),
        ("mean of the weights", "moments", "parameter", "mean"),
        ("layer fluctuation (s.d. of node strength)", "layer_fluctuation", "layer", None),
        ("stable rank", "spectrum", "matrix", "stable_rank"),
        ("alpha (power-law exponent)", "spectrum", "matrix", "alpha"),
        ("spectral norm", "spectrum", "matrix", "spectral_norm"),
    ):
        inner = {"moments": "moment", "spectrum": "spectral"}.get(name)
        if name not in arrays or (inner and label not in arrays[inner].values):
            continue
        array = arrays[name].sel({inner: label}) if inner else arrays[name]
        columns = _shown(cohort, dimension, [str(v) for v in arrays[dimension].values])
        array = array.sel({"snapshot": epochs, dimension: columns}).load().sel(run=order)
        tables = {e: pd.DataFrame(array.sel(snapshot=e).values, order, columns) for e in epochs}
        if any(np.isfinite(table.to_numpy()).any() for table in tables.values()):
            found[statistic] = tables
    return _bounded(found)


def _shown(cohort, dimension, names) -> list[str]:
    if dimension == "parameter":
        return [WHOLE] * (WHOLE in names) + cohort.shown(_MOST_PANELS - 1)
    return thin(names, _MOST_PANELS)


def _bounded(found: Table) -> Table:
    """Fewer epochs where there would be too many values: the last ones stay."""
    size = sum(table.size for tables in found.values() for table in tables.values())
    if size <= _MOST_VALUES:
        return found
    return {
        name: {e: tables[e] for e in thin(tables, max(1, int(len(tables) * _MOST_VALUES / size)))}
        for name, tables in found.items()
    }


def statistic_figure(cohort: CohortFindings, table: Table) -> Figure | None:
    """Accuracy against a statistic, a panel a layer; choices of statistic and epoch."""
    if not table or not cohort.groups.known:
        return None
    accuracy, order = cohort.groups.accuracy, cohort.groups.order
    epochs = list(next(iter(table.values())))
    frames = {}
    for i, (statistic, tables) in enumerate(table.items()):
        for k, (_, values) in enumerate(tables.items()):
            frames[i, k] = [
                _panel(name, values[name].to_numpy(float), accuracy, order)
                for name in values
                if np.isfinite(values[name]).sum() > 1
            ]
    controls = [
        Control("statistic", list(table)),
        Control("epoch", [str(e) for e in epochs], "slider", len(epochs) - 1),
    ]
    caption = (
        "Final test accuracy against a statistic of each layer's weights, each point a run. ρ is Spearman's "
        "correlation over all done runs with its 95 % interval; it includes what the settings do to both."
    )
    return Figure(
        f"statistic-{cohort.name}",
        "Statistics of the weights and test accuracy",
        caption,
        frames,
        controls,
        cohort=cohort.name,
    )


def _panel(name, x, accuracy, order) -> Panel:
    rho = estimates.spearman(x, accuracy)
    if np.isfinite(rho.low):
        words = f"ρ = {fixed(rho.value)} [{interval(rho)}], n = {rho.n}"
    else:
        words = f"n = {rho.n}" + (", too few for ρ" if rho.n < estimates.SMALLEST_SAMPLE else "")
    log = is_log(x)
    return Panel(
        parameter_title(name), [Points(x, accuracy, order)], Axis(log=log), Axis("test accuracy"), words
    )


def correlation_figure(cohort: CohortFindings, table: Table) -> Figure | None:
    """Spearman's correlation of each statistic with final accuracy over the epochs, a panel a layer."""
    if not table or not cohort.groups.known or len(cohort.groups.order) < estimates.SMALLEST_SAMPLE:
        return None
    frames = {}
    for i, tables in enumerate(table.values()):
        epochs = np.array(list(tables), float)
        frames[(i,)] = []
        for name in next(iter(tables.values())):
            found = [estimates.spearman(t[name], cohort.groups.accuracy) for t in tables.values()]
            rho, low, high = np.array([[e.value, e.low, e.high] for e in found]).T
            if np.isfinite(rho).any():
                marks = [Rule("y", 0.0), Line(epochs, rho, "optimal", "ρ", low, high)]
                axes = Axis("epoch"), Axis("Spearman's ρ", low=-1.05, high=1.05)
                frames[(i,)].append(Panel(parameter_title(name), marks, *axes))
    caption = (
        "Spearman's correlation of a layer's statistic at an epoch with the final test accuracy, with 95 % "
        f"intervals, n = {len(cohort.groups.order)} runs. An early departure from 0 says that the weights tell "
        "good from poor long before the end."
    )
    return Figure(
        f"correlations-{cohort.name}",
        "Correlation with final accuracy over the epochs",
        caption,
        frames,
        [Control("statistic", list(table))],
        cohort=cohort.name,
        height=170,
    )
