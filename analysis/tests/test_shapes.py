"""Shapes of the weight distributions, against the weights themselves."""

import h5py
import numpy as np
import pytest
from make_files import Plan, draw, make_population
from scipy import stats

import kindred
from kindred.figures.shapes import shape_figure
from kindred.figures.spec import Curves
from kindred.findings import examine
from kindred.shapes import weight_shapes

PLAN = Plan(runs=16, layers=(40, 20, 4), quantiles=257)


def test_shapes_are_of_the_weights(make):
    path, _ = make(PLAN, similarity=False)
    weights = draw(PLAN)[4][:, -1].astype(float)
    with kindred.open_population(path) as population, population.cohort(PLAN.cohort) as arrays:
        found = weight_shapes(arrays, {"some": np.array([3, 11])})
    first, median, third = np.quantile(weights[[3, 11]], [0.25, 0.5, 0.75], axis=1)
    iqr = stats.norm.ppf(0.75) - stats.norm.ppf(0.25)
    expected = np.quantile(weights[[3, 11]], stats.norm.cdf(found.normal * iqr), axis=1)
    assert found.lines["some"] == pytest.approx((expected - median).T / (third - first)[:, None], abs=1e-4)
    assert 20 < len(found.normal) <= 33 and found.normal == pytest.approx(-found.normal[::-1])
    assert np.diff(found.normal).max() < 0.2


def test_scale_and_location_do_not_matter_and_equal_weights_have_no_shape(make):
    path, _ = make(PLAN, similarity=False)
    with h5py.File(path, "r+") as file:
        quantiles = file[f"cohorts/{PLAN.cohort}/quantiles"]
        quantiles[1, -1] = 1e18 * quantiles[0, -1]
        quantiles[2, -1] = 3 - 0.5 * quantiles[0, -1][:, ::-1]
        quantiles[3, -1, :, 20:-20] = 0
    with kindred.open_population(path) as population, population.cohort(PLAN.cohort) as arrays:
        lines = weight_shapes(arrays, {"all": np.arange(4)}).lines["all"]
    assert lines[1] == pytest.approx(lines[0], rel=1e-4)
    assert lines[2] == pytest.approx(-lines[0, ::-1], abs=1e-4)
    assert np.isnan(lines[3]).all()


def figure(path, epochs=(4,)):
    with kindred.open_population(path) as population:
        cohort = examine(population).cohorts[0]
        return shape_figure(cohort, population.cohort(cohort.name), list(epochs))


def test_a_line_a_run_and_what_is_not_drawn_is_said(make):
    path, _ = make(PLAN, similarity=False)
    found = figure(path, (0, 4))
    assert found.controls[0].options == ["0", "4"] and found.controls[0].start == 1
    best, worst = found.start
    assert (best.title, best.subtitle.split(",")[0]) == ("optimal", "n = 4")
    with h5py.File(path, "r+") as file:
        quantiles = file[f"cohorts/{PLAN.cohort}/quantiles"]
        (curves,) = [mark for mark in worst.marks if isinstance(mark, Curves)]
        quantiles[curves.runs[0], -1, :, 20:-20] = 0
        quantiles[curves.runs[1], -1, :, -30:] = 1e20
    worst = figure(path).start[1]
    assert "beyond the axis" in worst.subtitle
    assert worst.subtitle.endswith("1 undefined (half of the weights are equal)")
    assert worst.y.high == 4.5 and len(worst.marks[1].runs) == 3


def test_lines_of_large_groups_are_bounded(tmp_path):
    make_population(tmp_path / "p.h5", Plan(runs=260, layers=(3, 2, 2), fraction=0.5, weights=False))
    found = figure(tmp_path / "p.h5")
    assert [len(panel.marks[1].runs) for panel in found.start] == [100, 100]
    assert "n = 100 of 130" in found.start[0].subtitle and "100 runs of a larger group" in found.caption


def test_few_quantiles_tell_no_shape(make):
    path, _ = make(Plan(runs=9, quantiles=5), similarity=False)
    assert figure(path) is None
