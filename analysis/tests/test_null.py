"""200 populations without an effect: the share of false findings. And one with: it is found."""

import numpy as np
import pytest
from scipy import stats

from kindred.statistics import correlate, dispersion, group_difference, mantel, permanova

POPULATIONS, RUNS, COHORTS, WEIGHTS = 200, 36, 3, 60
COHORT = np.repeat(np.arange(COHORTS), RUNS // COHORTS)
FEW = 199  # permutations, and twice as many resamples: time


def population(seed, effect=0.0):
    """Accuracies, weight variances and sorted weights of runs in cohorts that differ in all of these.

    With an effect, poor runs have larger and more various weights."""
    random = np.random.default_rng(seed)
    poor = random.normal(size=RUNS)
    width = np.exp(0.3 * random.normal(size=RUNS) + effect * poor + 0.5 * COHORT)
    weights = np.sort(width[:, None] * random.normal(size=(RUNS, WEIGHTS)), axis=1)
    learning_rate = random.normal(size=RUNS)
    accuracy = 0.9 - 0.1 * COHORT - 0.02 * poor + 0.01 * learning_rate
    return accuracy, weights, learning_rate


def figures_of(accuracy, weights, learning_rate):
    """p-values and whether intervals leave out no effect, by name."""
    variance = weights.var(axis=1)
    distance = np.abs(weights[:, None, :] - weights[None, :, :]).mean(axis=2)
    apart = np.abs(accuracy[:, None] - accuracy[None, :])
    good = np.zeros(RUNS, bool)
    for c in range(COHORTS):
        rows = np.flatnonzero(COHORT == c)
        good[rows[np.argsort(-accuracy[rows])[: len(rows) // 2]]] = True
    one = COHORT == 0
    within = correlate(variance, accuracy, strata=COHORT, resamples=2 * FEW)
    partial = correlate(variance[one], accuracy[one], given=learning_rate[one], resamples=2 * FEW)
    plain = correlate(variance[one], accuracy[one], resamples=2 * FEW)
    groups = group_difference(variance, good, strata=COHORT, permutations=FEW, resamples=2 * FEW)
    p = {
        "correlation": plain.p,
        "partial correlation": partial.p,
        "correlation within cohorts": within.p,
        "difference of groups": groups.p,
        "PERMANOVA": permanova(distance, good, strata=COHORT, permutations=FEW).p,
        "dispersion": dispersion(distance, good, strata=COHORT, permutations=FEW).p,
        "dispersion in a cohort": dispersion(distance[one][:, one], good[one], permutations=FEW).p,
        "Mantel": mantel(distance, apart, strata=COHORT, permutations=FEW).p,
    }
    return p, {"correlation within cohorts": within.excludes(0), "difference of groups": groups.excludes(0)}


@pytest.fixture(scope="module")
def null():
    return [figures_of(*population(seed)) for seed in range(POPULATIONS)]


def test_false_findings_are_as_many_as_announced(null):
    low, high = stats.binom.interval(0.999, POPULATIONS, 0.05)
    counts = {name: sum(p[name] < 0.05 for p, _ in null) for name in null[0][0]}
    assert all(low <= count <= high for count in counts.values()), (low, high, counts)


def test_intervals_seldom_leave_out_no_effect(null):
    _, high = stats.binom.interval(0.999, POPULATIONS, 0.05)
    counts = {name: sum(claimed[name] for _, claimed in null) for name in null[0][1]}
    assert all(count <= high for count in counts.values()), counts


def test_planted_effects_are_found():
    p, claimed = figures_of(*population(7, effect=1.0))
    p.pop("dispersion in a cohort")  # 6 runs beside 6
    assert max(p.values()) < 0.05, p
    assert all(claimed.values())
