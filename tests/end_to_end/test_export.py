"""A run's network, rebuilt by torch.nn's modules, gives the stored outputs and accuracy."""

import json
import subprocess
import sys

import numpy as np
import pytest
import torch

import kindred
from kindred import export, networks
from reference import read_idx
from support import train, write_sweep

TEST, PROBES = 400, 150
EPOCHS = 2
torch.set_num_threads(1)


@pytest.fixture(scope="module")
def path(folder):
    """Every architecture with every activation; odd image sizes, a head of no hidden layer, several heads."""
    vit = {"model.architecture": "vit", "model.patch": 7, "model.mlp_dim": 20, "model.dropout": [0.2]}
    adam = {"train.optimizer": "adam", "train.learning_rate": 3e-3}
    cnn = {"model.architecture": "cnn", "train.learning_rate": 0.02}
    activations = {"model.activation": ["relu", "tanh", "gelu", "sigmoid"]}
    sweep = write_sweep(
        folder / "sweep.toml",
        {"seeds": 2, "model.hidden": [[16, 8]], "model.dropout": [0.3], **activations},
        {"seeds": 1, **cnn, "model.channels": [[4, 6, 5]], "model.hidden": [[12]], **activations},
        {"seeds": 1, **cnn, "model.channels": [[3, 4]], "model.kernel": 5, "model.hidden": [[]]},
        {"seeds": 1, **vit, **adam, "model.dim": 12, "model.heads": 3, "model.depth": 2, **activations},
        {"seeds": 1, **vit, **adam, "model.dim": 16, "model.heads": 8, "model.depth": 1},
        model__hidden=None,
        data__train_limit=600,
        data__test_limit=TEST,
        train__epochs=EPOCHS,
        train__batch_size=32,
        record__probes=PROBES,
    )
    return train(sweep, folder / "population.h5")


@pytest.fixture(scope="module")
def population(path):
    with kindred.open_population(path) as opened:
        yield opened


LAYERS = (torch.nn.Linear, torch.nn.Conv2d, torch.nn.LayerNorm, torch.nn.MultiheadAttention)


def evaluate(network, count):
    """Outputs in double, so that the rounding is the program's alone, and by how much float may err.

    Vector instructions add n terms as eight or more partial sums, which err by about the square root of n / 8
    times 2^-24 of the values in the network, whatever the order; the errors of the layers add up."""
    network, images = network.double(), probes(count).double()
    layers, largest = [m for m in network.modules() if isinstance(m, LAYERS)], [images.abs().max().item()]
    for layer in layers:
        layer.register_forward_hook(lambda _, __, out: largest.append(values(out).abs().max().item()))
    terms = max(value[0].numel() for value in network.state_dict().values() if value.ndim in (2, 4))
    with torch.no_grad():
        logits = network(images).numpy()
    return logits, len(layers) * np.sqrt(terms / 8) * 2**-24 * max(largest)


def values(output):
    return output[0] if isinstance(output, tuple) else output


def probes(count):
    return export.normalize(read_idx("t10k-images-idx3-ubyte")[:count], "mnist")


def stored(population, run):
    row = population.runs.loc[run]
    return population.file[f"cohorts/{row['cohort']}"], int(row["cohort_row"])


def test_every_kind_of_network_is_there(population):
    runs = population.runs
    assert (runs["state"] == "done").all() and len(population.cohorts) == 5
    assert runs.groupby("model.architecture").size().to_dict() == {"cnn": 5, "mlp": 8, "vit": 5}


def test_outputs_of_the_probes(population):
    for run in population.runs.index:
        group, row = stored(population, run)
        logits, error = evaluate(export.load_network(population, run), PROBES)
        np.testing.assert_allclose(group["logits"][row], logits, rtol=0, atol=error, err_msg=f"run {run}")
        # A user's network is in float and rounds as well.
        with torch.no_grad():
            logits = export.load_network(population, run)(probes(PROBES)).numpy()
        np.testing.assert_allclose(group["logits"][row], logits, rtol=0, atol=2 * error, err_msg=f"run {run}")


def test_small_differences_would_be_seen(population):
    """A layer norm's epsilon of 1e-6, or an approximate GELU, changes outputs by more than the allowed error."""
    changed = 0
    for run in population.runs.index:
        network = export.load_network(population, run)
        expected, error = evaluate(network, PROBES)
        touched = [m for m in network.modules() if isinstance(m, (torch.nn.LayerNorm, torch.nn.GELU))]
        for module in touched:
            module.eps, module.approximate = 1e-6, "tanh"
        assert not touched or np.abs(evaluate(network, PROBES)[0] - expected).max() > 2 * error
        changed += bool(touched)
    assert changed == 8, "two mlps, a cnn and all five vits"


def test_accuracy_of_each_snapshot(population):
    labels = read_idx("t10k-labels-idx1-ubyte")[:TEST]
    undecided_in_all = 0
    for run in population.runs.index:
        group, row = stored(population, run)
        for epoch in range(EPOCHS + 1):
            logits, error = evaluate(export.load_network(population, run, epoch), TEST)
            best = np.sort(logits, axis=1)
            undecided = np.count_nonzero(best[:, -1] - best[:, -2] < 2 * error)
            right = np.count_nonzero(logits.argmax(axis=1) == labels)
            assert abs(group["test_accuracy"][row, epoch] * TEST - right) <= undecided + 1e-4
            undecided_in_all += undecided
    assert undecided_in_all < 0.002 * len(population.runs) * (EPOCHS + 1) * TEST


def test_command(path, population, tmp_path):
    """The best vit as files, rebuilt from each."""
    cohort = next(name for name in population.cohorts if "-vit-" in name)
    expected = export.load_network(population, export.best_run(population, cohort)).state_dict()
    for name in ("model.pt", "model.safetensors"):
        command = [sys.executable, "-m", "kindred.export_command", path, "--best", "--cohort", cohort]
        done = subprocess.run([*map(str, command), "-o", tmp_path / name], capture_output=True, text=True)
        assert done.returncode == 0 and cohort in done.stdout, done.stderr
    saved = torch.load(tmp_path / "model.pt", weights_only=True)
    network = networks.build(saved["architecture"], saved["settings"])
    network.load_state_dict(saved["state_dict"])
    data = (tmp_path / "model.safetensors").read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    for name, value in expected.items():
        assert torch.equal(network.state_dict()[name], value)
        first, last = (8 + length + at for at in header[name]["data_offsets"])
        assert np.array_equal(np.frombuffer(data[first:last], "<f4"), value.numpy().ravel())
