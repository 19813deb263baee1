"""What the training is for: a dense network learns MNIST as well as such networks do."""

import h5py
import numpy as np

from reference import network_inputs, read_idx, representations
from support import train


def test_mlp_learns_mnist(tmp_path, sweep):
    path = sweep(
        {"seeds": 2},
        data__train_limit=None,
        data__test_limit=None,
        model__hidden=[128, 64],
        train__epochs=10,
        train__learning_rate=0.01,
        train__momentum=0.9,
        train__batch_size=64,
        record__weights="final",
    )
    with h5py.File(train(path, tmp_path / "mnist.h5")) as file:
        (cohort,) = file["cohorts"].values()
        accuracy, loss = cohort["test_accuracy"][:], cohort["train_loss"][:]
        assert (
            (accuracy[:, 0] < 0.25).all()
            and (accuracy[:, 1] > 0.93).all()
            and (accuracy[:, -1] >= 0.975).all()
        )
        assert (loss[:, -1] < loss[:, 1] / 5).all()
        # The accuracy is that of the stored weights, on all test images.
        for row in range(2):
            logits = representations(cohort, cohort["weights"][row, -1], network_inputs(10000))[-1]
            right = np.mean(logits.argmax(axis=1) == read_idx("t10k-labels-idx1-ubyte"))
            assert abs(right - accuracy[row, -1]) <= 1.5e-4  # one image may lie between two classes
