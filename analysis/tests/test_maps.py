"""Distances, maps and clusters of runs."""

import sys

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from make_files import Plan
from scipy.cluster import hierarchy
from scipy.spatial.distance import pdist, squareform

import kindred
from kindred.clustering import cluster
from kindred.distances import distances
from kindred.embedding import embed, umap_installed


def table(points, labels=None):
    labels = np.arange(len(points)) + 100 if labels is None else labels
    return pd.DataFrame(squareform(pdist(points)), index=labels, columns=labels)


@pytest.fixture
def points():
    return np.random.default_rng(2).normal(size=(30, 2)) * [3, 1]


def test_distances_of_a_file(make):
    plan = Plan(runs=9, states={5: 2})
    with kindred.open_similarity(make(plan)[1]) as similarity:
        matrix = similarity.matrix(plan.cohort, "wasserstein", parameter="all")
        found = distances(matrix)
        assert list(found.index) == [0, 1, 2, 3, 4, 6, 7, 8] == list(found.columns)
        assert found.loc[2, 7] == matrix.sel(run=2, run_other=7).item() and found.loc[3, 3] == 0
        assert list(distances(matrix, [7, 5, 2, 99]).index) == [7, 2]
        cosine = similarity.matrix(plan.cohort, "cosine")
        assert distances(cosine).loc[0, 8] == pytest.approx(1 - cosine.sel(run=0, run_other=8).item())
        with pytest.raises(
            kindred.KindredError, match="'wasserstein' has 3 dimensions .* select one parameter"
        ):
            distances(similarity.matrix(plan.cohort, "wasserstein"))


def test_a_missing_pair_costs_one_run():
    values = squareform(pdist(np.arange(5.0)[:, None]))
    values[1, 3] = values[3, 1] = values[1, 4] = values[4, 1] = np.nan
    matrix = xr.DataArray(values, dims=("run", "run_other"), coords={"run": np.arange(5)}, name="cka")
    assert list(distances(matrix).index) == [0, 2, 3, 4]


@pytest.mark.parametrize("method", ["classical", "metric"])
def test_a_plane_is_found_again(points, method):
    found = embed(table(points), method)
    assert pdist(found.coordinates.to_numpy()) == pytest.approx(pdist(points), rel=1e-2, abs=1e-2)
    assert found.stress < 0.01 and list(found.coordinates.index) == list(np.arange(30) + 100)
    if method == "classical":
        assert found.explained == pytest.approx(1) and found.stress < 1e-6


def test_classical_is_principal_components():
    points = np.random.default_rng(4).normal(size=(20, 5)) * [5, 3, 1, 1, 1]
    found = embed(table(points))
    centred = points - points.mean(axis=0)
    _, size, axes = np.linalg.svd(centred, full_matrices=False)
    places = centred @ axes[:2].T
    assert np.abs(found.coordinates.to_numpy()) == pytest.approx(np.abs(places))
    assert found.explained == pytest.approx((size[:2] ** 2).sum() / (size**2).sum())
    assert (found.coordinates.to_numpy()[np.abs(places).argmax(axis=0), [0, 1]] > 0).all(), "signs are fixed"
    assert embed(table(points), "metric").stress < found.stress


def test_maps_that_cannot_be_made(points, monkeypatch):
    assert embed(table(points[:3])).reason == "too small: 3 runs, 4 are needed"
    assert np.isnan(embed(table(np.zeros((6, 2)))).stress), "all in one place"
    with pytest.raises(kindred.KindredError, match="no embedding 'tsne'"):
        embed(table(points), "tsne")
    monkeypatch.setitem(sys.modules, "umap", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert not umap_installed()
    with pytest.raises(kindred.KindredError, match="umap-learn is missing"):
        embed(table(points), "umap")


def test_umap_is_given_the_distances(points, monkeypatch):
    """A stand-in for the package, which is large: what it is asked for."""

    class Stand:
        class UMAP:
            def __init__(self, **settings):
                assert settings["metric"] == "precomputed" and settings["n_neighbors"] == 15

            def fit_transform(self, values):
                assert values == pytest.approx(squareform(pdist(points)))
                return points.astype("f4")

    monkeypatch.setattr("kindred.embedding.umap_installed", lambda: True)
    monkeypatch.setitem(sys.modules, "umap", Stand)
    assert embed(table(points), "umap").stress < 1e-6


def test_clusters_are_scipys_and_numbered_in_order(points):
    points[:10] += 30
    found = cluster(table(points))
    tree = hierarchy.linkage(pdist(points), method="average")
    expected = hierarchy.fcluster(tree, 4, criterion="maxclust")
    labels = found.labels(4)
    assert (np.equal.outer(labels.values, labels.values) == np.equal.outer(expected, expected)).all()
    assert list(labels[found.order].drop_duplicates()) == [1, 2, 3, 4], "from left to right"
    assert found.cophenetic == pytest.approx(hierarchy.cophenet(tree, pdist(points))[0])
    assert sorted(found.order) == list(range(100, 130))

    def length(order):
        return sum(table(points).loc[a, b] for a, b in zip(order, order[1:]))

    assert length(found.order) <= length(100 + hierarchy.leaves_list(tree)), "neighbours are near"


def test_clusters_of_few():
    assert list(cluster(table(np.ones((1, 2)))).labels(3)) == [1]
    assert len(cluster(pd.DataFrame()).order) == 0
    with pytest.raises(kindred.KindredError, match="some distances are missing"):
        cluster(pd.DataFrame([[0, np.nan], [np.nan, 0]]))
