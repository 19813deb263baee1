"""Statistics of each parameter: their medians and quartiles over the runs of a group."""

from __future__ import annotations

import numpy as np
import xarray as xr

from kindred import page
from kindred.figures.common import parameter_title
from kindred.findings import CohortFindings
from kindred.moments import WHOLE
from kindred.sections.context import Report
from kindred.sentences import number

_STATISTICS = {  # as the table names them, and as the file does
    "mean": "mean",
    "s.d.": "variance",
    "skewness": "skewness",
    "excess kurtosis": "kurtosis",
    "share of zeros": "zero_fraction",
}
_MOST = 7  # parameters in front of those of the part that opens, `all` apart


def statistics(report: Report, cohort: CohortFindings) -> str:
    """A row a statistic of a parameter, a column a group, at the last snapshot."""
    arrays = report.arrays(cohort)
    if "moments" not in arrays or not cohort.snapshots:
        return ""
    moments = arrays["moments"].isel(snapshot=-1).load()
    first = {WHOLE, *cohort.shown(_MOST)}
    short = [name for name in cohort.parameters if name in first]
    rest = [name for name in cohort.parameters if name not in first]
    words = (
        f"Statistics of the weights at epoch {cohort.snapshots[-1]}: the median over the runs of a group (quartiles). "
        "Excess kurtosis is 0 for a normal distribution."
    )
    others = page.details(f"The other {len(rest)} parameters", _table(cohort, moments, rest)) if rest else ""
    return _table(cohort, moments, short) + others + page.paragraph(words, "soft")


def _table(cohort: CohortFindings, moments: xr.DataArray, parameters: list[str]) -> str:
    groups, rows, begins = cohort.groups.named, [], set()
    recorded = {str(m) for m in moments["moment"].values}
    for parameter in parameters:
        begins.add(len(rows))
        title = parameter_title(parameter)
        for label, moment in _STATISTICS.items():
            if moment in recorded:
                of = moments.sel(parameter=parameter, moment=moment)
                cells = [_cell(of.sel(run=runs).values, moment) for runs in groups.values()]
                rows.append([title, label, *cells])
                title = ""
    return page.table(["parameter", "statistic", *groups], rows, set(range(2, 2 + len(groups))), begins)


def _cell(values: np.ndarray, moment: str) -> str:
    """Such as "0.051 (0.048 to 0.060)", or one figure where all runs have it."""
    values = np.sqrt(values) if moment == "variance" else values
    values = values[np.isfinite(values)]
    if not values.size:
        return "–"
    low, middle, high = (number(v, 2) for v in np.percentile(values, (25, 50, 75)))
    return middle if low == middle == high else f"{middle} ({low} to {high})"
