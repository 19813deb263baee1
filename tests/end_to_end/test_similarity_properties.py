"""What the metrics leave unchanged, and that those which are metrics in the strict sense obey the triangle inequality."""

import h5py
import numpy as np
import pytest

from similarity import ROUNDING, cohorts, opened, population
from support import compare, run
from test_ingest import write_model

TRUE_METRICS = ["wasserstein", "wasserstein_standardized", "kolmogorov_smirnov", "jensen_shannon", "moment"]
TRUE_METRICS += ["spectral", "node_strength", "prediction_js", "procrustes"]


@pytest.mark.parametrize("name", TRUE_METRICS)
def test_triangle_inequality(opened, name):
    triples = 0
    for _, group, valid, _ in cohorts(opened):
        if name == "prediction_js" and opened[2] == 0:
            assert name not in group  # logits are kept of the final snapshot alone
            return
        for d in group[name][:].astype(np.float64).reshape(-1, len(valid), len(valid)):
            excess = d[:, None, :] - (d[:, :, None] + d[None, :, :])
            known = ~np.isnan(excess)
            triples += np.count_nonzero(known)
            # A distance's square is rounded for Procrustes, whose distances of equal runs are not quite 0.
            rounding = np.sqrt(ROUNDING) if name == "procrustes" else ROUNDING
            assert np.max(excess[known], initial=0) <= rounding * np.nanmax(d)
    assert triples > 100


def test_rotated_representations(folder, population):
    """A rotation of the last layer's outputs: nothing that is invariant under rotations sees it."""
    path = folder / "rotated.h5"
    path.write_bytes(population.read_bytes())
    rotation = np.linalg.qr(np.random.default_rng(3).normal(size=(10, 10)))[0]
    with h5py.File(path, "r+") as file:
        cohort = list(file["cohorts"].values())[0]
        name, done = cohort.name, np.flatnonzero(file["runs/state"][:][cohort["run"][:]] == 1)
        original, copy = done[-1], done[-2]
        weights = cohort["weights"][original, -1].astype(np.float64)
        width = cohort["parameter_size"][-3] // 10
        weights[-10 * width - 10 : -10] = (rotation @ weights[-10 * width - 10 : -10].reshape(10, -1)).ravel()
        weights[-10:] = rotation @ weights[-10:]
        cohort["weights"][copy, -1] = weights
    metrics = ["cosine", "cka", "cka_debiased", "procrustes", "svcca", "pwcca"]
    options = ["--metrics", ",".join(metrics), "--probes", "120"]
    with h5py.File(compare(path, folder / "rotated_similarity.h5", *options)) as found:
        group = found[name]
        assert list(group["representation"].asstr())[-1] == "logits"
        value = {metric: group[metric][-1, original, copy] for metric in metrics}
    assert value["cosine"] < 0.99  # the weights are others
    for metric in ("cka", "svcca", "pwcca"):
        assert abs(value[metric] - 1) <= 4 * ROUNDING, metric
    assert abs(value["cka_debiased"] - 1) <= 40 * ROUNDING
    assert value["procrustes"] ** 2 <= 4 * ROUNDING


def test_permuted_weights(folder, population):
    """Values of each parameter in another order: the metrics of distributions do not see it."""
    with h5py.File(population) as file:
        cohort = list(file["cohorts"].values())[0]
        done = np.flatnonzero(file["runs/state"][:][cohort["run"][:]] == 1)
        first, other = cohort["weights"][done[-1], -1], cohort["weights"][done[-3], -1]
        names = list(cohort["parameter"].asstr())[:-1]
        ends = np.cumsum(cohort["parameter_size"][:-1])[:-1]
    random = np.random.default_rng(4)
    permuted = np.concatenate([random.permutation(part) for part in np.split(first, ends)])
    models = folder / "models"
    models.mkdir()
    for k, weights in enumerate([first, permuted, other]):
        parts = dict(zip(names, np.split(weights, ends)))
        write_model(models / f"{k}.safetensors", parts)
    process = run("ingest", models, "-o", folder / "ingested.h5")
    assert process.returncode == 0, process.stderr
    metrics = [*TRUE_METRICS[:5], "cosine"]
    options = ["--metrics", ",".join(metrics)]
    with h5py.File(compare(folder / "ingested.h5", folder / "permuted_similarity.h5", *options)) as found:
        (group,) = found["cohorts"].values()
        assert list(group["parameter"].asstr()) == [*names, "all"]
        for metric in metrics:
            values = group[metric][:].astype(np.float64)
            if metric == "cosine":
                assert values[-1, 0, 1] < 0.9  # the angle sees it
                continue
            assert np.nanmax(values[:, 0, 1]) <= 1e-6 * np.nanmax(values), metric
            np.testing.assert_allclose(values[:, 0, 2], values[:, 1, 2], rtol=1e-6, atol=1e-9)
            assert np.nanmax(values[:, 0, 2]) > 0
            if metric in ("wasserstein", "kolmogorov_smirnov", "jensen_shannon"):
                assert not values[:, 0, 1].any(), metric
