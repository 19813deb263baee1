"""Figures against independent computations from the weights; groups; planted and absent effects."""

import dataclasses
import json

import h5py
import numpy as np
import pandas as pd
import pytest
from make_files import Plan, draw, make_population, make_similarity
from scipy import stats

import kindred
from kindred.groups import describe_setting, rank_runs, varying_settings
from kindred.sentences import accuracies, short_names, summary


def findings(population, similarity=None):
    with kindred.open_population(population) as p:
        if similarity is None:
            return kindred.examine(p)
        with kindred.open_similarity(similarity) as s:
            return kindred.examine(p, s)


def ranked(plan):
    """Runs by accuracy, best first, of a plan whose runs are all done."""
    accuracy = draw(plan)[2]
    return np.argsort(-accuracy, kind="stable"), accuracy


def test_groups_are_the_ends_of_the_ranking(make):
    plan = Plan(runs=21)
    order, _ = ranked(plan)
    groups = findings(*make(plan)).cohorts[0].groups
    assert list(groups.order) == list(order)
    assert list(groups.optimal) == list(order[:6]), "6 = 21 / 4 rounded up"
    assert list(groups.suboptimal) == list(order[-6:])
    assert set(groups.middle) == set(order[6:-6])


def test_groups_leave_out_what_is_not_done(make):
    plan = Plan(runs=20, states={0: 0, 1: 2, 2: 3})
    groups = findings(*make(plan)).cohorts[0].groups
    assert len(groups.order) == 17 and not {0, 1, 2} & set(groups.order) and groups.size == 5


def test_ties_go_by_id(make):
    path, _ = make(Plan(runs=10, accuracy=0.5), similarity=False)
    with kindred.open_population(path) as population:
        runs = population.runs
    runs.loc[runs.index[:2], "test_accuracy"] = 0.9
    order = rank_runs(runs, 0.25).order
    assert list(order[:2]) == sorted([0, 1], key=lambda r: runs.loc[r, "id"])
    assert list(order[2:]) == sorted(range(2, 10), key=lambda r: runs.loc[r, "id"])


@pytest.mark.parametrize(
    "runs, accuracy, reason",
    [(7, None, "only 7 done runs"), (1, None, "only 1 done run,"), (12, 0.5, "the same accuracy")],
)
def test_no_groups(make, runs, accuracy, reason):
    cohort = findings(*make(Plan(runs=runs, accuracy=accuracy))).cohorts[0]
    assert cohort.groups.size == 0 and reason in cohort.groups.reason
    assert cohort.spreads == [] and cohort.alikeness is None and cohort.contrasts == []


def test_size_of_the_files_summary_counts(make):
    """No rounding of size / n decides: 7 of 25 stays 7."""
    path, _ = make(Plan(runs=25, fraction=0.28), similarity=False)
    with h5py.File(path, "r+") as file:
        assert list(file[f"population/{Plan().cohort}/runs"][()]) == [25, 8, 8], "0.28 · 25 > 7 in doubles"
    assert findings(path).cohorts[0].groups.size == 8
    with h5py.File(path, "r+") as file:
        file[f"population/{Plan().cohort}/runs"][...] = [25, 7, 7]
    assert findings(path).cohorts[0].groups.size == 7


def test_optimal_fraction_comes_from_the_sweep(make):
    assert findings(*make(Plan(runs=20, fraction=0.1))).cohorts[0].groups.size == 2


def test_correlation_of_each_parameter(make):
    plan = Plan(runs=24)
    _, _, accuracy, _, weights = draw(plan)
    cohort = findings(*make(plan)).cohorts[0]
    at = 0
    for name, size in [*plan.parameters, ("all", weights.shape[2])]:
        start = 0 if name == "all" else at
        variance = weights[:, -1, start : start + size].astype(float).var(axis=1)
        expected = stats.spearmanr(variance, accuracy)
        found = next(c for c in cohort.correlations if c.parameter == name)
        assert found.overall.value == pytest.approx(expected.statistic, rel=1e-9), name
        assert found.overall.n == 24
        at += size
    assert cohort.overall.overall.excludes(0), "the effect is planted"


