"""Representations of every architecture and activation are those of torch.nn's modules, in double."""

import h5py
import numpy as np
import pytest
import torch

import kindred
import similarity_reference
from kindred import export
from reference import read_idx
from similarity import ROUNDING, all_pairs, assert_pairs
from support import compare, train, write_sweep

PROBES = 300  # more than are evaluated at once
torch.set_num_threads(1)


@pytest.fixture(scope="module")
def paths(folder):
    cnn = {"model.architecture": "cnn", "model.channels": [[4, 6]], "model.hidden": [[12]]}
    vit = {"model.architecture": "vit", "model.patch": 7, "model.dim": 12, "model.heads": 3, "model.depth": 2}
    vit |= {"model.mlp_dim": 20, "train.optimizer": "adam", "train.learning_rate": 3e-3}
    activations = {"model.activation": ["relu", "tanh", "gelu", "sigmoid"]}
    sweep = write_sweep(
        folder / "sweep.toml",
        {"seeds": 1, "model.hidden": [[16, 8]], **activations},
        {"seeds": 1, **cnn, **activations},
        {"seeds": 1, **vit, **activations},
        model__hidden=None,
        data__train_limit=600,
        train__epochs=1,
        record__snapshots="final",
        record__weights="final",
    )
    population = train(sweep, folder / "population.h5")
    options = ["--metrics", "cka,procrustes", "--probes", str(PROBES)]
    return population, compare(population, folder / "similarity.h5", *options)


def representations(network, images):
    """Of an mlp and a cnn what each activation gives, of images the mean of each channel; of a transformer the
    class token after each block and the final norm; then the logits."""
    found = []

    def keep(_, __, output):
        found.append(output.mean((2, 3)) if output.ndim == 4 else output[:, 0] if output.ndim == 3 else output)

    blocks = getattr(network, "blocks", None)
    for module in [network.activation] if blocks is None else [*blocks, network.norm]:
        module.register_forward_hook(keep)
    with torch.no_grad():
        found.append(network.double()(images.double()))
    return [values.numpy() for values in found]


def test_representations(paths):
    images = export.normalize(read_idx("t10k-images-idx3-ubyte")[:PROBES], "mnist")
    kinds = set()
    with kindred.open_population(paths[0]) as population, h5py.File(paths[1]) as matrices:
        for name, group in matrices["cohorts"].items():
            runs = group["run"][:]
            assert len(runs) == 4
            of_runs = [representations(export.load_network(population, run), images) for run in runs]
            names = list(group["representation"].asstr())
            assert len(names) == len(of_runs[0]) and names[-2:] == ["penultimate", "logits"]
            kinds.add(len(names))
            for index in range(len(names)):
                values = [outputs[index] for outputs in of_runs]
                expected = all_pairs(similarity_reference.cka, values, np.ones(4, bool))
                # A network's own rounding is a part of its values, of which the spread is another.
                spread = max(np.abs(x).max() / x.std(axis=0).max() for x in values)
                assert_pairs(group["cka"][index], expected, absolute=ROUNDING * (2 + spread))
                expected = all_pairs(similarity_reference.procrustes, values, np.ones(4, bool))
                found = group["procrustes"][index].astype(np.float64)
                assert_pairs(found**2, expected**2, absolute=ROUNDING * (4 + spread))
                assert np.nanmin(group["cka"][index]) < 0.99  # networks that differ are told apart
    assert kinds == {3, 4}


def test_scipy_and_scikit_learn_agree(paths):
    """Their own Procrustes analysis and canonical correlations, of the representations of dense networks."""
    from scipy.linalg import orthogonal_procrustes
    from sklearn.cross_decomposition import CCA

    images = export.normalize(read_idx("t10k-images-idx3-ubyte")[:PROBES], "mnist")
    similarity = compare(paths[0], paths[1].with_name("cca.h5"), "--metrics", "svcca,procrustes", "--probes", PROBES)
    with kindred.open_population(paths[0]) as population, h5py.File(similarity) as matrices:
        name = next(name for name in matrices["cohorts"] if "-mlp-" in name)
        group = matrices["cohorts"][name]
        values = [representations(export.load_network(population, run), images)[1] for run in group["run"]]
        for i, j in [(0, 1), (1, 2), (0, 3)]:
            x, y = similarity_reference.unit(values[i]), similarity_reference.unit(values[j])
            turn, _ = orthogonal_procrustes(x, y)
            assert abs(group["procrustes"][1, i, j] - np.linalg.norm(x @ turn - y)) < 1e-4
            u, v = (similarity_reference.left_vectors(z, similarity_reference.share_of_variance) for z in (x, y))
            count = min(u.shape[1], v.shape[1])
            a, b = CCA(count, scale=False, max_iter=5000, tol=1e-12).fit_transform(u, v)
            correlations = [np.corrcoef(a[:, k], b[:, k])[0, 1] for k in range(count)]
            assert abs(group["svcca"][1, i, j] - np.mean(correlations)) < 1e-3
