"""Features of weights, and prediction of accuracy that other seeds of the same settings do not flatter."""

import numpy as np
import pandas as pd
import pytest
from make_files import Plan, draw
from scipy import stats
from sklearn.metrics import r2_score

import kindred
from kindred.features import FAMILIES, weight_features
from kindred.prediction import predict_accuracy


@pytest.fixture
def cohort(make):
    path, _ = make(Plan(runs=10, structure=True), similarity=False)
    with kindred.open_population(path) as population:
        yield population.cohort(population.cohorts[0])


def test_features_are_those_of_the_weights(cohort):
    weights = draw(Plan(runs=10, structure=True))[4].astype(float)
    found = weight_features(cohort, [4, 2])
    assert list(found.index) == [4, 2]
    first = weights[4, -1, :60]
    assert found.loc[4, "fc1.weight variance"] == pytest.approx(first.var())
    assert found.loc[4, "fc1.weight kurtosis"] == pytest.approx(stats.kurtosis(first))
    assert found.loc[4, "fc1.weight q25"] == pytest.approx(np.quantile(first, 0.25), rel=1e-6)
    assert found.loc[2, "fc2.bias q100"] == pytest.approx(weights[2, -1, -4:].max(), rel=1e-6)
    assert not any(name.startswith("all") for name in found) and found.shape[1] == 4 * 9
    before = weight_features(cohort, [4], snapshot=0, families=["moments"])
    assert before.loc[4, "fc1.weight variance"] == pytest.approx(weights[4, 0, :60].var())


def test_features_common_to_all_architectures(cohort):
    found = weight_features(cohort, parameters="common", families=FAMILIES)
    singular = np.linalg.svd(
        draw(Plan(runs=10, structure=True))[4][3, -1, :60].reshape(6, 10), compute_uv=False
    )
    assert found.loc[3, "first spectral_norm"] == pytest.approx(singular[0], rel=1e-5)
    assert {name.split()[0] for name in found} == {"all", "first", "last", "input", "output"}
    nodes = cohort["node_strength"].values[3, -1].astype(float)
    assert found.loc[3, "input fluctuation"] == pytest.approx(nodes[:10].std(), rel=1e-6)


def test_features_that_there_are_not(cohort):
    with pytest.raises(kindred.KindredError, match="no family 'spectra'"):
        weight_features(cohort, families=["spectra"])
    with pytest.raises(kindred.KindredError, match="lacks some of these runs"):
        weight_features(cohort, [4, 77])
    with pytest.raises(kindred.KindredError, match="no parameters 'some'"):
        weight_features(cohort, parameters="some")


def made(seed, effect, settings=30, seeds=2):
    """Features that tell the settings apart; accuracies that follow from one of them, or from the settings
    alone."""
    random = np.random.default_rng(seed)
    group = np.repeat(np.arange(settings), seeds)
    fingerprint = random.normal(size=(settings, 6))[group] + random.normal(0, 0.02, (settings * seeds, 6))
    chance = random.normal(size=settings)[group]
    accuracy = effect * fingerprint[:, 0] + (1 - effect) * chance + random.normal(0, 0.05, len(group))
    names = [f"fc{i} variance" for i in range(6)]
    return pd.DataFrame(fingerprint, columns=names, index=np.arange(len(group)) + 50), accuracy, group


def test_planted_relation_is_predicted():
    features, accuracy, group = made(1, 1.0)
    accuracy[4] = np.nan
    found = predict_accuracy(features, accuracy, group)
    table = found.table
    assert found.r2.value > 0.6 and found.r2.excludes(0) and found.rank.value > 0.7 and found.rank.p < 0.001
    assert found.r2.value == pytest.approx(r2_score(table["accuracy"], table["predicted"]))
    assert found.rank.value == pytest.approx(stats.spearmanr(table["accuracy"], table["predicted"]).statistic)
    assert found.importance.index[0] == "fc0 variance" and found.importance.sum() == pytest.approx(1)
    assert 54 not in table.index and len(table) == 59
    assert (table.groupby("group")["fold"].nunique() == 1).all() and table["fold"].nunique() == 5
    again = predict_accuracy(features, accuracy, group)
    assert again.r2 == found.r2


def test_huge_values_are_as_good_as_large_ones():
    """Weights that exploded have moments beyond float32, or infinite ones; some are unknown."""
    features, accuracy, group = made(1, 1.0)
    features.insert(0, "fc kurtosis", 10.0 ** np.where(np.arange(len(group)) % 3, 2.0, 60.0))
    features.iloc[:3, 0] = [np.inf, -np.inf, np.nan]
    found = predict_accuracy(features, accuracy, group)
    assert not found.reason and found.r2.value > 0.6 and found.importance.index[0] == "fc0 variance"


def test_seeds_do_not_flatter():
    """The accuracy depends on the settings alone, in no way that settings not seen could tell."""
    features, accuracy, group = made(2, 0.0)
    honest = predict_accuracy(features, accuracy, group)
    leaking = predict_accuracy(features, accuracy, np.arange(len(group)))
    assert leaking.r2.value > 0.4 and leaking.r2.excludes(0)
    assert honest.r2.value < 0.1 and not honest.r2.low > 0


def test_strata_do_not_flatter():
    """Two datasets of other accuracies and other weights, nothing else."""
    random = np.random.default_rng(3)
    stratum = np.repeat([0, 1], 30)
    features = pd.DataFrame(random.normal(size=(60, 4)) + 5 * stratum[:, None])
    accuracy = random.normal(size=60) + 10 * stratum
    assert predict_accuracy(features, accuracy, np.arange(60)).r2.value > 0.9
    within = predict_accuracy(features, accuracy, np.arange(60), strata=stratum)
    assert within.r2.value < 0.1 and not within.rank.low > 0
    table = within.table
    means = table.groupby(stratum)["accuracy"].transform("mean")
    errors = ((table["accuracy"] - table["predicted"]) ** 2).sum() / ((table["accuracy"] - means) ** 2).sum()
    assert within.r2.value == pytest.approx(1 - errors)


def test_absent_relation_is_not_predicted():
    claims = 0
    for seed in range(30):
        features, accuracy, group = made(100 + seed, 0.0, settings=40, seeds=1)
        found = predict_accuracy(features, accuracy, group, repeats=1)
        claims += found.r2.low > 0 or (found.rank.p < 0.05 and found.rank.value > 0)
    # of 30 at 5 %, more than 6 would come with probability 0.0006
    assert claims <= 6


def test_too_few_to_predict():
    features, accuracy, group = made(5, 1.0, settings=15)
    few = predict_accuracy(features, accuracy, group)
    assert few.reason == "too small: 30 runs, 40 are needed" and np.isnan(few.r2.value) and not few.r2.known
    features, accuracy, group = made(5, 1.0, settings=9, seeds=6)
    assert (
        predict_accuracy(features, accuracy, group).reason == "too small: 9 different settings, 10 are needed"
    )
    features, _, group = made(5, 1.0)
    assert predict_accuracy(features, np.ones(60), group).reason.startswith("undefined: all accuracies")
    assert predict_accuracy(features[[]], accuracy[:1].repeat(60), group).reason.startswith(
        "undefined: no statistics"
    )