def test_spreads_are_the_files_own(make):
    plan = Plan(runs=24)
    path, _ = make(plan, similarity=False)
    cohort = findings(path).cohorts[0]
    with kindred.open_population(path) as population:
        stored = population.population(plan.cohort)["moments_std"].isel(snapshot=-1).load()
    compared = 0
    for s in cohort.spreads:
        if s.moment in ("mean", "variance", "skewness", "kurtosis"):
            one = stored.sel(parameter=s.parameter, moment=s.moment)
            assert s.optimal == pytest.approx(one.sel(group="optimal").item(), rel=1e-9)
            assert s.suboptimal == pytest.approx(one.sel(group="suboptimal").item(), rel=1e-9)
            compared += 1
    assert compared == 4 * (len(plan.parameters) + 1)


def test_contrast_is_the_medians(make):
    plan = Plan(runs=24)
    order, _ = ranked(plan)
    weights = draw(plan)[4][:, -1].astype(float)
    contrast = findings(*make(plan)).cohorts[0].contrasts[0]
    assert contrast.statistic == "standard deviation"
    assert contrast.optimal == pytest.approx(np.median(weights[order[:6]].std(axis=1)), rel=1e-9)
    assert contrast.suboptimal == pytest.approx(np.median(weights[order[-6:]].std(axis=1)), rel=1e-9)


def test_pairs_are_means_over_pairs(make):
    plan = Plan(runs=24)
    order, _ = ranked(plan)
    weights = np.sort(draw(plan)[4][:, -1].astype(float), axis=1)
    pair = next(p for p in findings(*make(plan)).cohorts[0].pairs if p.metric == "wasserstein")

    def mean(a, b):
        return np.mean([np.abs(weights[i] - weights[j]).mean() for i in a for j in b if i != j])

    best, worst = order[:6], order[-6:]
    assert pair.slice == "all" and pair.of == "all weights" and pair.kind == "distance"
    assert pair.optimal == pytest.approx(mean(best, best), rel=1e-5)
    assert pair.suboptimal == pytest.approx(mean(worst, worst), rel=1e-5)
    assert pair.between == pytest.approx(mean(best, worst), rel=1e-5)
    assert pair.verdict == 1


def test_pairs_leave_out_runs_that_are_not_done(make):
    pairs = findings(*make(Plan(runs=24, states={3: 2, 9: 0}))).cohorts[0].pairs
    assert all(len(p.order) == 22 and p.undefined == 0 for p in pairs)


@pytest.mark.parametrize("summary_stored", [True, False])
@pytest.mark.parametrize("bins, span", [(512, 2.0), (16, 20.0)])
def test_distributions_are_the_pooled_weights(make, summary_stored, bins, span):
    """From the file's summary, from the runs' histograms, and (coarse bins) from the quantiles."""
    plan = Plan(runs=24, bins=bins, range=(-span, span), summary=summary_stored, quantiles=257)
    order, _ = ranked(plan)
    weights = draw(plan)[4][:, -1].astype(float)
    cohort = findings(*make(plan)).cohorts[0]
    found = next(d for d in cohort.distributions if d.parameter == "all" and d.epoch == 4)
    for group, members in (("optimal", order[:6]), ("suboptimal", order[-6:])):
        counts, _ = np.histogram(weights[members].ravel(), found.edges)
        share = counts / weights[members].size
        got = found.density[group] * np.diff(found.edges)
        assert got.sum() + found.outside[group] == pytest.approx(1)
        # exact from histograms; quantiles interpolate between the order statistics, 94 weights of a run
        assert np.abs(np.cumsum(got) - np.cumsum(share)).max() < (1e-9 if bins == 512 else 0.02)
    assert {d.epoch for d in cohort.distributions} == {0, 2, 4}


