"""The study on synthetic populations of three cohorts: planted effects are found, absent ones are not."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from make_files import Plan, draw, make_population, make_similarity
from scipy import stats

import kindred
from kindred.study import relations, spread
from kindred.study.__main__ import main
from kindred.study.document import filled
from kindred.study.everywhere import across
from kindred.study.material import read_cohorts
from kindred.study.markdown import RENDERED, markdown
from kindred.study.verdicts import _verdict

RATES = tuple(0.3 * 0.7**i for i in range(11))  # 11 settings with two seeds each


def plans(effect):
    return [
        Plan(runs=22, rates=RATES, structure=True, seed=i + 1, dataset=name, effect=effect, states={4 * i: 2})
        for i, name in enumerate(("mnist", "fashion-mnist", "cifar10"))
    ]


def files(folder, effect):
    population, similarity = folder / "population.h5", folder / "similarity.h5"
    made = plans(effect)
    make_population(population, made[0], made[1:])
    make_similarity(similarity, made[0], made[1:], wider=True)
    return population, similarity


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("planted")
    paths = files(folder, True)
    findings = folder / "findings.md"
    findings.write_text(
        "# x\n" + "".join(f"<!-- table {name} -->\nold\n<!-- end -->\n\n" for name in RENDERED)
    )
    assert main([*map(str, paths), "-o", str(folder / "study"), "--findings", str(findings)]) == 0
    return folder


def table(planted, name):
    return pd.read_csv(planted / "study" / f"{name}.csv")


def row(found, **where):
    for column, value in where.items():
        found = found[found[column] == value]
    assert len(found) == 1
    return found.iloc[0]


def test_planted_effects_are_found(planted):
    together = {"cohort": "all cohorts"}
    alike = row(table(planted, "alike"), metric="wasserstein", **together)
    assert alike["ratio"] < 0.6 and alike["adjusted_p"] < 0.05 and alike["optimal"] == 18
    assert row(table(planted, "variance"), what="all weights", **together)["high"] < -0.4
    assert row(table(planted, "strength"), what="all layers", **together)["high"] < -0.3
    assert row(table(planted, "twins"), metric="wasserstein", **together)["rho"] < -0.2
    beyond = row(table(planted, "across"), role="all")
    assert beyond["ratio"] < 0.6 and beyond["adjusted_p"] < 0.05 and beyond["closer"] == beyond["pairs"] == 3
    assert row(table(planted, "agreement"), between="all pairs of cohorts")["p"] < 0.01
    weights = row(table(planted, "prediction"), **{"runs_of": "all mlp", "from": "final weights"})
    assert weights["rho_low"] > 0.2 and weights["r2"] > 0 and weights["n"] == 63
    assert (table(planted, "prediction")["reason"].dropna() == "too small: 21 runs, 40 are needed").all()
    assert (table(planted, "transfer")["rho"] > 0.3).all()


def test_verdicts(planted):
    found = table(planted, "verdicts").set_index("claim")
    learned = found.loc["… among networks that learned", "verdict"]
    assert list(learned) == ["not tested", "partly", "reproduced"], "statistics, distribution, variance"
    line = found.loc["the variance of the weights goes with performance"]
    assert line["verdict"] == "reproduced" and line["single_cohorts"].startswith("3 for, 0 against")
    assert found.loc["so they are whatever the dataset and the model", "verdict"] == "reproduced"
    assert found.loc["node strengths of good networks are alike", "verdict"] == "not tested"


@pytest.mark.parametrize(
    "signs, verdict",
    [
        ([], "not tested"),
        ([1, 1], "reproduced"),
        ([1, 0], "partly"),
        ([0, 0], "not reproduced"),
        ([1, -1, 0], "mixed"),
        ([0, -1], "contradicted"),
    ],
)
def test_rule_of_verdicts(signs, verdict):
    assert _verdict(signs) == verdict


def test_correlations_and_predictions_are_those_of_the_file(planted):
    """Against the weights themselves."""
    plan = plans(True)[0]
    _, _, accuracy, _, weights = draw(plan)
    done = np.array([i for i in range(22) if i != 0])
    variance = weights[done, -1].astype(float).var(axis=1)
    expected = stats.spearmanr(variance, accuracy[done]).statistic
    found = row(table(planted, "variance"), what="all weights", cohort="mnist mlp")
    assert found["rho"] == pytest.approx(expected, rel=1e-5) and found["n"] == 21
    growth = variance / weights[done, 0].astype(float).var(axis=1)
    found = row(table(planted, "variance"), what="growth since epoch 0", cohort="mnist mlp")
    assert found["rho"] == pytest.approx(stats.spearmanr(growth, accuracy[done]).statistic, rel=1e-5)
    summary = table(planted, "runs").set_index("run")
    assert summary.loc[done, "final all variance"].to_numpy() == pytest.approx(variance, rel=1e-5)
    assert len(summary) == 63 and (summary["group"] == "optimal").sum() == 18


def test_dispersions_are_those_of_the_weights(planted):
    """Of the z-scored moments, which have coordinates."""
    with kindred.open_population(planted / "population.h5") as population:
        cohorts = read_cohorts(population)
    shape = cohorts[1].shape(-1).loc[cohorts[1].ends].to_numpy()
    size = cohorts[1].groups.size
    away = [np.linalg.norm(part - part.mean(axis=0), axis=1).mean() for part in (shape[:size], shape[size:])]
    found = row(table(planted, "origin"), metric="weights, last epoch", cohort="fashion-mnist mlp")
    assert found["ratio"] == pytest.approx(away[0] / away[1], rel=1e-5)


def test_runs_that_learned(planted):
    """Chance is a quarter: what is up to half is left out, and the ends are of the others."""
    with kindred.open_population(planted / "population.h5") as population:
        cohort = read_cohorts(population)[0]
    cohort.runs.loc[cohort.runs.index[-5:], "test_accuracy"] = [0.5, 0.5, 0.3, 0.25, 0.1]
    cohort.runs.loc[cohort.runs.index[-6], "test_accuracy"] = 0.5001
    learned = cohort.learned()
    assert cohort.classes == 4 and list(learned.runs.index) == list(cohort.runs.index[:-5])
    assert learned.groups.size == 4 and learned.groups.suboptimal[-1] == cohort.runs.index[-6]
    assert (learned.shape(-1).index == learned.runs.index).all() and len(learned.codes) == 16
    cohort.runs["test_accuracy"] = 0.1
    assert cohort.learned() is None


def test_settings_distance_is_gowers(planted):
    with kindred.open_population(planted / "population.h5") as population:
        cohort = read_cohorts(population)[0]
    found = spread.settings_distance(cohort)
    rate = cohort.runs["train.learning_rate"]
    a, b = rate.index[0], rate.index[5]
    ranks = rate.rank()
    assert cohort.settings == ["train.learning_rate"]
    assert found.loc[a, b] == pytest.approx(abs(ranks[a] - ranks[b]) / (ranks.max() - ranks.min()))


def test_the_text_holds_the_tables(planted):
    text = (planted / "findings.md").read_text(encoding="utf-8")
    assert "old" not in text
    blocks = dict(re.findall(r"<!-- table ([\w-]+) -->\n(.*?)\n<!-- end -->", text, re.DOTALL))
    assert set(blocks) == set(RENDERED)
    for name, block in blocks.items():
        lines = block.splitlines()
        assert len(lines) > 2 and len({line.count("|") for line in lines}) == 1, name
        assert "nan" not in block, name
    assert filled(text, planted / "study") == text, "and again"
    ratio = row(table(planted, "alike"), metric="wasserstein", cohort="mnist mlp")["ratio"]
    line = next(v for v in blocks["alike"].splitlines() if v.startswith("| wasserstein |"))
    assert f"{ratio:.2g}" in line
    with pytest.raises(kindred.KindredError, match="no table 'guess'"):
        filled("<!-- table guess -->\n<!-- end -->", planted / "study")


def test_provenance(planted):
    found = table(planted, "provenance").set_index("attribute")
    assert list(found.index) == ["created_by", "libraries", "created", "sweep_id"]
    assert found.loc["created_by", "population"] == "kindred 0.1.0 (abc1234)"
    assert list(found.loc["sweep_id"]) == ["feed", "feed"]
    assert "| created | 2026-01-02T03:04:05Z | – |" in (planted / "findings.md").read_text(encoding="utf-8")


def test_figures_and_sizes(planted):
    figures = sorted(path.stem for path in (planted / "study").glob("*.svg"))
    assert {"accuracy", "alike", "origin", "variance", "strength", "shape", "epochs", "prediction"} <= set(
        figures
    )
    for path in (planted / "study").glob("*.svg"):
        text = path.read_text(encoding="utf-8")
        assert "mathdefault" not in text and "nan" not in re.sub(r"[\w-]*nan[\w-]+", "", text), path


def test_absent_effects_are_not_found(tmp_path):
    paths = files(tmp_path, False)
    with kindred.open_population(paths[0]) as population, kindred.open_similarity(paths[1]) as similarity:
        cohorts = read_cohorts(population)
        tables = [spread.alike(cohorts, similarity), spread.origin(cohorts), across(cohorts, similarity)]
        tables += [
            relations.variance(cohorts),
            relations.strength(cohorts),
            spread.twins(cohorts, similarity),
        ]
    adjusted = pd.concat([found["adjusted_p"] for found in tables]).dropna()
    # 5 % of families of adjusted p-values may have one; there are some thirty
    assert len(adjusted) > 60 and (adjusted < 0.05).sum() <= 3
    assert "**" not in markdown("across", tables[2])


def test_nothing_to_study(tmp_path, capsys):
    plan = Plan(runs=5)
    make_population(tmp_path / "p.h5", plan)
    make_similarity(tmp_path / "s.h5", plan)
    assert main([str(tmp_path / "p.h5"), str(tmp_path / "s.h5"), "-o", str(tmp_path / "out")]) == 1
    assert "nothing to study" in capsys.readouterr().err
    assert main([str(tmp_path / "none.h5"), str(tmp_path / "s.h5"), "-o", str(tmp_path / "out")]) == 1


def test_the_committed_findings_hold_the_committed_tables():
    folder = Path(__file__).parents[1]
    text = (folder / "findings.md").read_text(encoding="utf-8")
    assert filled(text, folder / "study") == text
    linked = re.findall(r"\]\(([\w./-]+)\)", text)
    assert len(linked) > 10
    for name in linked:
        assert (folder / name).exists(), name
