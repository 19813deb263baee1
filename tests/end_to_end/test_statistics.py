"""Every statistic that is stored for a run equals numpy's and scipy's of the stored weights."""

import h5py
import numpy as np
import pytest
from scipy import stats

from support import DIVERGED, DONE, train, write_sweep

LOW, HIGH, BINS = -0.5, 0.25, 60
PROBABILITIES = 33
EXACT = ["count", "minimum", "maximum", "zero_fraction", "nonfinite"]


@pytest.fixture(scope="module")
def file(folder):
    # Good runs, runs with weights far outside the histogram, a network that dies, and runs that diverge.
    sweep = write_sweep(
        folder / "sweep.toml",
        {"seeds": 2, "train.learning_rate": [0.1, 10.0], "init.scale": [1.0, 30.0, 3000.0]},
        {"seeds": [7], "init.scheme": ["orthogonal", "normal"], "model.hidden": [5]},
        record__histogram_bins=BINS,
        record__histogram_range=[LOW, HIGH],
        record__quantiles=PROBABILITIES,
    )
    with h5py.File(train(sweep, folder / "population.h5")) as opened:
        yield opened


def test_the_sweep_has_every_kind_of_run(file):
    states = file["runs/state"][:]
    assert np.count_nonzero(states == DONE) >= 8 and np.count_nonzero(states == DIVERGED) >= 1
    assert len(file["cohorts"]) == 2
    rows = {(cohort["run"][row], snapshot) for cohort, row, snapshot, _, _ in parameters(file)}
    diverged = [(run, snapshot) for run, snapshot in rows if states[run] == DIVERGED]
    assert diverged and len(rows) == 3 * np.count_nonzero(states == DONE) + len(diverged)


def parameters(file):
    """(cohort, row, snapshot, index of the parameter, its weights in double) of all that was recorded."""
    for cohort in file["cohorts"].values():
        assert cohort["parameter"].asstr()[-1] == "all"
        offsets, sizes = cohort["parameter_offset"][:], cohort["parameter_size"][:]
        assert offsets[-1] == 0 and sizes[-1] == sizes[:-1].sum() == cohort["weight"].size
        for row, run in enumerate(cohort["run"]):
            done = file["runs/state"][run] == DONE
            for snapshot in range(len(cohort["snapshot"])):
                # A run that diverged has what it had before, and at the end the weights it ended with.
                kept = snapshot < len(cohort["snapshot"]) - 1 and cohort["moments"][row, snapshot, -1, 0] > 0
                if done or kept:
                    weights = cohort["weights"][row, snapshot].astype(np.float64)
                    for index, (offset, size) in enumerate(zip(offsets, sizes)):
                        yield cohort, row, snapshot, index, weights[offset : offset + size]


def reference_moments(weights):
    finite = weights[np.isfinite(weights)]
    constant = finite.max() == finite.min()
    return {
        "count": len(weights),
        "mean": finite.mean(),
        "variance": finite.var(),
        "skewness": np.nan if constant else stats.skew(finite),
        "kurtosis": np.nan if constant else stats.kurtosis(finite),
        "minimum": finite.min(),
        "maximum": finite.max(),
        "l1_norm": np.abs(finite).sum(),
        "l2_norm": np.sqrt((finite**2).sum()),
        "mean_abs": np.abs(finite).mean(),
        "zero_fraction": np.mean(weights == 0),
        "nonfinite": np.count_nonzero(~np.isfinite(weights)),
    }


def test_moments(file):
    checked = 0
    for cohort, row, snapshot, index, weights in parameters(file):
        names = list(cohort["moment"].asstr())
        found = dict(zip(names, cohort["moments"][row, snapshot, index]))
        expected = reference_moments(weights)
        assert list(expected) == names
        # What cancels is compared with the size of its terms: for the mean these are the absolute values, for
        # skewness and kurtosis, of standardised values, of order one.
        scale = {"mean": expected["mean_abs"], "skewness": 1, "kurtosis": 1}
        for name, value in expected.items():
            tolerance = 0 if name in EXACT else 1e-9 * max(abs(value), scale.get(name, 0))
            np.testing.assert_allclose(found[name], value, rtol=0, atol=tolerance, err_msg=name)
            checked += 1
    assert checked > 12 * 3 * 7 * 8


def test_initial_biases_are_constant(file):
    """The case without a spread is among those above."""
    cohort = next(iter(file["cohorts"].values()))
    names = list(cohort["moment"].asstr())
    bias = dict(zip(names, cohort["moments"][0, 0, 1]))
    assert bias["variance"] == 0 and bias["zero_fraction"] == 1
    assert np.isnan(bias["skewness"]) and np.isnan(bias["kurtosis"])


def test_histogram(file):
    edges = LOW + np.arange(BINS + 1) * (HIGH - LOW) / BINS
    outside = 0
    for cohort, row, snapshot, index, weights in parameters(file):
        np.testing.assert_array_equal(cohort["bin"][:], np.concatenate([[-np.inf], edges]))
        bins = np.searchsorted(edges, weights, side="right")
        expected = np.bincount(bins, minlength=BINS + 2)
        found = cohort["histogram"][row, snapshot, index]
        np.testing.assert_array_equal(found, expected)
        outside += int(found[0] > 0 and found[-1] > 0)
    assert outside > 0


def test_quantiles(file):
    for cohort, row, snapshot, index, weights in parameters(file):
        probabilities = cohort["probability"][:]
        np.testing.assert_array_equal(probabilities, np.linspace(0, 1, PROBABILITIES))
        expected = np.quantile(weights, probabilities).astype(np.float32)
        np.testing.assert_array_equal(cohort["quantiles"][row, snapshot, index], expected)


def test_nothing_is_recorded_after_divergence(file):
    for cohort in file["cohorts"].values():
        for row, run in enumerate(cohort["run"]):
            if file["runs/state"][run] != DIVERGED:
                continue
            later = cohort["snapshot"][:] > file["runs/epochs_completed"][run]
            assert later.any() and np.isnan(cohort["moments"][row, later]).all()
            assert file["runs/message"][run].decode().strip()
            assert np.isnan(cohort["test_loss"][row, -1])
