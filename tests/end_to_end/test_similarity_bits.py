"""The same matrices, bit for bit, for any ranks and memory; and at the ends of float's range."""

import h5py
import numpy as np
import pytest

from reference import centred_gram, cosines, network_inputs, representations
from similarity import ROUNDING, bits, is_done, least_memory
from support import SETTLED, compare, run, train, write_sweep

SETTINGS = [{"ranks": 2}, {"ranks": 3}, {"ranks": 4}, {"memory": "least"}, {"ranks": 2, "memory": "least"}]
EVERYTHING = ["--metrics", "all"]


@pytest.fixture(scope="module")
def alone(folder):
    """Cohorts of three, two and one blocks of 64 runs, so that there are several tiles; some runs diverge."""
    sweep = write_sweep(
        folder / "many.toml",
        {"seeds": 33, "train.learning_rate": [0.1, 0.01, 0.001]},
        {"seeds": 33, "init.scale": 1e30},
        {"seeds": 35, "train.learning_rate": [0.1, 0.01], "model.hidden": [4, 3]},
        {"seeds": 3, "model.architecture": "cnn", "model.channels": [2, 2]},
        data__train_limit=200,
        data__test_limit=50,
        model__hidden=[5],
        train__epochs=1,
        record__weights="final",
        record__probes=40,
    )
    population = train(sweep, folder / "many.h5")
    return population, compare(population, folder / "alone.h5", *EVERYTHING)


def test_many_runs(alone):
    population, similarity = alone
    with h5py.File(population) as file, h5py.File(similarity) as found:
        assert sorted(len(cohort["run"]) for cohort in file["cohorts"].values()) == [3, 70, 132]
        assert set(found) == {"cohorts", "dataset", "all"}
        name = next(name for name in found["cohorts"] if len(found["cohorts"][name]["run"]) == 132)
        cohort, group = file["cohorts"][name], found["cohorts"][name]
        weights = cohort["weights"][:, -1].astype(np.float64)
        weights[~is_done(file, cohort)] = np.nan
        np.testing.assert_allclose(group["cosine"][-1], cosines(weights), rtol=0, atol=ROUNDING)
        ordered = np.sort(weights, axis=1)
        expected = [np.abs(ordered - row).mean(axis=1) for row in ordered]
        np.testing.assert_allclose(group["wasserstein"][-1], expected, rtol=ROUNDING, atol=0)


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_ranks_and_memory(folder, alone, setting):
    population, similarity = alone
    options = list(EVERYTHING)
    if "memory" in setting:
        options += ["--memory", least_memory(population, folder / "least.h5", *EVERYTHING)]
    output = folder / f"ranks{setting.get('ranks')}-{setting.get('memory')}.h5"
    found = bits(compare(population, output, *options, ranks=setting.get("ranks")))
    expected = bits(similarity)
    assert found[1] == expected[1]
    assert found[0].keys() == expected[0].keys() and len(found[0]) > 3 * 16
    assert [name for name in found[0] if found[0][name] != expected[0][name]] == []


def test_a_comparison_replaces_an_older_one(folder, alone):
    population, similarity = alone
    path = folder / "again.h5"
    compare(population, path, "--metrics", "cosine")
    process = run("compare", population, "-o", path, *EVERYTHING)
    assert process.returncode == SETTLED
    assert f"{path}: of other runs, options or another build or device, is replaced when" in process.stderr
    assert bits(path) == bits(similarity)


def of_scales(path, scales):
    """A population whose training leaves the initial values as they are, at each of the scales."""
    sweep = write_sweep(
        path.with_suffix(".toml"),
        {"seeds": 3, "init.scale": scales},
        train__epochs=1,
        train__learning_rate=1e-30,
    )
    return train(sweep, path)


def test_cosine_of_tiny_weights(folder):
    """Products of such weights are too small for a float."""
    population = of_scales(folder / "tiny.h5", [1e-22, 1.0])
    with h5py.File(population) as file, h5py.File(compare(population, folder / "cosine.h5")) as found:
        assert set(file["runs/state"]) == {1}
        (cohort,) = file["cohorts"].values()
        (group,) = found["cohorts"].values()
        expected = cosines(cohort["weights"][:, -1].astype(np.float64))
        np.testing.assert_allclose(group["cosine"][-1], expected, rtol=0, atol=ROUNDING)


def test_cka_of_tiny_and_of_huge_networks(folder):
    """The alignment does not depend on the size of the weights, though the products in it do."""
    population = of_scales(folder / "scales.h5", [1e-5, 1.0, 1e5])
    with h5py.File(population) as file, h5py.File(compare(population, folder / "scaled.h5")) as found:
        assert set(file["runs/state"]) == {1}
        (cohort,) = file["cohorts"].values()
        (group,) = found["cohorts"].values()
        inputs = network_inputs(500)
        values = [representations(cohort, weights[-1], inputs) for weights in cohort["weights"]]
        for index in range(3):
            expected = cosines(np.array([centred_gram(outputs[index]) for outputs in values]))
            np.testing.assert_allclose(group["cka"][index], expected, rtol=0, atol=1e-5)
