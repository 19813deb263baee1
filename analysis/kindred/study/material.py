"""What the claims are tested on: cohorts with their good and poor runs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from kindred.errors import KindredError
from kindred.features import FAMILIES, matrix_names, weight_features
from kindred.groups import Groups, rank_runs, setting_codes, varying_settings
from kindred.population import Population
from kindred.shapes import Shapes, weight_shapes


@dataclass
class Cohort:
    """The done runs of a cohort, best first, with what is known of their weights at each snapshot."""

    name: str
    dataset: str
    architecture: str
    groups: Groups
    runs: pd.DataFrame  # rows of the table of runs, best first
    settings: list[str]  # those that vary
    counts: dict[str, int]  # runs by state
    parameters: int
    epochs: list[int]  # of the snapshots
    classes: float  # infinite where the file does not tell
    fraction: float  # of the runs that each end has
    common: list[pd.DataFrame] = field(default_factory=list)  # by snapshot: features of every architecture
    each: list[pd.DataFrame] = field(default_factory=list)  # by snapshot: features of each tensor and layer
    matrices: list[str] = field(default_factory=list)
    layers: list[str] = field(default_factory=list)
    shapes: Shapes | None = None  # of the two ends, last snapshot

    @property
    def label(self) -> str:
        return f"{self.dataset} {self.architecture}"

    @property
    def accuracy(self) -> np.ndarray:
        return self.runs["test_accuracy"].to_numpy(float)

    @property
    def ends(self) -> np.ndarray:
        """Optimal and suboptimal runs."""
        return np.concatenate([self.groups.optimal, self.groups.suboptimal])

    @property
    def group(self) -> pd.Series:
        """optimal, middle or suboptimal, by run."""
        names = pd.Series("middle", index=self.runs.index)
        names[self.groups.optimal], names[self.groups.suboptimal] = "optimal", "suboptimal"
        return names

    @property
    def codes(self) -> np.ndarray:
        """Equal for runs that differ by their seeds only."""
        return setting_codes(self.runs, self.settings)

    def learned(self) -> Cohort | None:
        """The same of the runs alone that are better than twice chance; None where these have no two ends."""
        groups = rank_runs(self.runs[self.accuracy > 2 / self.classes], self.fraction)
        if not groups.size:
            return None
        common, each = ([table.loc[groups.order] for table in tables] for tables in (self.common, self.each))
        return replace(
            self, groups=groups, runs=self.runs.loc[groups.order], common=common, each=each, shapes=None
        )

    def shape(self, snapshot: int) -> pd.DataFrame:
        """Moments of each weight matrix: mean by s.d., log10 variance, skewness, kurtosis; z-scored."""
        table, columns = self.each[snapshot], {}
        for name in self.matrices:
            variance = table[f"{name} variance"]
            with np.errstate(divide="ignore", invalid="ignore"):
                columns[f"{name} mean / s.d."] = table[f"{name} mean"] / np.sqrt(variance)
                columns[f"{name} log10 variance"] = np.log10(variance)
            columns[f"{name} skewness"] = table[f"{name} skewness"]
            columns[f"{name} kurtosis"] = table[f"{name} kurtosis"]
        shape = pd.DataFrame(columns).replace([np.inf, -np.inf], np.nan)
        spread = shape.std(ddof=0)
        scored = (shape - shape.mean()) / spread.where(spread > 0)
        return scored.fillna(0.0)


def learned(cohorts: list[Cohort]) -> list[Cohort]:
    """Those of which enough runs learned something, with these runs alone."""
    return [part for part in (c.learned() for c in cohorts) if part]


def read_cohorts(population: Population) -> list[Cohort]:
    """Every cohort that has good and poor runs."""
    runs, found = population.runs, []
    for name in population.cohorts:
        rows = runs[runs["cohort"] == name]
        groups = rank_runs(rows, population.optimal_fraction)
        if not groups.size:
            continue
        ranked = rows.loc[groups.order]
        first = ranked.iloc[0]
        with population.cohort(name) as arrays:
            cohort = Cohort(
                name,
                str(first.get("data.dataset", "")),
                str(first.get("model.architecture", "")),
                groups,
                ranked,
                varying_settings(rows),
                {state: int(n) for state, n in rows["state"].value_counts().items()},
                int(arrays["parameter_size"].values[-1]),
                [int(epoch) for epoch in arrays["snapshot"].values],
                _classes(arrays),
                population.optimal_fraction,
            )
            cohort.matrices = matrix_names(
                arrays.attrs, [str(p) for p in arrays["parameter"].values if p != "all"]
            )
            cohort.layers = [str(layer) for layer in arrays["layer"].values] if "layer" in arrays else []
            for i in range(len(cohort.epochs)):
                cohort.common.append(weight_features(arrays, groups.order, i, "common", FAMILIES))
                cohort.each.append(weight_features(arrays, groups.order, i, "each", FAMILIES))
            cohort.shapes = weight_shapes(arrays, groups.named)
        found.append(cohort)
    if not found:
        raise KindredError(
            f"nothing to study in {population.path} (no cohort has 8 done runs that differ) train more"
        )
    return found


def _classes(arrays) -> float:
    try:
        return float(json.loads(arrays.attrs["architecture"])["classes"])
    except (KeyError, TypeError, ValueError):
        return float("inf")