def test_stale_summary_is_not_used(make):
    """A summary of fewer runs than are done now is ignored: the runs' own histograms count."""
    plan = Plan(runs=24)
    path, _ = make(plan, similarity=False)
    before = findings(path).cohorts[0].distributions
    with h5py.File(path, "r+") as file:
        group = file[f"population/{plan.cohort}"]
        group["runs"][...] = [20, 5, 5]
        group["histogram"][...] = 1
    after = findings(path).cohorts[0].distributions
    for a, b in zip(before, after):
        assert np.array_equal(a.edges, b.edges) and np.allclose(a.density["optimal"], b.density["optimal"])


def test_absent_effects_are_not_claimed(make):
    found = findings(*make(Plan(runs=60, effect=False, seed=4)))
    lines = summary(found)
    assert "not distinguishable from none" in lines[1]
    assert "p < 0.05" not in lines[2] and lines[2].count("not distinguishable") == 2
    assert "not distinguishably more or less alike" in lines[3]
    assert "by none of the 4 metrics" in lines[4]


def test_planted_effects_are_found(make):
    lines = summary(findings(*make(Plan(runs=60, seed=4))))
    assert len(lines) == 5
    assert lines[0].startswith("Runs: 60 of 60 done; best test accuracy 0.9")
    assert "runs with smaller variance reached higher test accuracy" in lines[1]
    assert "among runs of equal settings not distinguishable from none" in lines[1], "only the settings act"
    assert "optimal runs are more alike" in lines[3]
    assert "more alike by" in lines[4]


def test_reversed_effect_is_worded_in_reverse(make):
    path, _ = make(Plan(runs=40), similarity=False)
    with h5py.File(path, "r+") as file:
        file["runs/test_accuracy"][...] = 1 - file["runs/test_accuracy"][...]
    lines = summary(findings(path))
    assert "runs with smaller variance reached lower test accuracy" in lines[1]
    assert "less alike" in lines[3]


@pytest.mark.parametrize(
    "plan",
    [
        Plan(runs=1),
        Plan(runs=5, states={1: 2, 3: 0}),
        Plan(runs=12, accuracy=0.5),
        Plan(runs=8),
        Plan(runs=10, states={i: 0 for i in range(10)}),
        Plan(runs=10, states={i: 2 for i in range(10)}),
        Plan(runs=12, statistics=False),
        Plan(runs=12, weights=False),
        Plan(runs=12, snapshots=(4,)),
        Plan(runs=12, summary=False),
        Plan(runs=12, rates=(0.1,)),
    ],
    ids=lambda p: ",".join(
        f"{f.name}={getattr(p, f.name)}"
        for f in dataclasses.fields(p)
        if getattr(p, f.name) != f.default and f.name != "states" or f.name == "states" and p.states
    ),
)
def test_five_lines_always(make, plan):
    for files in (make(plan), make(plan, metrics=()), make(plan, similarity=False)):
        lines = summary(findings(*files))
        assert len(lines) == 5
        assert all(line.endswith(".") and "nan" not in line.lower().split() for line in lines)


def test_constant_accuracy_has_no_correlation(make):
    lines = summary(findings(*make(Plan(runs=12, accuracy=0.5))))
    assert "the variance or the accuracy is the same in all runs" in lines[1]


