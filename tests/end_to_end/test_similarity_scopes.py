"""Matrices over the cohorts of a dataset, and over all: what networks of several sizes have in common."""

import numpy as np
import pytest
from scipy import special, stats
from scipy.spatial import distance

import similarity_reference
from reference import moment_scores, standardized
from similarity import PREDICTIONS, ROUNDING, SLICES, all_pairs, assert_pairs
from similarity_scopes import (
    BY_ROLE,
    FEWEST,
    ON_PROBES,
    of_runs,
    opened,
    scopes,
    stored_by_role,
    weights_by_role,
)

HALF = 2.0**-24


def test_scopes(opened):
    runs, matrices = opened
    assert len(runs["cohorts"]) == 7 and set(matrices["dataset"]) == set(FEWEST)
    assert 0 in runs["runs/state"] and 2 in runs["runs/state"]
    for group, dataset, members, done in scopes(opened):
        order = np.concatenate([cohort["run"] for cohort in members])
        np.testing.assert_array_equal(group["run"], order)
        np.testing.assert_array_equal(group["run_other"], order)
        assert list(group["role"].asstr()) == ["all", "first", "last"]
        wanted = set(BY_ROLE) | (set(ON_PROBES) if dataset else set())
        assert {name for name in group if "kind" in group[name].attrs} == wanted
        for name in wanted:
            values = group[name][:].reshape(-1, len(done), len(done))
            assert len(values) == (3 if name in BY_ROLE else 1)
            np.testing.assert_array_equal(values, np.swapaxes(values, 1, 2))
            missing = np.broadcast_to(~np.outer(done, done), values.shape)
            np.testing.assert_array_equal(np.isnan(values), missing)
            upper = np.isnan(values[:, *np.triu_indices(len(done))])
            assert group[name].attrs["undefined"] == np.count_nonzero(upper)
            assert group[name].attrs["snapshot"] == "final"
            if name in ON_PROBES:
                probes = FEWEST[dataset][name in PREDICTIONS]
                assert group[name].attrs["probes"] == str(probes)


def test_blocks_are_the_cohorts_own_matrices(opened):
    runs, matrices = opened
    compared = 0
    for group, dataset, members, _ in scopes(opened):
        first = 0
        for cohort in members:
            own, rows = matrices[cohort.name], slice(first, first + len(cohort["run"]))
            first = rows.stop
            ends = [-1, 0, len(cohort["matrix"]) - 1]
            names = list(own["parameter"].asstr())
            parameters = [-1] + [names.index(cohort["matrix"].asstr()[end]) for end in ends[1:]]
            for name in set(BY_ROLE) - {"moment", "spectral"}:
                np.testing.assert_array_equal(group[name][:, rows, rows], own[name][:][parameters])
            np.testing.assert_array_equal(group["spectral"][1:, rows, rows], own["spectral"][:][ends[1:]])
            for name in ON_PROBES if dataset else []:
                if own[name].attrs["probes"] == group[name].attrs["probes"]:
                    values = own[name][-2] if name in SLICES else own[name][:]
                    np.testing.assert_array_equal(group[name][rows, rows], values)
                    compared += 1
    assert compared == 5 + 2 * 5


def test_weights(opened):
    for group, _, members, done in scopes(opened):
        for role, values in weights_by_role(members):
            expected = all_pairs(stats.wasserstein_distance, values, done)
            assert_pairs(group["wasserstein"][role], expected, ROUNDING)
            expected = all_pairs(lambda a, b: stats.ks_2samp(a, b, method="asymp").statistic, values, done)
            assert_pairs(group["kolmogorov_smirnov"][role], expected, HALF, 1e-15)
            scores = [standardized(row) for row in values]
            expected = all_pairs(stats.wasserstein_distance, scores, done)
            assert_pairs(group["wasserstein_standardized"][role], expected, ROUNDING, 2 * HALF)


def test_what_is_stored_of_the_weights(opened):
    for group, _, members, done in scopes(opened):
        for role, values in stored_by_role(members, "histogram"):
            expected = all_pairs(lambda a, b: distance.jensenshannon(a, b, base=2), values, done)
            assert_pairs(group["jensen_shannon"][role], expected, ROUNDING, 2e-8)
        for role, values in stored_by_role(members, "moments"):
            scores = np.full((len(done), 4), np.nan)
            scores[done] = moment_scores(np.array(values)[done][:, 1:5])
            expected = all_pairs(lambda a, b: np.linalg.norm(a - b), scores, done)
            assert_pairs(group["moment"][role], expected, HALF, 4 * HALF * np.sqrt(len(done)))


def spectra(cohort, matrices):
    """Singular values of some matrices, each divided by its matrix's largest."""
    values = cohort["singular_values"][:, -1].astype(np.float64)
    matrix_of = cohort["singular_value_matrix"][:]
    parts = [values[:, matrix_of == index] for index in np.arange(len(cohort["matrix"]))[matrices]]
    return np.concatenate([part / part.max(axis=1, keepdims=True) for part in parts], axis=1)


def test_spectral(opened):
    for group, _, members, done in scopes(opened):
        for role, matrices in enumerate([slice(None), slice(0, 1), slice(-1, None)]):
            values = of_runs(members, lambda cohort: spectra(cohort, matrices))
            expected = all_pairs(stats.wasserstein_distance, values, done)
            assert_pairs(group["spectral"][role], expected, ROUNDING, 2 * HALF)


def test_predictions(opened):
    for group, dataset, members, done in scopes(opened):
        if dataset:
            probes = FEWEST[dataset][1]
            logits = np.array(of_runs(members, lambda c: c["logits"][:, :probes].astype(np.float64)))
            shares = special.softmax(logits, axis=2)
            expected = all_pairs(lambda a, b: np.mean(a == b), logits.argmax(axis=2), done)
            assert_pairs(group["agreement"], expected, HALF)
            expected = all_pairs(
                lambda a, b: distance.jensenshannon(a, b, base=2, axis=1).mean(), shares, done
            )
            assert_pairs(group["prediction_js"], expected, ROUNDING, 2 * HALF + 2e-8)


def penultimate(cohort, probes):
    """What the last layer was given, from the logits that it made of it; and how much rounding that adds."""
    width = cohort["parameter_size"][-3] // 10
    for weights, logits in zip(cohort["weights"][:, -1].astype(np.float64), cohort["logits"][:, :probes]):
        matrix, bias = weights[-10 * width - 10 : -10].reshape(10, width), weights[-10:]
        known = np.isfinite(logits).all() and np.isfinite(weights).all()
        if known:
            yield np.linalg.lstsq(matrix, (logits - bias).T)[0].T, np.linalg.cond(matrix)
        else:
            yield np.full((probes, width), np.nan), np.nan


@pytest.mark.parametrize("name", ["cka", "cka_debiased", "procrustes"])
def test_representations(opened, name):
    function = getattr(similarity_reference, name)
    for group, dataset, members, done in scopes(opened):
        if not dataset:
            continue
        values = of_runs(members, lambda cohort: penultimate(cohort, FEWEST[dataset][0]))
        assert len({x.shape[1] for x, _ in values}) > 1

        def moved(a, b):
            return similarity_reference.spread(function, a[0], b[0], size=2.0**-22 * max(a[1], b[1]))

        expected = all_pairs(lambda a, b: function(a[0], b[0]), values, done)
        tolerance = all_pairs(moved, values, done)
        assert np.nanmax(tolerance) < 1e-3
        assert_pairs(group[name], expected, absolute=4 * tolerance + 4 * ROUNDING)
