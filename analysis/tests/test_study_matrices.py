"""Which matrix the study takes of a metric: of all weights where there is one, else the mean over the layers."""

import h5py
import numpy as np
import pytest
from make_files import _Group, _matrix

import kindred
from kindred.study.matrices import matrix

RUNS = 6


def apart(scale, seed):
    """Distances of points on a line."""
    place = np.random.default_rng(seed).uniform(0, scale, RUNS)
    return np.abs(place[:, None] - place[None, :])


@pytest.fixture
def similarity(tmp_path):
    """Node strengths of five layers: a wide one, one that tells the last run from the others, one that is all
    undefined, one that is the same in most runs, and the last."""
    tells = np.ones((RUNS, RUNS)) - np.eye(RUNS)
    tells[-1, :-1] = tells[:-1, -1] = 10
    same = np.zeros((RUNS, RUNS))
    same[0, 1] = same[1, 0] = 1
    layers = [apart(1e6, 1), tells, np.full((RUNS, RUNS), np.nan), same, apart(1, 2)]
    with h5py.File(tmp_path / "s.h5", "w", track_order=True) as file:
        file.attrs.update(schema="kindred.similarity", schema_version=1)
        group = _Group(file, "cohorts/c")
        group.scale("layer", ["input", "fc1", "fc2", "fc3", "head"])
        group.scale("parameter", ["fc1.weight", "all"])
        group.scale("run", np.arange(RUNS))
        group.scale("run_other", np.arange(RUNS))
        _matrix(group, "node_strength", "distance", ["layer"], np.stack(layers))
        _matrix(group, "wasserstein", "distance", ["parameter"], np.stack([layers[0], layers[-1]]))
    with kindred.open_similarity(tmp_path / "s.h5") as opened:
        yield opened, layers


def scaled(values):
    return values / np.median(values[np.triu_indices(RUNS, 1)])


def test_every_layer_counts_alike(similarity):
    opened, layers = similarity
    found = matrix(opened, "c", "node_strength", range(RUNS))
    expected = np.mean([scaled(layers[i]) for i in (0, 1, 4)], axis=0)
    assert found.to_numpy() == pytest.approx(expected, rel=1e-5)
    away = found.to_numpy().sum(axis=1)
    assert away.argmax() == RUNS - 1, "what another layer than the last one tells"


def test_the_scale_is_that_of_all_runs(similarity):
    opened, _ = similarity
    runs = [4, 0, 2]
    whole = matrix(opened, "c", "node_strength", range(RUNS))
    assert matrix(opened, "c", "node_strength", runs).equals(whole.loc[runs, runs])


def test_one_layer_where_asked_and_all_weights_where_there_are(similarity):
    opened, layers = similarity
    one = matrix(opened, "c", "node_strength", range(RUNS), layer="fc1")
    assert one.to_numpy() == pytest.approx(layers[1])
    assert matrix(opened, "c", "wasserstein", range(RUNS)).to_numpy() == pytest.approx(layers[-1])
    assert matrix(opened, "c", "spectral", range(RUNS)) is None


def test_a_run_without_values_in_a_layer_is_left_out(similarity, tmp_path):
    opened, _ = similarity
    path = opened.path
    opened.close()
    with h5py.File(path, "r+") as file:
        file["cohorts/c/node_strength"][1, 3, :] = file["cohorts/c/node_strength"][1, :, 3] = np.nan
    with kindred.open_similarity(path) as again:
        found = matrix(again, "c", "node_strength", range(RUNS))
    assert list(found.index) == [0, 1, 2, 4, 5] and np.isfinite(found.to_numpy()).all()
