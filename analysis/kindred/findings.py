"""Computes what a report says of a population: figures only, no text and no plots."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import xarray as xr

from kindred.distributions import Distribution, pooled_distributions, spread_over
from kindred.errors import KindredError, NotKindredFileError
from kindred.estimates import Estimate
from kindred.features import matrix_names
from kindred.groups import Groups, rank_runs, setting_codes, varying_settings
from kindred.moments import WHOLE, Contrast, Correlation, Spread, alikeness, contrasts, correlations, spreads
from kindred.pairs import Pairs, compare_across, compare_groups
from kindred.population import STATES, Population
from kindred.similarity import Similarity
from kindred.structure import Structure, examine_structure

CURVES = ("train_loss", "train_accuracy", "test_loss", "test_accuracy")
_MOST_DISTRIBUTIONS = 7


@dataclass
class CohortFindings:
    """What was found in one cohort. Lists are empty where the file or the number of runs is too small."""

    name: str
    runs: pd.DataFrame  # the cohort's rows of the table of runs
    attrs: dict
    settings: list[str]  # columns that vary between the runs, seeds apart
    groups: Groups
    weights: int = 0  # parameters of one network
    parameters: list[str] = field(default_factory=list)
    matrices: list[str] = field(default_factory=list)  # those of `parameters` that are weight matrices
    snapshots: list[int] = field(default_factory=list)  # epochs
    curves: dict[str, pd.DataFrame] = field(default_factory=dict)  # done runs × epochs
    variances: pd.DataFrame | None = None  # done runs × parameters, last snapshot
    correlations: list[Correlation] = field(default_factory=list)
    contrasts: list[Contrast] = field(default_factory=list)
    spreads: list[Spread] = field(default_factory=list)
    alikeness: Estimate | None = None  # mean ratio of the scale-free spreads, optimal / suboptimal
    distributions: list[Distribution] = field(default_factory=list)
    structure: Structure = field(default_factory=Structure)  # nodes and spectra, last snapshot
    pairs: list[Pairs] = field(default_factory=list)

    @property
    def states(self) -> dict[str, int]:
        return count_states(self.runs)

    def shown(self, most: int) -> list[str]:
        """The parameters to show where there is room for so many: without `all`, in their order.

        All of them, or else the weight matrices alone, or else some of these evenly spread."""
        tensors = [p for p in self.parameters if p != WHOLE]
        return tensors if len(tensors) <= most else _thin(self.matrices or tensors, most)

    @property
    def overall(self) -> Correlation | None:
        """The correlation for all parameters together."""
        return next((c for c in self.correlations if c.parameter == WHOLE), None)


@dataclass
class Findings:
    """What was found in a population."""

    name: str
    attrs: dict
    runs: pd.DataFrame
    fraction: float
    cohorts: list[CohortFindings]
    compared: bool  # whether a similarity file was given
    across: list[Pairs] = field(default_factory=list)  # between runs of different cohorts

    @property
    def states(self) -> dict[str, int]:
        return count_states(self.runs)


def count_states(runs: pd.DataFrame) -> dict[str, int]:
    counts = runs["state"].value_counts()
    return {state: int(counts.get(state, 0)) for state in STATES}


def examine(population: Population, similarity: Similarity | None = None) -> Findings:
    """Computes everything that a report shows. The same files give the same figures."""
    runs, fraction = population.runs, population.optimal_fraction
    if similarity is not None:
        _check_same_population(population, similarity)
    cohorts = [_examine_cohort(population, name, runs, fraction, similarity) for name in population.cohorts]
    across = compare_across(similarity, {c.name: c.groups for c in cohorts}) if similarity is not None else []
    return Findings(
        population.name, population.attrs, runs, fraction, cohorts, similarity is not None, across
    )


def _check_same_population(population: Population, similarity: Similarity):
    theirs, ours = similarity.attrs.get("sweep_id"), population.attrs.get("sweep_id")
    differs = theirs is not None and ours is not None and theirs != ours
    if differs or (similarity.cohorts and not set(similarity.cohorts) & set(population.cohorts)):
        raise KindredError(
            f"{similarity.path} does not belong to {population.path} "
            f"(their {'sweeps' if differs else 'cohorts'} differ) compare this population again"
        )


def _examine_cohort(population, name, runs, fraction, similarity) -> CohortFindings:
    rows = runs[runs["cohort"] == name]
    groups = rank_runs(rows, fraction, _stored_size(population, name, rows))
    with population.cohort(name) as arrays:
        found = CohortFindings(name, rows, dict(arrays.attrs), varying_settings(rows), groups)
        if "run" not in arrays.indexes or not np.isin(found.groups.order, arrays.indexes["run"]).all():
            raise NotKindredFileError(
                f"cohort '{name}' of {population.path} lacks runs that the table of runs places there "
                "(the file is damaged) run `kindred verify`"
            )
        found.parameters = [str(p) for p in arrays["parameter"].values] if "parameter" in arrays else []
        if "parameter_size" in arrays:
            found.weights = int(arrays["parameter_size"].values[-1])
        if len(groups.order) == 0:
            return found
        found.curves = {
            c: _table(arrays[c].load().sel(run=groups.order), "epoch") for c in CURVES if c in arrays
        }
        if arrays.sizes.get("snapshot", 0):
            found.snapshots = [int(epoch) for epoch in arrays["snapshot"].values]
            with cohort_summary(population, name, groups) as summary:
                found.structure = examine_structure(arrays, summary, groups.named)
        if "moments" in arrays and found.snapshots:
            _examine_moments(found, arrays["moments"].isel(snapshot=-1).load().sel(run=groups.order))
            found.matrices = matrix_names(arrays.attrs, found.parameters)
            drawn = _thin(found.matrices, _MOST_DISTRIBUTIONS - 1) + [WHOLE] * (WHOLE in found.parameters)
            with cohort_summary(population, name, groups) as summary:
                found.distributions = pooled_distributions(
                    arrays, summary, groups.named, drawn, spread_over(found.snapshots)
                )
    if similarity is not None and name in similarity.cohorts:
        found.pairs = compare_groups(similarity, name, groups)
    return found


def _stored_size(population, name, rows) -> int | None:
    """The groups' size in the file's own summary, where that covers the same number of runs."""
    if not population.has_population(name):
        return None
    with population.population(name) as summary:
        sizes = _group_sizes(summary)
    done = int(((rows["state"] == "done") & np.isfinite(rows["test_accuracy"])).sum())
    return sizes.get("optimal") if done and sizes.get("all") == done else None


def _group_sizes(summary: xr.Dataset) -> dict[str, int]:
    if "runs" not in summary or "group" not in summary:
        return {}
    return {str(g): int(n) for g, n in zip(summary["group"].values, summary["runs"].values) if np.isfinite(n)}


@contextlib.contextmanager
def cohort_summary(population, name, groups):
    """The file's summary of a cohort where it covers exactly these groups, else None."""
    if not population.has_population(name):
        yield None
        return
    with population.population(name) as summary:
        sizes = _group_sizes(summary)
        same = all(sizes.get(g) == len(runs) for g, runs in {"all": groups.order, **groups.named}.items())
        yield summary if same and "histogram" in summary else None


def _table(array: xr.DataArray, dimension: str) -> pd.DataFrame:
    return pd.DataFrame(
        array.values.astype(float), index=array["run"].values, columns=array[dimension].values
    )


def _thin(names: list[str], most: int) -> list[str]:
    if len(names) <= most:
        return names
    return [names[i] for i in np.unique(np.linspace(0, len(names) - 1, most).round().astype(int))]


def _examine_moments(found: CohortFindings, moments: xr.DataArray):
    """`moments` [run, parameter, moment] of the ranked runs, in their order."""
    variance = moments.sel(moment="variance")
    found.variances = _table(variance, "parameter")
    codes = setting_codes(found.runs.loc[found.groups.order], found.settings)
    found.correlations = correlations(found.variances, found.groups.accuracy, codes)
    if found.groups.size:
        best, worst = moments.sel(run=found.groups.optimal), moments.sel(run=found.groups.suboptimal)
        found.spreads = spreads(best, worst)
        found.alikeness = alikeness(best, worst)
        if WHOLE in found.parameters:
            found.contrasts = contrasts(best.sel(parameter=WHOLE), worst.sel(parameter=WHOLE))
