"""Files of networks trained elsewhere: no dataset, accuracies, curves or settings. The page says so."""

import re

import h5py
import numpy as np
import pytest
from make_files import Plan
from page_data import PageData
from test_report import check, report

from kindred.report import analyse, main
from kindred.sentences import summary

WEIGHTS_ALONE = ("wasserstein", "cosine")


@pytest.mark.parametrize("structure", [False, True])
def test_page_says_what_is_left_out(make, tmp_path, structure):
    plan = Plan(runs=12, elsewhere=True, structure=structure, states={3: 3})
    page, checker, words = report(make, tmp_path, plan, metrics=WEIGHTS_ALONE)
    for sentence in (
        "networks on an unknown dataset, 94 weights, 12 runs",
        "11 of 12 done (1 failed); their test accuracies are not known.",
        "No optimal and suboptimal groups: the test accuracies are not known.",
        "Left out: the file has no test accuracies of these runs and no learning curves",
        "Left out: the test accuracies of these runs are not known.",
        "no correlation with test accuracy can be given (the accuracies are not known)",
        "Not compared: the test accuracies are not known.",
        "Every pair of runs, in the file's order",
        "Metrics of representations and predictions are left out",
        "compared by 2 metrics; no groups to tell apart (the test accuracies are not known)",
    ):
        assert sentence in words, sentence
    assert ("Left out: the file has no node strengths" in words) == (not structure)
    assert ("Left out: the file has no spectra" in words) == (not structure)
    shown = {key.removesuffix(f"-{plan.cohort}") for key in PageData(page).figures}
    assert shown == {"distributions", "shapes", "similarity", "map-of-runs"} | (
        {"strengths", "spectra"} if structure else set()
    )
    assert not re.search(r"\b(nan|inf|None)\b", words)


def test_figures_are_of_all_done_runs(make):
    cohort = analyse(*make(Plan(runs=12, elsewhere=True, structure=True, states={3: 3}))).cohorts[0]
    assert list(cohort.groups.order) == [i for i in range(12) if i != 3] and not cohort.groups.known
    assert np.isnan(cohort.groups.accuracy).all() and cohort.groups.size == 0
    assert {name for d in cohort.distributions for name in d.density} == {"all"}
    assert len(cohort.structure.figures["layer fluctuation"]["all"]) == 11
    assert cohort.structure.differences == [] and cohort.contrasts == [] and cohort.curves == {}
    assert {p.group for p in cohort.structure.pooled} == {"all"}
    assert len(cohort.pairs[0].order) == 11


def test_five_lines(make):
    lines = summary(analyse(*make(Plan(runs=12, elsewhere=True))))
    assert len(lines) == 5 and not any(re.search(r"\bnan\b", line) for line in lines)
    assert lines[0] == "Runs: 12 of 12 done; their test accuracies are not known."


@pytest.mark.parametrize(
    "plan",
    [
        Plan(runs=1, elsewhere=True),
        Plan(runs=4, elsewhere=True, snapshots=(0,)),
        Plan(runs=9, elsewhere=True, statistics=False),
        Plan(runs=9, elsewhere=True, weights=False, summary=False),
        Plan(runs=3, elsewhere=True, states={i: 0 for i in range(3)}),
    ],
    ids=range(5),
)
def test_page_of_awkward_files(make, tmp_path, plan):
    *_, words = report(make, tmp_path, plan, similarity=False)
    assert not re.search(r"\b(nan|inf|None)\b", words)
    assert ("nothing to show" in words) == (plan.states != {})


def test_settings_that_came_along(make, tmp_path):
    """Columns without a section are settings where they group the runs; results may have come along too."""
    population, _ = make(Plan(runs=12, elsewhere=True, structure=True), similarity=False)
    with h5py.File(population, "r+") as file:
        file["runs/test_accuracy"][:] = np.linspace(0.4, 0.9, 12)
        text = h5py.string_dtype()
        for name, values in (("optimizer", ["sgd", "adam"] * 6), ("note", [f"n{i}" for i in range(12)])):
            file["runs"].create_dataset(name, data=values, dtype=text).dims[0].attach_scale(file["runs/run"])
    cohort = analyse(population).cohorts[0]
    assert cohort.settings == ["optimizer"] and cohort.groups.size == 3 and cohort.structure.differences
    assert main([str(population), "-o", str(tmp_path / "r.html")]) == 0
    *_, words = check(tmp_path / "r.html")
    assert (
        "12 runs, 2 settings (optimizer)" in words and "Accuracy by setting (2 settings, best first)" in words
    )
    assert "Learning curves are left out: the file has none." in words


def test_beside_a_trained_cohort(make, tmp_path):
    """One file may hold both; the trained cohort is shown as ever."""
    population, _ = make(Plan(runs=12), [Plan(runs=9, dataset="other")], similarity=False)
    with h5py.File(population, "r+") as file:
        rows = np.flatnonzero(file["runs/cohort"].asstr()[:] == "other-mlp-0a1b2c3d")
        file["runs/test_accuracy"][rows] = np.nan
    findings = analyse(population)
    assert [cohort.groups.known for cohort in findings.cohorts] == [True, False]
    assert findings.cohorts[0].groups.size == 3


def test_curves_alone_may_be_missing(make, tmp_path):
    population, _ = make(Plan(runs=12), similarity=False)
    with h5py.File(population, "r+") as file:
        for name in ("train_loss", "train_accuracy", "test_loss", "test_accuracy"):
            del file["cohorts"][Plan().cohort][name]
    assert main([str(population), "-o", str(tmp_path / "r.html")]) == 0
    assert "Learning curves are left out: the file has none." in (tmp_path / "r.html").read_text()
