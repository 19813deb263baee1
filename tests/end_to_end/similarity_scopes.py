"""What the tests of matrices over several cohorts share: networks of several sizes, and what each has."""

import h5py
import numpy as np
import pytest

from similarity import DISTRIBUTIONS, is_done
from support import SOURCE, compare, train, write_sweep
from test_datasets import write_fashion_mnist

PROBES = 120  # of representations; of predictions there are 150, but 100 where there are so many test images
FEWEST = {"mnist": (100, 100), "fashion-mnist": (PROBES, 150)}
BY_ROLE = [*DISTRIBUTIONS, "spectral"]
ON_PROBES = ["cka", "cka_debiased", "procrustes", "agreement", "prediction_js"]
CNN = {"model.architecture": "cnn", "model.channels": [2, 3], "model.hidden": [5]}
VIT = {"model.architecture": "vit", "model.patch": 14, "model.dim": 8, "model.depth": 1, "model.heads": 2}
VIT |= {"model.mlp_dim": 6}


@pytest.fixture(scope="module")
def opened(folder):
    """A population of networks whose last hidden layer is narrower than their logits; its similarities."""
    data = folder / "data"
    write_fashion_mnist(data)
    (data / "mnist").symlink_to(SOURCE / "data/mnist")
    sweep = write_sweep(
        folder / "sweep.toml",
        {"seeds": 2, "model.hidden": [16, 8], "train.learning_rate": [0.1, 1e20]},
        {"seeds": 2, "model.hidden": [6], "data.test_limit": [500, 100]},
        {"seeds": 2, **CNN},
        {"seeds": 2, **VIT},
        {"seeds": 2, "data.dataset": "fashion-mnist", "model.hidden": [16, 8]},
        {"seeds": 2, "data.dataset": "fashion-mnist", **CNN},
        model__hidden=None,
        data__train_limit=1000,
        train__epochs=1,
        record__snapshots="final",
        record__weights="final",
    )
    population = train(sweep, folder / "population.h5", "--data", data)
    with h5py.File(population, "r+") as file:
        file["runs/state"][6] = 0  # as if it were still to do
    options = ["--metrics", "all", "--probes", PROBES, "--data", data]
    similarity = compare(population, folder / "similarity.h5", *options)
    with h5py.File(population) as runs, h5py.File(similarity) as matrices:
        yield runs, matrices


def scopes(opened):
    """(matrices, its dataset, its cohorts, which rows are done) of each scope of several cohorts."""
    runs, matrices = opened
    names = {None: matrices["all"]} | {name: matrices["dataset"][name] for name in matrices["dataset"]}
    for dataset, group in names.items():
        members = [c for c in runs["cohorts"].values() if dataset in (None, c.attrs["dataset"])]
        yield group, dataset, members, np.concatenate([is_done(runs, cohort) for cohort in members])


def of_runs(members, values):
    """values(cohort), [run, ...], of all runs, as a list: their lengths differ."""
    return [row for cohort in members for row in values(cohort)]


def by_role(members, parts, names, values):
    """(index of the role, what each run has there): all, the first, and the last weight matrix."""
    for role, matrix in enumerate([None, 0, -1]):

        def chosen(cohort):
            index = -1
            if matrix is not None:
                index = list(cohort[names].asstr()).index(cohort["matrix"].asstr()[matrix])
            return values(cohort, parts(cohort, index))

        yield role, of_runs(members, chosen)


def of_parameter(cohort, index):
    offset, size = cohort["parameter_offset"][index], cohort["parameter_size"][index]
    return index, slice(offset, offset + size)


def weights_by_role(members):
    return by_role(
        members, of_parameter, "parameter", lambda c, part: c["weights"][:, -1, part[1]].astype(np.float64)
    )


def stored_by_role(members, array):
    return by_role(
        members, of_parameter, "parameter", lambda c, part: c[array][:, -1, part[0]].astype(np.float64)
    )
