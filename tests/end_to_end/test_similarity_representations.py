"""Matrices of representations equal references in double, of the stored weights and the published images."""

import h5py
import numpy as np
import pytest

import similarity_reference
from reference import network_inputs, representations
from similarity import PROBES, REPRESENTATIONS, ROUNDING, all_pairs, assert_pairs, cohorts, opened, population
from support import compare, train, write_sweep


def slices(opened):
    """(index, name, values of each run, which are done, matrices) of each representation."""
    inputs = network_inputs(PROBES)
    for cohort, group, valid, weights in cohorts(opened):
        of_runs = [representations(cohort, row, inputs) for row in weights]
        names = list(group["representation"].asstr())
        assert len(names) == len(of_runs[0])
        for index, name in enumerate(names):
            yield index, name, [outputs[index] for outputs in of_runs], valid, group


def test_a_representation_without_a_spread_has_no_value(opened):
    for _, _, values, valid, group in slices(opened):
        for name in REPRESENTATIONS:
            undefined = np.isnan(group[name][:][:, np.arange(len(valid)), np.arange(len(valid))])
            constant = [not np.any(np.ptp(outputs, axis=0)) for outputs in values]
            assert (undefined == (constant | ~valid)).all()
            assert len(valid) == 2 or np.count_nonzero(valid & constant) == 1


def test_cka(opened):
    for index, _, values, valid, group in slices(opened):
        expected = all_pairs(similarity_reference.cka, values, valid)
        # The representations themselves are computed in float, as in test_curves.
        assert_pairs(group["cka"][index], expected, absolute=2 * ROUNDING)


@pytest.mark.parametrize("probes", [1000, 3000])
def test_cka_of_many_probes(folder, probes):
    """Sums over all pairs of them are long, and the tolerance is the same."""
    sweep = write_sweep(
        folder / f"probes{probes}.toml",
        {"seeds": 2, "train.learning_rate": [0.1, 0.01]},
        data__test_limit=probes,
        record__snapshots="final",
        record__weights="final",
    )
    population = train(sweep, folder / f"probes{probes}.h5")
    path = compare(population, folder / "many.h5", "--metrics", "cka", "--probes", probes)
    with h5py.File(population) as runs, h5py.File(path) as matrices:
        (cohort,), (group,) = runs["cohorts"].values(), matrices["cohorts"].values()
        inputs = network_inputs(probes)
        of_runs = [representations(cohort, weights[-1], inputs) for weights in cohort["weights"]]
        for index in range(3):
            # HSIC of linear kernels is the squared norm of the cross-covariance.
            values = [outputs[index] - outputs[index].mean(axis=0) for outputs in of_runs]
            norms = np.array([[np.sum((x.T @ y) ** 2) for y in values] for x in values])
            expected = norms / np.sqrt(np.outer(np.diagonal(norms), np.diagonal(norms)))
            assert_pairs(group["cka"][index], expected, absolute=2 * ROUNDING)


def test_cka_debiased(opened):
    """Errors are relative to the matrices' norms, of which the unbiased estimates are a part."""
    differs = 0
    for index, _, values, valid, group in slices(opened):
        expected = all_pairs(similarity_reference.cka_debiased, values, valid)
        share = np.full(len(values), np.nan)
        for run in np.flatnonzero(np.isfinite(np.diagonal(expected))):
            x = similarity_reference.unit(values[run])
            pairs = PROBES * (PROBES - 3)
            share[run] = similarity_reference.unbiased_hsic(x, x) * pairs / np.sum((x @ x.T) ** 2)
        tolerance = 4 * ROUNDING / np.minimum.outer(share, share)
        assert_pairs(group["cka_debiased"][index], expected, absolute=tolerance)
        differs = max(differs, np.nanmax(np.abs(group["cka_debiased"][index] - group["cka"][index])))
    assert differs > 0.001


def test_procrustes(opened):
    """Of the square, 2 - 2 nuclear norms: there the rounding does not grow towards 0."""
    for index, _, values, valid, group in slices(opened):
        expected = all_pairs(similarity_reference.procrustes, values, valid)
        found = group["procrustes"][index].astype(np.float64)
        assert_pairs(found**2, expected**2, absolute=4 * ROUNDING)


@pytest.mark.parametrize("name", ["svcca", "pwcca"])
def test_canonical_correlations(opened, name):
    """Directions of little variance are as uncertain as floats leave them."""
    function = getattr(similarity_reference, name)
    for index, _, values, valid, group in slices(opened):
        expected = all_pairs(function, values, valid)
        moved = all_pairs(lambda x, y: similarity_reference.spread(function, x, y), values, valid)
        assert np.nanmedian(moved) < 1e-4
        assert_pairs(group[name][index], expected, absolute=4 * moved + 2 * ROUNDING)
