"""The population's summaries equal numpy's over the runs that each group should hold."""

import math

import h5py
import numpy as np
import pytest
from scipy import stats

from support import DONE, train, write_sweep

FRACTION = 0.3
NAMES = ["all", "optimal", "suboptimal"]


@pytest.fixture(scope="module")
def file(folder):
    # More runs than a leaf of the reduction has, equal accuracies, and a cohort too small for groups.
    sweep = write_sweep(
        folder / "sweep.toml",
        {"seeds": 11, "train.learning_rate": [0.2, 0.01], "init.scale": [0.1, 1.0, 20.0, 3000.0]},
        {"seeds": 7, "model.hidden": [6]},
        data__train_limit=300,
        data__test_limit=50,
        model__hidden=[4],
        train__epochs=1,
        record__histogram_bins=20,
        record__optimal_fraction=FRACTION,
    )
    with h5py.File(train(sweep, folder / "population.h5", ranks=2)) as opened:
        yield opened


def members(file, cohort):
    """The rows of each group, from the states, accuracies and identities alone."""
    runs = cohort["run"][:]
    done = np.flatnonzero(file["runs/state"][:][runs] == DONE)
    if len(done) < 8:
        return [done, [], []]
    accuracy, identity = file["runs/test_accuracy"][:][runs], file["runs/id"][:][runs]
    ranked = sorted(done, key=lambda row: (-accuracy[row], identity[row]))
    count = math.ceil(FRACTION * len(done))
    return [done, np.sort(ranked[:count]), np.sort(ranked[-count:])]


def groups(file):
    for name, summary in file["population"].items():
        cohort = file["cohorts"][name]
        assert list(summary["group"].asstr()) == NAMES
        for group, rows in enumerate(members(file, cohort)):
            yield summary, cohort, group, rows


def test_counts(file):
    found = [(int(summary["runs"][group]), len(rows)) for summary, _, group, rows in groups(file)]
    assert all(stored == chosen for stored, chosen in found)
    assert max(found)[0] > 64 and (0, 0) in found
    accuracy = file["runs/test_accuracy"][:]
    assert len(np.unique(accuracy[np.isfinite(accuracy)])) < np.count_nonzero(np.isfinite(accuracy))


def test_groups_without_runs_are_empty(file):
    for summary, _, group, rows in groups(file):
        if len(rows) == 0:
            for name in ("moments", "moments_mean", "moments_std", "weight_mean", "weight_variance"):
                assert np.isnan(summary[name][group]).all()
            assert not summary["histogram"][group].any()


def test_histogram_is_the_sum(file):
    for summary, cohort, group, rows in groups(file):
        expected = cohort["histogram"][:][rows].sum(axis=0, dtype=np.uint64) if len(rows) else 0
        np.testing.assert_array_equal(
            summary["histogram"][group], np.broadcast_to(expected, summary["histogram"].shape[1:])
        )


def test_moments_between_runs(file):
    for summary, cohort, group, rows in groups(file):
        if len(rows) == 0:
            continue
        moments = cohort["moments"][:][rows]
        defined = ~np.isnan(moments)
        # A moment that no run has (the skewness of initial biases) stays NaN.
        count = np.where(defined.any(axis=0), defined.sum(axis=0), np.nan)
        mean = np.where(defined, moments, 0).sum(axis=0) / count
        deviation = np.sqrt((np.where(defined, moments - mean, 0) ** 2).sum(axis=0) / count)
        size = np.where(defined, np.abs(moments), 0).max(axis=0)
        for name, expected in (("moments_mean", mean), ("moments_std", deviation)):
            found = summary[name][group]
            np.testing.assert_array_equal(np.isnan(found), np.isnan(expected))
            assert np.nanmax(np.abs(found - expected) / np.maximum(size, 1e-300)) < 1e-12


def test_pooled_moments(file):
    for summary, cohort, group, rows in groups(file):
        if len(rows) == 0:
            continue
        weights = cohort["weights"][:][rows].astype(np.float64)
        for index, (offset, size) in enumerate(zip(cohort["parameter_offset"], cohort["parameter_size"])):
            for snapshot in range(len(cohort["snapshot"])):
                pooled = weights[:, snapshot, offset : offset + size].ravel()
                constant = pooled.max() == pooled.min()
                size_of_mean = np.abs(pooled).mean()
                expected = [
                    (len(pooled), 0),
                    (pooled.mean(), size_of_mean),
                    (pooled.var(), 0),
                    (np.nan if constant else stats.skew(pooled), 1),
                    (np.nan if constant else stats.kurtosis(pooled), 1),
                    (pooled.min(), 0),
                    (pooled.max(), 0),
                    (np.abs(pooled).sum(), 0),
                    (np.sqrt((pooled**2).sum()), 0),
                    (size_of_mean, 0),
                    (np.mean(pooled == 0), 0),
                    (0, 0),
                ]
                for moment, (value, scale) in enumerate(expected):
                    np.testing.assert_allclose(
                        summary["moments"][group, snapshot, index, moment],
                        value,
                        rtol=1e-9,
                        atol=1e-9 * scale,
                        err_msg=str((group, index, snapshot, moment)),
                    )


def test_weights_element_by_element(file):
    for summary, cohort, group, rows in groups(file):
        if len(rows) == 0:
            continue
        weights = cohort["weights"][:][rows].astype(np.float64)
        # Both cancel: the differences to the mean are of the weights' size.
        size = np.abs(weights).max(axis=0) + 1e-300
        assert (np.abs(summary["weight_mean"][group] - weights.mean(axis=0)) <= 1e-13 * size).all()
        assert (np.abs(summary["weight_variance"][group] - weights.var(axis=0)) <= 1e-13 * size**2).all()
