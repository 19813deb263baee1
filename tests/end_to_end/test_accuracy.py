"""What the training is for: a dense network learns MNIST as well as such networks do."""

import h5py
import numpy as np
from support import network_inputs, read_idx, representations, train


def test_mlp_learns_mnist(tmp_path, sweep):
    path = sweep({"seeds": [1]}, data__train_limit=None, data__test_limit=None, model__hidden=[128, 64],
                 train__epochs=10, train__learning_rate=0.02, train__momentum=0.9, train__batch_size=64,
                 record__weights="final")
    with h5py.File(train(path, tmp_path / "mnist.h5")) as file:
        (cohort,) = file["cohorts"].values()
        accuracy = cohort["test_accuracy"][0]
        assert accuracy[0] < 0.25 and accuracy[1] > 0.93 and accuracy[-1] >= 0.975
        assert cohort["train_loss"][0, -1] < cohort["train_loss"][0, 1] / 5
        # The accuracy is that of the stored weights, on all test images.
        logits = representations(cohort, cohort["weights"][0, -1], network_inputs(10000))[-1]
        right = np.mean(logits.argmax(axis=1) == read_idx("t10k-labels-idx1-ubyte"))
        assert abs(right - accuracy[-1]) <= 1.5e-4  # one image may lie between two classes
