"""Node strengths, singular values and spectral figures equal numpy's of the stored weights, for each architecture."""

import json
import math

import h5py
import numpy as np
import pytest
from scipy import stats

from support import DONE, run, train, write_sweep

ARCHITECTURES = {
    "mlp": {"model.hidden": [60, 8]},
    "cnn": {"model.channels": [4, 6], "model.hidden": [70]},
    "vit": {"model.dim": 8, "model.heads": 2, "model.depth": 2, "model.mlp_dim": 16},
}
EPSILON = 2.0**-24  # half the distance of 1 to the next float


@pytest.fixture(scope="module")
def path(folder):
    blocks = [{"model.architecture": name, "seeds": 9 if name == "mlp" else 1, **more} for name, more in ARCHITECTURES.items()]
    sweep = write_sweep(folder / "sweep.toml", *blocks, data__train_limit=200, data__test_limit=50,
                        model__hidden=None, train__epochs=1, record__probes=20)  # fmt: skip
    return train(sweep, folder / "population.h5", ranks=2)


@pytest.fixture(scope="module")
def file(path):
    with h5py.File(path) as opened:
        yield opened


def tensors(cohort, weights):
    """A run's parameters by name, in double."""
    parameters = json.loads(cohort.attrs["architecture"])["parameters"]
    offsets = [parameter["offset"] for parameter in parameters][1:]
    parts = np.split(weights.astype(np.float64), offsets)
    return {p["name"]: part.reshape(p["shape"]) for p, part in zip(parameters, parts)}


def node_sums(architecture, t):
    """[(layer, incoming sums, outgoing sums, sum of the absolute weights behind each)] by the definition."""

    def rows(name):
        weight, bias = t[name + "weight"], t[name + "bias"]
        return weight.reshape(len(bias), -1).sum(1) + bias

    def columns(name, channels):
        return t[name + "weight"].reshape(len(t[name + "bias"]), channels, -1).sum((0, 2))

    def ones(name):
        return np.ones(len(t[name + "bias"]))

    if architecture == "mlp":
        return [("input", np.ones(784), columns("fc1.", 784)), ("fc1", rows("fc1."), columns("fc2.", 60)),
                ("fc2", rows("fc2."), columns("fc3.", 8)), ("fc3", rows("fc3."), ones("fc3."))]  # fmt: skip
    if architecture == "cnn":
        return [("input", np.ones(1), columns("conv1.", 1)), ("conv1", rows("conv1."), columns("conv2.", 4)),
                ("conv2", rows("conv2."), columns("fc1.", 6)), ("fc1", rows("fc1."), columns("fc2.", 70)),
                ("fc2", rows("fc2."), ones("fc2."))]  # fmt: skip
    layers = [("input", np.ones(49), columns("embed.", 49))]
    layers.append(("embed", rows("embed."), columns("blocks.0.attn.in_proj_", 8)))
    for block in ("blocks.0.", "blocks.1."):
        values = np.ones(24)
        values[16:] = columns(block + "attn.out_proj.", 8)
        layers.append((block + "attn.in_proj", rows(block + "attn.in_proj_"), values))
        layers.append((block + "attn.out_proj", rows(block + "attn.out_proj."), ones(block + "attn.out_proj.")))
        layers.append((block + "fc1", rows(block + "fc1."), columns(block + "fc2.", 16)))
        layers.append((block + "fc2", rows(block + "fc2."), ones(block + "fc2.")))
    return layers + [("head", rows("head."), ones("head."))]


def networks(file):
    """(cohort, row, snapshot, architecture, tensors) of every stored network."""
    for cohort in file["cohorts"].values():
        architecture = json.loads(cohort.attrs["architecture"])["architecture"]
        for row, run_index in enumerate(cohort["run"]):
            assert file["runs/state"][run_index] == DONE
            for snapshot in range(len(cohort["snapshot"])):
                yield cohort, row, snapshot, architecture, tensors(cohort, cohort["weights"][row, snapshot])


def test_node_strength(file):
    seen = set()
    for cohort, row, snapshot, architecture, parameters in networks(file):
        seen.add(architecture)
        layers = node_sums(architecture, parameters)
        assert list(cohort["layer"].asstr()) == [name for name, _, _ in layers]
        sizes = [len(incoming) for _, incoming, _ in layers]
        np.testing.assert_array_equal(cohort["node_layer"][:], np.repeat(np.arange(len(sizes)), sizes))
        incoming, outgoing = (np.concatenate([layer[i] for layer in layers]) for i in (1, 2))
        # Sums of at most eight floats are rounded (node_strength.hpp), none of them larger than this.
        bound = 8 * EPSILON * max(np.abs(t).sum() for t in parameters.values())
        for name, expected in [("in", incoming), ("out", outgoing)]:
            np.testing.assert_allclose(cohort["strength_" + name][row, snapshot], expected, rtol=EPSILON, atol=bound)
        total = incoming + outgoing
        np.testing.assert_allclose(cohort["node_strength"][row, snapshot], total, rtol=EPSILON, atol=2 * bound)
        fluctuation = [part.std() for part in np.split(total, np.cumsum(sizes)[:-1])]
        np.testing.assert_allclose(cohort["layer_fluctuation"][row, snapshot], fluctuation, atol=2 * bound)
    assert seen == set(ARCHITECTURES)


