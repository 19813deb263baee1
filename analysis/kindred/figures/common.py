"""What several figures need: the groups of a cohort's runs, round bins, the names of parameters."""

from __future__ import annotations

import numpy as np

from kindred.findings import CohortFindings
from kindred.moments import WHOLE

GROUP_SERIES = [("optimal runs", "optimal"), ("suboptimal runs", "suboptimal")]
RUN_SERIES = []  # the page's own key tells the colours of runs


def groups(cohort: CohortFindings) -> dict[str, np.ndarray]:
    """Done runs by group: optimal, suboptimal, between; or all where no groups were formed."""
    found = cohort.groups
    if not found.size:
        return {"all": found.order}
    return {"optimal": found.optimal, "suboptimal": found.suboptimal, "between": found.middle}


def series(cohort: CohortFindings) -> list[tuple[str, str]]:
    """The key of figures of groups, with their sizes."""
    size = cohort.groups.size
    if not size:
        return [(f"all {len(cohort.groups.order)} done runs", "all")]
    return [(f"optimal ({size} runs)", "optimal"), (f"suboptimal ({size} runs)", "suboptimal")]


def thin(items, most: int) -> list:
    """At most so many, evenly spread, the first and the last among them."""
    items = list(items)
    if len(items) <= most:
        return items
    return [items[i] for i in np.unique(np.linspace(0, len(items) - 1, most).round().astype(int))]


def parameter_title(name: str) -> str:
    return "all parameters" if name == WHOLE else name


def is_log(values) -> bool:
    """Whether values spread so far that a logarithmic axis shows them better."""
    values = np.asarray(values, float)
    values = values[np.isfinite(values)]
    return bool(values.size and values.min() > 0 and values.max() > 30 * values.min())


def bins(low: float, high: float, most: int = 30) -> np.ndarray:
    """Edges of equal bins over low..high; one bin around a single value."""
    if not high > low:
        return np.array([low - 0.005, low + 0.005])
    return np.linspace(low, high, most + 1)
