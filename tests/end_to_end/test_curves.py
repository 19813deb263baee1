"""Stored outputs, losses and accuracies follow from the stored weights and the images, by numpy in double."""

import h5py
import numpy as np
import pytest

from reference import layers, network_inputs, read_idx, representations
from support import DIVERGED, DONE, train, write_sweep

TEST, TRAIN, PROBES = 500, 2000, 150
# Outputs are products over 784, 16 and 8 terms in float: each term rounds by 2^-24 = 6e-8 of its size and the
# errors average out, so that 28 (the square root of 784) times that is 1.7e-6 of the largest; twice that.
ROUNDING = 3.4e-6


@pytest.fixture(scope="module")
def file(folder):
    sweep = write_sweep(
        folder / "sweep.toml",
        {"seeds": 3, "train.learning_rate": [0.05, 0.01, 1e20], "init.scale": [0.3, 1.0]},
    )
    with h5py.File(train(sweep, folder / "population.h5")) as opened:
        yield opened


def done_rows(file):
    (cohort,) = file["cohorts"].values()
    runs = cohort["run"][:]
    return cohort, [row for row, run in enumerate(runs) if file["runs/state"][run] == DONE]


def losses(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]


def test_outputs_of_the_probes(file):
    cohort, rows = done_rows(file)
    inputs = network_inputs(PROBES)
    assert cohort["logits"].shape[1:] == (PROBES, 10) and len(rows) >= 6
    for row in rows:
        logits = representations(cohort, cohort["weights"][row, -1], inputs)[-1]
        np.testing.assert_allclose(
            cohort["logits"][row], logits, rtol=0, atol=ROUNDING * np.abs(logits).max()
        )


def test_test_curves(file):
    cohort, rows = done_rows(file)
    inputs, labels = network_inputs(TEST), read_idx("t10k-labels-idx1-ubyte")[:TEST]
    doubtful = 0
    assert list(cohort["epoch"]) == list(cohort["weights_snapshot"]) == [0, 1, 2]
    for row in rows:
        for epoch in range(3):
            logits = representations(cohort, cohort["weights"][row, epoch], inputs)[-1]
            loss = losses(logits, labels).mean()
            tolerance = 2 * ROUNDING * np.abs(logits).max()  # two outputs enter a loss, and decide a class
            assert abs(cohort["test_loss"][row, epoch] - loss) <= tolerance + 1e-7 * loss
            best = np.sort(logits, axis=1)
            undecided = np.count_nonzero(best[:, -1] - best[:, -2] < tolerance)
            right = np.count_nonzero(logits.argmax(axis=1) == labels)
            assert abs(cohort["test_accuracy"][row, epoch] * TEST - right) <= undecided + 1e-4
            doubtful += undecided
    assert doubtful < 0.002 * len(rows) * 3 * TEST


def gradient(matrices, inputs, labels):
    """Mean loss over all images, and its derivative by each matrix and bias of a relu network."""
    values = [inputs]
    for matrix, bias in matrices:
        x = values[-1] @ matrix.T + bias
        values.append(np.maximum(x, 0) if len(values) < len(matrices) else x)
    loss = losses(values[-1], labels).mean()
    delta = np.exp(values[-1] - values[-1].max(axis=1, keepdims=True))
    delta /= delta.sum(axis=1, keepdims=True)
    delta[np.arange(len(labels)), labels] -= 1
    delta /= len(labels)
    parts = []
    for (matrix, _), x in zip(reversed(matrices), reversed(values[:-1])):
        parts = [delta.T @ x, delta.sum(axis=0)] + parts
        delta = (delta @ matrix) * (x > 0)
    return loss, np.concatenate([part.ravel() for part in parts])


def test_full_batch_training(folder):
    """With all images in one batch an epoch is one step, which numpy takes too."""
    rate, momentum, decay, epochs = 0.1, 0.8, 0.02, 4
    sweep = write_sweep(
        folder / "batch.toml",
        {"seeds": 2},
        train__batch_size=TRAIN,
        train__epochs=epochs,
        train__learning_rate=rate,
        train__momentum=momentum,
        train__weight_decay=decay,
    )
    inputs = network_inputs(TRAIN, "train-images-idx3-ubyte")
    labels = read_idx("train-labels-idx1-ubyte")[:TRAIN]
    with h5py.File(train(sweep, folder / "batch.h5")) as file:
        cohort, rows = done_rows(file)
        assert np.isnan(cohort["train_loss"][:, 0]).all() and np.isnan(cohort["train_accuracy"][:, 0]).all()
        for row in rows:
            weights = cohort["weights"][row].astype(np.float64)
            velocity = 0
            for epoch in range(epochs):
                loss, slope = gradient(layers(cohort, weights[epoch]), inputs, labels)
                np.testing.assert_allclose(cohort["train_loss"][row, epoch + 1], loss, rtol=1e-5)
                velocity = momentum * velocity + slope + decay * weights[epoch]
                step = weights[epoch + 1] - weights[epoch]
                # A gradient sums 2,000 terms in float; the weights themselves are stored in float.
                limit = 1e-4 * np.abs(rate * velocity).max() + 2**-23 * np.abs(weights[epoch]).max()
                np.testing.assert_allclose(step, -rate * velocity, rtol=0, atol=limit)


def test_results_are_the_last_epoch(file):
    cohort, rows = done_rows(file)
    for row in rows:
        run = cohort["run"][row]
        for name in ("train_loss", "train_accuracy", "test_loss", "test_accuracy"):
            assert file[f"runs/{name}"][run] == cohort[name][row, -1]
        assert file["runs/epochs_completed"][run] == 2


def test_a_diverged_run_keeps_its_curves(file):
    cohort, _ = done_rows(file)
    diverged = np.flatnonzero(file["runs/state"][:] == DIVERGED)
    assert len(diverged) > 0
    for run in diverged:
        row, completed = file["runs/cohort_row"][run], int(file["runs/epochs_completed"][run])
        curve = cohort["test_loss"][row]
        assert np.isfinite(curve[: completed + 1]).all() and np.isnan(curve[completed + 1 :]).all()
        assert file["runs/test_loss"][run] == curve[completed]


def test_settings_are_columns(file):
    runs = file["runs"]
    assert list(runs["run"]) == list(range(18)) and len(set(runs["id"])) == 18
    assert list(runs["seed"]) == [0, 1, 2] * 6
    assert list(runs["train.learning_rate"]) == [0.05] * 6 + [0.01] * 6 + [1e20] * 6
    assert list(runs["init.scale"]) == ([0.3] * 3 + [1.0] * 3) * 3
    assert set(runs["data.train_limit"]) == {2000} and set(runs["model.depth"]) == {-1}
    assert np.isnan(runs["train.beta1"]).all() and set(runs["model.hidden"].asstr()) == {"[16, 8]"}
