"""The report's statistics of each parameter, against the weights themselves."""

import re

import numpy as np
import pytest
from make_files import Plan, draw
from scipy import stats
from test_report import report

import kindred
from kindred.findings import examine
from kindred.report import main

PLAN = Plan(runs=16, layers=(40, 20, 4))


def test_statistics_are_of_the_weights(make, tmp_path):
    *_, words = report(make, tmp_path, PLAN)
    with kindred.open_population(tmp_path / "population.h5") as population:
        optimal = examine(population).cohorts[0].groups.optimal
    weights = draw(PLAN)[4][optimal, -1, :800].astype(float)  # fc1.weight
    low, middle, high = np.percentile(stats.kurtosis(weights, axis=1), (25, 50, 75))
    row = re.search(r"fc1\.weight mean .*?excess kurtosis (\S+) \((\S+) to (\S+)\)", words)
    found = [float(v.replace("−", "-")) for v in row.groups()]
    assert found == pytest.approx([middle, low, high], rel=0.06)
    deviation = re.search(r"fc1\.weight mean .*? s\.d\. (\S+) \(", words)[1]
    assert float(deviation) == pytest.approx(np.median(weights.std(axis=1)), rel=0.06)
    assert "share of zeros 0 0" in words and "Excess kurtosis is 0 for a normal distribution." in words


def test_further_parameters_are_in_a_part_that_opens(make, tmp_path):
    path, _ = make(Plan(runs=9, layers=(6,) + (4,) * 14), similarity=False)
    assert main([str(path), "-o", str(tmp_path / "r.html")]) == 0
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "The other 21 parameters" in text
