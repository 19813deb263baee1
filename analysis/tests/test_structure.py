"""Node strengths and spectra: figures equal numpy's of the same weights; the page draws and words them."""

import re

import numpy as np
import pytest
from make_files import Plan, draw, strengths
from page_data import PageData
from scipy import stats
from test_report import report

from kindred import estimates
from kindred.report import analyse

PLAN = Plan(runs=24, layers=(10, 6, 4), structure=True)


def of_runs(plan, runs):
    weights = draw(plan)[4][:, -1].astype(float)
    return [strengths(plan, weights[run]) for run in runs]


def test_layer_fluctuation_and_its_difference(make):
    cohort = analyse(*make(PLAN)).cohorts[0]
    found = cohort.structure
    expected = {}
    for group, runs in (("optimal", cohort.groups.optimal), ("suboptimal", cohort.groups.suboptimal)):
        table = found.figures["layer fluctuation"][group]
        values = [[s[layer == i].std() for i in range(3)] for s, layer, _ in of_runs(PLAN, np.sort(runs))]
        assert list(table.columns) == ["input", "fc1", "fc2"]
        np.testing.assert_allclose(table, values, rtol=1e-5)  # strengths are stored in single precision
        expected[group] = table
    rows = [d for d in found.differences if d.figure == "layer fluctuation"]
    assert [d.of for d in rows] == ["input", "fc1", "fc2"]
    p = [stats.mannwhitneyu(expected["optimal"][d.of], expected["suboptimal"][d.of]).pvalue for d in rows]
    np.testing.assert_allclose([d.p for d in rows], estimates.holm(np.array(p)))
    for d in rows:
        assert d.optimal == np.median(expected["optimal"][d.of])
        assert d.suboptimal == np.median(expected["suboptimal"][d.of])
        assert d.optimal < d.suboptimal and d.p < 0.05, "wide weights were planted in poor runs"


def test_densities_of_node_strengths(make):
    cohort = analyse(*make(PLAN)).cohorts[0]
    assert [s.layer for s in cohort.structure.strengths] == ["input", "fc1", "fc2"]
    for i, found in enumerate(cohort.structure.strengths):
        for group, runs in cohort.groups.named.items():
            pool = np.concatenate([s[layer == i] for s, layer, _ in of_runs(PLAN, runs)]).astype("f4")
            inside = (found.density[group] * np.diff(found.edges)).sum()
            assert inside == pytest.approx(np.mean((pool >= found.edges[0]) & (pool <= found.edges[-1])))
            beyond = 2 * np.ceil(0.005 * (len(pool) - 1))  # values past the percentiles 0.5 and 99.5
            assert inside >= 1 - (beyond + 0.5) / len(pool)


def test_spectra(make):
    cohort = analyse(*make(PLAN)).cohorts[0]
    for group, runs in cohort.groups.named.items():
        values = [
            [np.linalg.norm(m) ** 2 / np.linalg.norm(m, 2) ** 2 for m in matrices]
            for _, _, matrices in of_runs(PLAN, np.sort(runs))
        ]
        np.testing.assert_allclose(cohort.structure.figures["stable rank"][group], values, rtol=1e-9)
        alpha = cohort.structure.figures["alpha"][group]
        assert np.isfinite(alpha["fc1.weight"]).all() and alpha["fc2.weight"].isna().all()
    undefined = next(d for d in cohort.structure.differences if (d.figure, d.of) == ("alpha", "fc2.weight"))
    assert np.isnan([undefined.optimal, undefined.suboptimal, undefined.p]).all()


def test_pooled_moments_come_from_the_file(make):
    cohort = analyse(*make(PLAN)).cohorts[0]
    assert len(cohort.structure.pooled) == 6
    for found in cohort.structure.pooled:
        i = ["input", "fc1", "fc2"].index(found.layer)
        runs = cohort.groups.named[found.group]
        pool = np.concatenate([s[layer == i] for s, layer, _ in of_runs(PLAN, runs)])
        assert found.mean == pytest.approx(pool.mean(), abs=1e-6)
        assert found.deviation == pytest.approx(pool.std(), rel=1e-5)
        assert found.kurtosis == pytest.approx(stats.kurtosis(pool), rel=1e-4, abs=1e-4)
    assert analyse(*make(Plan(runs=24, structure=True, summary=False))).cohorts[0].structure.pooled == []


def test_page_with_structure(make, tmp_path):
    page, checker, words = report(make, tmp_path, PLAN)
    assert {"strengths", "spectra"} <= {key.removesuffix(f"-{PLAN.cohort}") for key in PageData(page).figures}
    assert "Node strengths: shares of all nodes" in words and "Moments of the node strengths" in words
    assert "Alpha is undefined for 1 of 2 matrices (fewer than 50 eigenvalues)." in words
    assert re.search(r"Optimal and suboptimal runs, layer by layer \(3 of 3 differ\)", words)
    assert not re.search(r"\b(nan|inf|None)\b", words)
    assert "power-law exponent" in page


@pytest.mark.parametrize(
    "plan",
    [
        Plan(runs=1, structure=True),
        Plan(runs=5, structure=True, states={1: 2, 3: 0}),
        Plan(runs=12, structure=True, statistics=False),
        Plan(runs=12, structure=True, snapshots=(0,)),
        Plan(runs=9, structure=True, layers=(5,) * 30),
        Plan(runs=9, structure=True, layers=(1, 1, 1)),
    ],
    ids=range(6),
)
def test_page_of_awkward_structures(make, tmp_path, plan):
    *_, words = report(make, tmp_path, plan, similarity=False)
    assert "Node strengths: shares of all nodes" in words
    assert not re.search(r"\b(nan|inf|None)\b", words)


def test_older_files_say_what_is_left_out(make, tmp_path):
    *_, words = report(make, tmp_path, Plan(runs=12))
    assert "Left out: the file has no node strengths" in words
    assert "Left out: the file has no spectra of the weight matrices" in words