def power_law(eigenvalues):
    """Clauset, Shalizi & Newman (2009): the exponent and the distance of the best fitting tail, by the book."""
    x, best = np.sort(eigenvalues), (math.nan, math.inf)
    for i in range(len(x) - 1):
        tail = x[i:]
        alpha = 1 + len(tail) / np.log(tail / x[i]).sum()
        distance = np.abs(1 - (tail / x[i]) ** (1 - alpha) - np.arange(len(tail)) / len(tail)).max()
        best = min(best, (alpha, distance), key=lambda fit: fit[1])
    return best


def test_singular_values_and_spectra(file):
    fitted = 0
    for cohort, row, snapshot, architecture, parameters in networks(file):
        names = list(cohort["matrix"].asstr())
        assert names == [n for n, t in parameters.items() if n.endswith("weight") and t.ndim > 1]
        owners, values = cohort["singular_value_matrix"][:], cohort["singular_values"][row, snapshot]
        assert len(values) == len(owners)
        for index, name in enumerate(names):
            matrix = parameters[name].reshape(len(parameters[name]), -1)
            expected = np.linalg.svd(matrix, compute_uv=False)
            np.testing.assert_allclose(values[owners == index], expected, rtol=EPSILON, atol=1e-7 * expected[0])
            share = expected / expected.sum()
            squares = (expected**2).sum()
            figures = [expected[0], np.sqrt(squares), squares / expected[0] ** 2,
                       np.exp(-(share * np.log(share)).sum())]  # fmt: skip
            found = dict(zip(cohort["spectral"].asstr(), cohort["spectrum"][row, snapshot, index]))
            np.testing.assert_allclose(list(found.values())[:4], figures, rtol=1e-9)
            if len(expected) < 50:
                assert math.isnan(found["alpha"]) and math.isnan(found["alpha_ks"])
            else:
                alpha, distance = power_law(expected**2)
                np.testing.assert_allclose([found["alpha"], found["alpha_ks"]], [alpha, distance], rtol=1e-6)
                fitted += 1
    assert fitted >= 2 * (9 + 1)


def test_node_strength_of_the_population(file):
    """Pooled over the runs of a group and the nodes of a layer."""
    for name, summary in file["population"].items():
        cohort = file["cohorts"][name]
        strengths, layers = cohort["node_strength"][:].astype(np.float64), cohort["node_layer"][:]
        found = dict(zip(cohort["moment"].asstr(), np.moveaxis(summary["node_strength_moments"][0], -1, 0)))
        for snapshot in range(strengths.shape[1]):
            for layer in range(layers[-1] + 1):
                pooled = strengths[:, snapshot, layers == layer].ravel()
                at = (snapshot, layer)
                assert found["count"][at] == len(pooled) and found["nonfinite"][at] == 0
                assert found["minimum"][at] == pooled.min() and found["maximum"][at] == pooled.max()
                np.testing.assert_allclose(found["mean"][at], pooled.mean(), atol=1e-12 * np.abs(pooled).max())
                np.testing.assert_allclose(found["variance"][at], pooled.var(), rtol=1e-9)
                if pooled.var() > 0:
                    np.testing.assert_allclose(found["skewness"][at], stats.skew(pooled), rtol=0, atol=1e-9)


def test_the_training_tells_what_statistics_cost(folder):
    sweep = write_sweep(folder / "told.toml", {"seeds": 2})
    process = run("train", sweep, "-o", folder / "told.h5")
    line = [line for line in process.stderr.splitlines() if "statistics, checkpoints and writes" in line]
    assert len(line) == 1 and 0 < float(line[0].split("writes ")[1].split(" %")[0]) < 100


def test_a_file_without_the_arrays_is_not_gone_on_with(folder, path):
    """As an older version left them."""
    sweep = write_sweep(folder / "old.toml", {"seeds": 1})
    old = train(sweep, folder / "old.h5")
    with h5py.File(old, "r+") as file:
        for cohort in file["cohorts"].values():
            del cohort["node_strength"]
    process = run("train", sweep, "-o", old)
    assert process.returncode == 2
    assert f"{old} lacks the array node_strength (it was made by kindred" in process.stderr