def test_several_cohorts_are_counted(make):
    plans = [
        Plan(runs=40),
        Plan(runs=40, dataset="cifar10", effect=False, seed=4),
        Plan(runs=3, dataset="few"),
    ]
    found = findings(*make(plans[0], plans[1:], wider=True))
    assert [c.name for c in found.cohorts] == [p.cohort for p in plans]
    lines = summary(found)
    assert lines[0].startswith("Runs: 83 of 83 done in 3 cohorts")
    counted = "in 1 of 3 cohorts (mnist-mlp), with lower in 0, not distinguishable in 1, too few runs or no "
    assert lines[1].endswith(f"higher test accuracy {counted}figures in 1.")
    assert all(line.endswith("too few runs or no figures in 1.") for line in lines[1:])
    across = found.across[0]
    first, second = found.cohorts[0].groups, found.cohorts[1].groups
    place = {run: i for i, run in enumerate(across.order)}
    expected = np.mean([across.matrix[place[a], place[b]] for a in first.optimal for b in second.optimal])
    assert across.optimal == pytest.approx(expected), "pairs of different cohorts only"


def test_accuracies_of_different_datasets_are_not_mixed(make):
    path, _ = make(Plan(runs=8), [Plan(runs=9, dataset="cifar10", states={0: 2})], similarity=False)
    found = findings(path)
    runs = found.runs
    reached = accuracies(runs)
    assert list(reached) == ["mnist", "cifar10"] and [len(a) for a in reached.values()] == [8, 8]
    assert reached["cifar10"].max() == runs["test_accuracy"][8:].max()
    line = summary(found)[0]
    assert f"on cifar10 {runs['test_accuracy'][8:].max():.4f}, median" in line and "on mnist 0." in line


def test_short_names_of_cohorts():
    expected = {"mnist-mlp-1": "mnist-mlp", "mnist-cnn-2": "mnist-cnn"}
    assert short_names(list(expected)) == expected
    same = ["fashion-mnist-vit-1", "fashion-mnist-vit-2"]
    assert short_names(same) == dict(zip(same, same)) and short_names(["bare"]) == {"bare": "bare"}


def test_settings_that_do_not_apply_do_not_vary():
    runs = pd.DataFrame(
        {
            "train.optimizer": ["sgd", "adam", "adam"],
            "train.momentum": [0.9, np.nan, np.nan],
            "train.beta1": [np.nan, 0.9, 0.8],
            "train.step_epochs": [5, -1, -1],
            "model.hidden": ["[1]", "", ""],
            "train.order_seed": [-1, 3, 4],
        }
    )
    assert varying_settings(runs) == ["train.optimizer", "train.beta1"]
    assert describe_setting(runs.loc[0], varying_settings(runs)) == "optimizer sgd, beta1 –"


def test_matrices_are_told_by_their_shapes(make):
    """A layer norm's weight is a vector; where shapes are missing, names decide."""
    plan = Plan(runs=9, layers=(6, 4, 4, 3))
    path, _ = make(plan, similarity=False)
    names = ["fc1.weight", "fc2.weight", "fc3.weight"]
    for shape, expected in (([4, 4], names), ([16], ["fc1.weight", "fc3.weight"]), (None, names)):
        architecture = plan.architecture
        architecture["parameters"][2]["shape"] = shape
        text = json.dumps(architecture) if shape else "{}"
        with h5py.File(path, "r+") as file:
            file[f"cohorts/{plan.cohort}"].attrs["architecture"] = text
        cohort = findings(path).cohorts[0]
        assert cohort.matrices == expected
        assert cohort.shown(6) == cohort.parameters[:-1] and cohort.shown(5) == expected
        assert cohort.shown(2) == [expected[0], expected[-1]]


def test_similarity_of_another_population_is_refused(tmp_path):
    make_population(tmp_path / "p.h5", Plan(runs=8))
    make_similarity(tmp_path / "s.h5", Plan(runs=8, dataset="cifar10"))
    with pytest.raises(kindred.KindredError, match="does not belong"):
        findings(tmp_path / "p.h5", tmp_path / "s.h5")
    make_similarity(tmp_path / "s.h5", Plan(runs=8))
    with h5py.File(tmp_path / "s.h5", "r+") as file:
        file.attrs["sweep_id"] = "other"
    with pytest.raises(kindred.KindredError, match="sweeps differ"):
        findings(tmp_path / "p.h5", tmp_path / "s.h5")
