"""Similarity within and between groups of runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kindred import estimates
from kindred.estimates import Estimate
from kindred.groups import Groups


@dataclass(frozen=True)
class Pairs:
    """One metric's matrix, best runs first, and its means over pairs of different runs."""

    metric: str
    slice: str  # which parameter, representation or role; "" without one
    kind: str  # distance or similarity
    definition: str
    snapshot: str
    undefined: int  # pairs without a value
    order: np.ndarray  # run labels of the matrix
    matrix: np.ndarray  # as stored, float32
    optimal: float  # mean within the optimal runs
    suboptimal: float
    between: float  # pairs of one optimal and one suboptimal run
    difference: Estimate  # optimal - suboptimal; intervals of all the metrics hold together at 95 %

    @property
    def of(self) -> str:
        """The slice for a reader; "" of a metric without slices."""
        return "all weights" if self.slice == "all" else self.slice

    @property
    def verdict(self) -> int:
        """1 where optimal runs are more alike than suboptimal ones, -1 less, 0 not distinguishable."""
        if not self.difference.excludes(0):
            return 0
        return 1 if (self.difference.value > 0) == (self.kind == "similarity") else -1


def compare_groups(similarity, cohort: str, groups: Groups) -> list[Pairs]:
    """Every metric of a cohort, over its ranked runs; intervals widened for their number (Bonferroni)."""
    metrics = similarity.metrics(cohort)
    level = 1 - (1 - estimates.LEVEL) / max(len(metrics), 1)
    found = []
    for metric in metrics:
        slice, array, order, matrix = _read(similarity, cohort, metric, groups.order)
        if not np.isfinite(matrix).any():
            continue
        best, worst = np.isin(order, groups.optimal), np.isin(order, groups.suboptimal)
        inside = [matrix[np.ix_(group, group)].astype(float) for group in (best, worst)]
        means = [estimates.mean_of_pairs(block) for block in inside] + [_mean(matrix[np.ix_(best, worst)])]
        difference = estimates.pairs_difference(*inside, level) if groups.size else Estimate(np.nan)
        found.append(_pairs(metric, slice, array, order, matrix, means, difference))
    return found


def compare_across(similarity, groups: dict[str, Groups]) -> list[Pairs]:
    """Metrics over all runs (scope `all`), pairs of *different* cohorts only; runs by cohort, best first.

    The question here is whether good networks resemble one another whatever the dataset and the architecture.
    No interval is given: the cohorts, not the runs, are the sample."""
    ranked = [group for group in groups.values() if group.size]
    if "all" not in similarity.scopes or len(ranked) < 2:
        return []
    runs = np.concatenate([group.order for group in ranked])
    cohort_of = {int(run): i for i, group in enumerate(ranked) for run in group.order}
    found = []
    for metric in similarity.metrics("all"):
        slice, array, order, matrix = _read(similarity, "all", metric, runs)
        if not np.isfinite(matrix).any():
            continue
        cohort = np.array([cohort_of[int(run)] for run in order])
        best = np.isin(order, np.concatenate([group.optimal for group in ranked]))
        worst = np.isin(order, np.concatenate([group.suboptimal for group in ranked]))
        apart = np.where(cohort[:, None] != cohort[None, :], matrix, np.nan)
        means = [_mean(apart[np.ix_(a, b)]) for a, b in ((best, best), (worst, worst), (best, worst))]
        found.append(_pairs(metric, slice, array, order, matrix, means, Estimate(means[0] - means[1])))
    return found


def _read(similarity, scope: str, metric: str, runs: np.ndarray):
    chosen = similarity.default_slice(scope, metric)
    array = similarity.matrix(scope, metric, **chosen)
    return next(iter(chosen.values()), ""), array, *_ordered(array, runs)


def _pairs(metric, slice, array, order, matrix, means, difference) -> Pairs:
    kind, definition, snapshot = (
        str(array.attrs.get(name, "")) for name in ("kind", "definition", "snapshot")
    )
    undefined = int(np.isnan(matrix[np.triu_indices(len(order), 1)]).sum())
    return Pairs(metric, slice, kind, definition, snapshot, undefined, order, matrix, *means, difference)


def _ordered(array, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The runs of `order` that the matrix has, and the matrix in that order."""
    place = {int(run): i for i, run in enumerate(array["run"].values)}
    kept = np.array([run for run in order if int(run) in place], dtype=np.int64)
    rows = np.array([place[int(run)] for run in kept], dtype=int)
    return kept, array.values[np.ix_(rows, rows)]


def _mean(values: np.ndarray) -> float:
    values = values[np.isfinite(values)]
    return float(values.mean(dtype=float)) if values.size else float("nan")
