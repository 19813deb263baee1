"""Estimators against scipy and against plain loops, and the cases where nothing can be said."""

import numpy as np
import pytest
from scipy import stats

from kindred import estimates


@pytest.fixture
def random():
    return np.random.default_rng(3)


def test_spearman_is_scipys_with_ties_and_nan(random):
    x = random.integers(0, 9, 40).astype(float)
    y = x + random.normal(0, 4, 40)
    x[3], y[7] = np.nan, np.inf
    kept = np.isfinite(x) & np.isfinite(y)
    expected = stats.spearmanr(x[kept], y[kept])
    found = estimates.spearman(x, y)
    assert found.n == 38
    assert found.value == pytest.approx(expected.statistic, rel=1e-12)
    assert found.p == pytest.approx(expected.pvalue, rel=1e-12)
    reach = 1.959963984540054 * np.sqrt((1 + expected.statistic**2 / 2) / 35)
    assert np.arctanh([found.low, found.high]) == pytest.approx(
        np.arctanh(expected.statistic) + reach * np.array([-1, 1])
    )


@pytest.mark.parametrize(
    "x, y", [([1, 1, 1, 1], [1, 2, 3, 4]), ([1, 2, 3, 4], [2, 2, 2, 2]), ([1, 2], [2, 1]), ([], [])]
)
def test_spearman_undefined(x, y):
    found = estimates.spearman(x, y)
    assert np.isnan(found.value) and np.isnan(found.low) and not found.excludes(0)


def test_perfect_order_of_few_is_not_claimed():
    assert estimates.spearman(range(7), range(7)).value == 1
    assert not estimates.spearman(range(7), range(7)).excludes(0)
    assert np.isnan(estimates.spearman(range(7), range(7)).p)
    assert estimates.spearman(range(8), range(8)).excludes(0)


def test_within_groups_removes_what_groups_do(random):
    group = np.repeat(np.arange(10), 12)
    x = group + random.normal(0, 0.1, 120)
    y = group + random.normal(0, 0.1, 120)
    assert estimates.spearman(x, y).value > 0.9
    assert not estimates.spearman_within(x, y, group).excludes(0)
    y = group - 0.5 * (x - group) + random.normal(0, 0.01, 120)
    found = estimates.spearman_within(x, y, group)
    assert found.value < -0.9 and found.excludes(0) and found.n == 120


def test_within_groups_of_one_run_each():
    found = estimates.spearman_within([1.0, 2, 3], [3.0, 2, 1], [0, 1, 2])
    assert np.isnan(found.value) and not found.excludes(0)


def test_holm():
    assert estimates.holm([0.01, 0.04, 0.03, np.nan]) == pytest.approx(
        [0.03, 0.06, 0.06, np.nan], nan_ok=True
    )
    assert estimates.holm([0.9, 0.8]) == pytest.approx([1, 1])


def test_spread_ratio_against_numpy(random):
    first, second = random.normal(0, 1, (12, 4)), random.normal(0, 3, (15, 4))
    first[2, 1] = np.nan
    second[:, 3] = 5.0  # no spread: left out
    expected = np.exp(np.mean(np.log(np.nanstd(first[:, :3], axis=0) / np.std(second[:, :3], axis=0))))
    found = estimates.spread_ratio(first, second)
    assert found.value == pytest.approx(expected, rel=1e-12)
    assert found.n == 12 and found.low < found.value < found.high < 1


def test_spread_ratio_of_too_few_or_constant():
    few = estimates.spread_ratio(np.arange(8.0).reshape(4, 2), 100 * np.arange(8.0).reshape(4, 2))
    assert few.value == pytest.approx(0.01) and not few.excludes(1)
    assert np.isnan(estimates.spread_ratio(np.ones((6, 2)), np.ones((6, 2))).value)


def test_spread_ratio_of_equal_groups_is_seldom_told_apart(random):
    wrong = sum(
        estimates.spread_ratio(random.normal(size=(16, 12)), random.normal(size=(16, 12))).excludes(1)
        for _ in range(100)
    )
    # of 100 cases at 5 %, more than 12 would come with probability 0.0015
    assert wrong <= 12


def _distances(values):
    return np.abs(values[:, None] - values[None, :])


def test_pairs_difference_against_loops(random):
    first, second = _distances(random.normal(0, 1, 10)), _distances(random.normal(0, 10, 12))
    loops = [np.mean([m[i, j] for i in range(len(m)) for j in range(i)]) for m in (first, second)]
    found = estimates.pairs_difference(first, second)
    assert found.value == pytest.approx(loops[0] - loops[1], rel=1e-12)
    assert found.excludes(0)
    wide = estimates.pairs_difference(first, second, 0.999)
    assert wide.low < found.low and wide.high > found.high


def test_pairs_difference_with_missing_values_and_few_runs(random):
    first = _distances(random.normal(0, 1, 9))
    first[2, :] = first[:, 2] = np.nan
    rest = np.delete(np.delete(first, 2, 0), 2, 1)
    assert estimates.mean_of_pairs(first) == pytest.approx(estimates.mean_of_pairs(rest))
    assert np.isnan(estimates.mean_of_pairs(np.full((3, 3), np.nan)))
    assert np.isnan(estimates.mean_of_pairs(np.ones((1, 1))))
    assert not estimates.pairs_difference(first[:4, :4], 9 + first[:4, :4]).excludes(0)


def test_pairs_difference_of_equal_groups_is_seldom_told_apart(random):
    wrong = sum(
        estimates.pairs_difference(
            _distances(random.normal(size=16)), _distances(random.normal(size=16))
        ).excludes(0)
        for _ in range(100)
    )
    assert wrong <= 12  # as above


def test_resampling_is_repeatable(random):
    a, b = random.normal(size=(9, 3)), random.normal(size=(9, 3))
    assert estimates.spread_ratio(a, b) == estimates.spread_ratio(a, b)
