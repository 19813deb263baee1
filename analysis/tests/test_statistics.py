"""Every statistic against scipy, published figures or a plain second computation; and what is too small."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import kindred
from kindred.statistics import (
    adjust,
    correlate,
    correlate_each,
    dispersion,
    group_difference,
    mantel,
    permanova,
)
from kindred.statistics.ranks import weighted_ranks
from kindred.statistics.resampling import bootstrap_weights, permutations


@pytest.fixture
def random():
    return np.random.default_rng(11)


def between(points):
    return np.linalg.norm(points[:, None] - points[None, :], axis=2)


def test_permutations_keep_to_their_strata():
    strata = np.array(list("abcabcabbb"))
    orders = permutations(10, 400, strata)
    assert (np.sort(orders, axis=1) == np.arange(10)).all() and (strata[orders] == strata).all()
    # the two c are exchanged in half of the orders: 400 ± 6 standard deviations of 10
    assert abs((orders[:, 2] == 5).sum() - 200) < 60
    assert (permutations(10, 400, strata) == orders).all()


def test_permutations_move_whole_clusters():
    clusters, strata = np.array([0, 1, 1, 0, 2, 3, 3, 4]), np.array([0, 0, 0, 0, 0, 1, 1, 1])
    orders = permutations(8, 200, strata, clusters)
    found = {tuple(order) for order in orders.tolist()}
    assert found == {(0, 1, 2, 3, 4, 5, 6, 7), (1, 0, 3, 2, 4, 5, 6, 7)}


def test_bootstrap_draws_whole_clusters_within_strata():
    clusters, strata = np.array([0, 0, 1, 2, 2, 3, 4]), np.array([0, 0, 0, 0, 0, 1, 1])
    weights = bootstrap_weights(7, 300, clusters, strata)
    assert (weights[:, 0] == weights[:, 1]).all() and (weights[:, 3] == weights[:, 4]).all()
    assert (weights[:, [0, 2, 3]].sum(axis=1) == 3).all() and (weights[:, 5:].sum(axis=1) == 2).all()
    assert abs(weights[:, 2].mean() - 1) < 0.3


def test_weighted_ranks_are_those_of_the_repeated_values(random):
    values, strata = random.integers(0, 4, 12).astype(float), np.repeat([1, 0], 6)
    weights = random.integers(0, 3, (5, 12)).astype(float)
    for row, found in zip(weights, weighted_ranks(values, weights, strata)):
        for s in (0, 1):
            rows = np.repeat(np.flatnonzero(strata == s), row[strata == s].astype(int))
            expected = (stats.rankdata(values[rows]) - (len(rows) + 1) / 2) / len(rows)
            assert found[rows] == pytest.approx(expected)


def test_correlate_is_scipys(random):
    x = random.integers(0, 9, 40).astype(float)
    y = x + random.normal(0, 4, 40)
    x[3], y[7] = np.nan, np.inf
    kept = np.isfinite(x) & np.isfinite(y)
    expected = stats.spearmanr(x[kept], y[kept])
    found = correlate(x, y)
    assert found.n == 38 and found.value == pytest.approx(expected.statistic, rel=1e-12)
    assert found.p == pytest.approx(expected.pvalue, rel=1e-9)
    rows = np.random.default_rng(1).integers(0, 38, (3000, 38))
    drawn = [stats.spearmanr(x[kept][r], y[kept][r]).statistic for r in rows[:1500]]
    # two bootstraps of 1,500 and 2,000 draws: their quantiles differ by a few hundredths
    assert [found.low, found.high] == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=0.05)


def test_partial_correlation_is_that_of_the_inverted_matrix(random):
    given = random.normal(size=(50, 2))
    x, y = given @ [1, 1] + random.normal(size=50), given @ [1, -0.5] + random.normal(size=50)
    ranks = stats.rankdata(np.column_stack([x, y, given]), axis=0)
    inverse = np.linalg.inv(np.corrcoef(ranks.T))
    expected = -inverse[0, 1] / np.sqrt(inverse[0, 0] * inverse[1, 1])
    found = correlate(x, y, given=given)
    assert found.value == pytest.approx(expected, rel=1e-9)
    t = expected * np.sqrt(46 / (1 - expected**2))
    assert found.p == pytest.approx(2 * stats.t.sf(abs(t), 46), rel=1e-9)
    assert found.low < found.value < found.high


def test_partial_correlation_given_texts_and_missing_numbers(random):
    kind = np.repeat(["sgd", "adam", "adamw"], 20)
    momentum = np.where(kind == "sgd", random.random(60), np.nan)
    x = random.normal(size=60) + (kind == "sgd") * 5 + np.nan_to_num(momentum)
    y = random.normal(size=60) + (kind == "sgd") * 5
    found = correlate(x, y, given=pd.DataFrame({"optimizer": kind, "momentum": momentum}))
    rank = np.zeros(60)
    rank[:20] = stats.rankdata(momentum[:20]) - 10.5
    design = np.column_stack([np.ones(60), kind == "sgd", kind == "adam", rank]).astype(float)
    left = [v - design @ np.linalg.lstsq(design, v, rcond=None)[0] for v in map(stats.rankdata, (x, y))]
    assert found.value == pytest.approx(np.corrcoef(left)[0, 1], rel=1e-9)
    assert correlate(x, y).value > 0.5 and abs(found.value) < 0.3


def test_correlation_within_strata(random):
    strata, place = np.repeat(np.arange(6), 10), np.tile(np.arange(10.0), 6)
    x, y = strata + 0.01 * place, strata + 0.001 * (place - 4.5) ** 2  # without correlation within a stratum
    y[strata == 2] = np.nan
    found, pooled = correlate(x, y, strata=strata), correlate(x, y)
    assert pooled.value > 0.9 and found.p > 0.5 and not found.excludes(0)
    expected = kindred.estimates.spearman_within(x, y, strata)
    assert found.value == pytest.approx(expected.value, abs=1e-12) and found.n == 50
    y = -x + 2 * strata + random.normal(0, 0.1, 60)
    opposite = correlate(x, y, strata=strata)
    assert correlate(x, y).value > 0.8, "pooled, the strata hide it"
    assert opposite.high < -0.2 and opposite.p == 1 / 2000


def test_p_within_strata_is_that_of_all_permutations():
    x = np.array([1.0, 2, 3, 4, 1, 2, 3, 4])
    y = np.array([1.0, 3, 2, 4, 2, 1, 3, 4])
    strata = np.repeat([0, 1], 4)
    values = [
        x[:4] @ np.array(a) + x[4:] @ np.array(b)
        for a in itertools.permutations(y[:4])
        for b in itertools.permutations(y[4:])
    ]
    deviation = np.abs(np.array(values) - np.mean(values))
    exact = np.mean(deviation >= abs(x @ y - np.mean(values)) - 1e-9)
    assert correlate(x, y, strata=strata).p == pytest.approx(exact, abs=4 * np.sqrt(exact / 1999))


def test_clusters_widen_the_interval(random):
    x, y = random.normal(size=12), random.normal(size=12)
    x, y = np.repeat(x, 6) + random.normal(0, 0.01, 72), np.repeat(y, 6) + random.normal(0, 0.01, 72)
    plain, clustered = correlate(x, y), correlate(x, y, clusters=np.repeat(np.arange(12), 6))
    assert clustered.value == plain.value
    assert clustered.high - clustered.low > 1.5 * (plain.high - plain.low)
    assert clustered.p > 0.05 or clustered.p > 10 * plain.p
    few = correlate(x, y, clusters=np.repeat(np.arange(6), 12))
    assert few.reason == "too small: 6 different settings, 8 are needed" and not few.known


def test_repeated_runs_are_not_more_evidence():
    """Without an effect, each run five times over."""
    random = np.random.default_rng(5)
    wrong = {"rows": 0, "clusters": 0}
    for _ in range(100):
        x, y = (np.repeat(random.normal(size=12), 5) for _ in range(2))
        wrong["rows"] += correlate(x, y, resamples=10).p < 0.05
        wrong["clusters"] += correlate(x, y, clusters=np.repeat(np.arange(12), 5), resamples=10).p < 0.05
    assert (
        wrong["rows"] > 25 and wrong["clusters"] <= 12
    )  # of 100 at 5 %: more than 12 with probability 0.0015


def test_correlate_each_corrects(random):
    y = random.normal(size=30)
    table = pd.DataFrame({"a": y + random.normal(size=30), "b": random.normal(size=30), "c": np.ones(30)})
    found = correlate_each(table, y, method="holm")
    assert list(found.index) == ["a", "b", "c"] and found.loc["a", "rho"] == correlate(table["a"], y).value
    assert found.loc["a", "adjusted_p"] == pytest.approx(min(2 * found.loc["a", "p"], 1))
    assert np.isnan(found.loc["c", "p"]) and found.loc["c", "reason"].startswith("undefined: one of")


def test_adjust():
    p = [0.01, 0.04, 0.03, np.nan, 0.005]
    # Benjamini & Hochberg (1995): the least of m p(k) / k over the ranks from k on
    assert adjust(p) == pytest.approx([0.02, 0.04, 0.04, np.nan, 0.02], nan_ok=True)
    assert adjust(p, "holm") == pytest.approx([0.03, 0.06, 0.06, np.nan, 0.02], nan_ok=True)
    assert np.isnan(adjust([np.nan])).all() and len(adjust([])) == 0
    with pytest.raises(kindred.KindredError, match="no correction 'bonferroni'"):
        adjust(p, "bonferroni")


def test_group_difference_is_mann_whitneys(random):
    values, groups = random.integers(0, 9, 30).astype(float), np.array(["a", "b"] * 15)
    values[groups == "a"] += 2
    a, b = values[groups == "a"], values[groups == "b"]
    found = group_difference(values, groups, first="a")
    u = stats.mannwhitneyu(a, b, method="asymptotic")
    assert found.value == pytest.approx(2 * u.statistic / (15 * 15) - 1)
    assert found.p == pytest.approx(u.pvalue, abs=0.02)
    assert group_difference(values, groups, first="b").value == -found.value
    strata = np.repeat([0, 1], [10, 20])
    parts = [
        np.sign(a[:, None] - b[None, :]).mean()
        for a, b in (
            (values[s][groups[s] == "a"], values[s][groups[s] == "b"]) for s in (strata == 0, strata == 1)
        )
    ]
    within = group_difference(values, groups, strata=strata)
    assert within.value == pytest.approx((10 * parts[0] + 20 * parts[1]) / 30)
    with pytest.raises(kindred.KindredError, match="cannot compare 3 groups"):
        group_difference([1.0, 2, 3], ["a", "b", "c"])


# Matrices and pseudo-F of the tests of scikit-bio's permanova.
PUBLISHED = [
    ([[0, 1, 1, 4], [1, 0, 3, 2], [1, 3, 0, 3], [4, 2, 3, 0]], "aabb", 2.0),
    ([[0, 1, 5, 4], [1, 0, 3, 2], [5, 3, 0, 3], [4, 2, 3, 0]], "aabb", 4.4),
    (
        [
            [0, 1, 0.1, 0.5678, 1, 1],
            [1, 0, 0.002, 0.42, 0.998, 0],
            [0.1, 0.002, 0, 1, 0.123, 1],
            [0.5678, 0.42, 1, 0, 0.123, 0.43],
            [1, 0.998, 0.123, 0.123, 0, 0.5],
            [1, 0, 1, 0.43, 0.5, 0],
        ],
        "c12 1cc".replace(" ", ""),
        0.578848,
    ),
]


@pytest.mark.parametrize("matrix, groups, expected", PUBLISHED)
def test_permanova_published(matrix, groups, expected):
    found = permanova(matrix, list(groups))
    assert found.statistic == pytest.approx(expected, abs=1e-6)
    assert not found.known and found.reason.startswith("too small"), "4 to 6 runs"


def plain_permanova(squared, groups, strata):
    """Pseudo-F and R² by hat matrices of dummies."""
    n = len(squared)
    dummies = [np.eye(len(set(v)))[np.unique(v, return_inverse=True)[1]] for v in (strata, groups)]
    centre = np.eye(n) - 1 / n
    gower = centre @ (-squared / 2) @ centre
    hats = [m @ np.linalg.pinv(m) for m in (dummies[0], np.hstack(dummies))]
    ranks = [np.linalg.matrix_rank(h) for h in hats]
    before, after = (np.trace((np.eye(n) - h) @ gower) for h in hats)
    return ((before - after) / (ranks[1] - ranks[0])) / (after / (n - ranks[1])), 1 - after / before


def test_permanova_with_and_without_strata(random):
    points, groups = random.normal(size=(24, 3)), np.array(list("abc") * 8)
    strata = np.repeat(["x", "y"], [10, 14])
    points[groups == "b", 0] += 1
    squared = between(points) ** 2
    for given in (np.zeros(24), strata):
        found = permanova(between(points), groups, strata=None if given is not strata else strata)
        expected = plain_permanova(squared, groups, given)
        assert [found.statistic, found.effect] == pytest.approx(expected, rel=1e-9)
        others = np.array(
            [plain_permanova(squared, groups[o], given)[0] for o in permutations(24, 199, given)]
        )
        exact = (others >= found.statistic).mean()
        assert found.p == pytest.approx(exact, abs=0.1)
    assert found.sizes == {"a": 8, "b": 8, "c": 8} and found.permutations == 999


def test_permanova_of_one_dimension_is_the_analysis_of_variance(random):
    values, groups = random.normal(size=30), np.repeat([0, 1, 2], 10)
    expected = stats.f_oneway(*(values[groups == g] for g in range(3)))
    found = permanova(np.abs(values[:, None] - values[None, :]), groups)
    assert found.statistic == pytest.approx(expected.statistic, rel=1e-9)
    assert found.p == pytest.approx(expected.pvalue, abs=0.05)


def test_dispersion_is_that_of_the_coordinates(random):
    points, groups = random.normal(size=(26, 4)), np.repeat(["wide", "narrow"], [12, 14])
    points[:12] *= 3
    points[:12] += 7
    away = np.concatenate(
        [
            np.linalg.norm(part - part.mean(axis=0), axis=1) * np.sqrt(len(part) / (len(part) - 1))
            for part in (points[:12], points[12:])
        ]
    )
    found = dispersion(between(points), groups)
    assert found.statistic == pytest.approx(stats.f_oneway(away[:12], away[12:]).statistic, rel=1e-9)
    assert found.dispersions == pytest.approx({"wide": away[:12].mean(), "narrow": away[12:].mean()})
    assert found.effect == pytest.approx(away[:12].mean() / away[12:].mean()) and found.p == 0.001
    same = dispersion(between(points / np.where(groups == "wide", 3, 1)[:, None]), groups)
    assert same.p > 0.05 and 0.8 < same.effect < 1.25, "groups that lie apart, equally spread"


def test_dispersion_within_strata(random):
    strata, groups = np.repeat([0, 1, 2], 12), np.array(["good", "poor"] * 18)
    points = random.normal(size=(36, 2)) * (10.0**strata)[:, None] * np.where(groups == "poor", 2, 1)[:, None]
    away = np.empty(36)
    for s, g in itertools.product(range(3), ("good", "poor")):
        rows = (strata == s) & (groups == g)
        away[rows] = np.linalg.norm(points[rows] - points[rows].mean(axis=0), axis=1) * np.sqrt(6 / 5)
    for s in range(3):
        away[strata == s] /= away[strata == s].mean()
    found = dispersion(between(points), groups, strata=strata)
    assert found.effect == pytest.approx(away[groups == "good"].mean() / away[groups == "poor"].mean())
    assert found.statistic == pytest.approx(
        stats.f_oneway(away[groups == "good"], away[groups == "poor"]).statistic
    )
    assert found.p < 0.05


def test_dispersion_of_distances_that_are_not_euclidean():
    matrix = 1 - np.eye(12)
    matrix[:6, :6] *= 0.2
    matrix[0, 1] = matrix[1, 0] = 5.0  # breaks the triangle inequality
    assert dispersion(matrix, np.repeat(["a", "b"], 6)).known


def test_mantel_published():
    # the example of scikit-bio's mantel
    found = mantel([[0, 1, 2], [1, 0, 3], [2, 3, 0]], [[0, 2, 7], [2, 0, 6], [7, 6, 0]], method="pearson")
    assert found.statistic == pytest.approx(0.7559289460184544) and found.reason.startswith("too small")


def test_mantel_is_the_correlation_of_pairs(random):
    a, b = random.normal(size=(15, 2)), random.normal(size=(15, 3))
    b[:, :2] += a
    first, second = between(a), between(b)
    upper = np.triu_indices(15, 1)
    found = mantel(first, second)
    assert found.statistic == pytest.approx(stats.spearmanr(first[upper], second[upper]).statistic)
    orders = permutations(15, 400, seed=3)
    plain = [abs(stats.spearmanr(first[np.ix_(o, o)][upper], second[upper]).statistic) for o in orders]
    assert found.p == pytest.approx(np.mean(np.array(plain) >= found.statistic), abs=0.05)
    second[2, 4] = second[4, 2] = np.nan
    assert abs(mantel(first, second).statistic - found.statistic) < 0.05
    pearson = mantel(first, between(b), method="pearson")
    assert pearson.statistic == pytest.approx(np.corrcoef(first[upper], between(b)[upper])[0, 1])
    with pytest.raises(kindred.KindredError, match="matrices of 15 and 3 runs"):
        mantel(first, np.eye(3))
    with pytest.raises(kindred.KindredError, match="no correlation 'kendall'"):
        mantel(first, first, method="kendall")


@pytest.mark.parametrize("n", [0, 1, 3, 7])
def test_too_small(n):
    values, groups = np.arange(n, dtype=float), np.arange(n) % 2
    matrix = np.abs(values[:, None] - values[None, :])
    found = [
        correlate(values, values),
        group_difference(values, groups),
        permanova(matrix, groups),
        dispersion(matrix, groups),
        mantel(matrix, matrix),
    ]
    for each in found:
        assert not each.known and np.isnan(each.p), each
        assert each.reason.startswith(("too small", "undefined")), each
    if n == 7:
        assert [each.reason for each in found] == ["too small: 7 runs, 8 are needed"] * 5


def test_a_small_group_is_too_small(random):
    values, groups = random.normal(size=20), np.repeat([0, 1], [16, 4])
    matrix = np.abs(values[:, None] - values[None, :])
    for found in (group_difference(values, groups), permanova(matrix, groups), dispersion(matrix, groups)):
        assert found.reason == "too small: a group of 4, 5 are needed in each" and not found.known


def test_what_cannot_be_tested_says_so(random):
    values = random.normal(size=20)
    matrix = np.abs(values[:, None] - values[None, :])
    assert permanova(matrix, ["a"] * 20).reason == "undefined: only one group"
    assert dispersion(matrix, ["a"] * 20).reason == "undefined: only one group"
    assert dispersion(np.zeros((20, 20)), np.arange(20) % 2).reason == "undefined: no spread"
    strata = np.arange(20) % 2
    assert permanova(matrix, strata, strata=strata).reason == "undefined: nothing differs within the strata"
    assert (
        group_difference(values, strata, strata=strata).reason
        == "undefined: no stratum has runs of both groups"
    )
    assert mantel(matrix, np.ones((20, 20))).reason == "undefined: one of the two is constant"
    matrix[0, 1] = np.nan
    assert permanova(matrix, strata).reason == "undefined: some distances are missing"


def test_repeatable(random):
    x, y, g = random.normal(size=20), random.normal(size=20), np.arange(20) % 2
    matrix = np.abs(x[:, None] - x[None, :])
    for test in (
        lambda: correlate(x, y, strata=g),
        lambda: group_difference(x, g),
        lambda: dispersion(matrix, g),
        lambda: mantel(matrix, np.abs(y[:, None] - y[None, :])),
    ):
        assert test() == test()
