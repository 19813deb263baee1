"""A network rebuilt from a file computes what its weights say; files of parameters; refusals."""

import json
import subprocess
import sys

import h5py
import numpy as np
import pytest
import torch
from make_files import Plan, draw

import kindred
from kindred import export, networks
from kindred.export_command import main

torch.set_num_threads(1)
FUNCTIONS = {
    "relu": lambda x: np.maximum(x, 0),
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "gelu": lambda x: x / 2 * (1 + torch.erf(torch.from_numpy(x / np.sqrt(2))).numpy()),
}


def outputs(plan, weights, x):
    """Of a dense network, in double."""
    at = 0
    for i, (a, b) in enumerate(zip(plan.layers, plan.layers[1:])):
        matrix, bias = weights[at : at + a * b].reshape(b, a), weights[at + a * b : at + a * b + b]
        x = x @ matrix.T + bias
        at += a * b + b
        if i + 2 < len(plan.layers):
            x = FUNCTIONS[plan.activation](x)
    return x


@pytest.mark.parametrize("activation", FUNCTIONS)
def test_network_of_a_run(make, activation):
    plan = Plan(runs=9, activation=activation, dropout=0.25)
    path, _ = make(plan, similarity=False)
    x = np.random.default_rng(3).normal(size=(50, 10))
    with kindred.open_population(path) as population:
        network = export.load_network(population, 4)
        names = [str(p) for p in population.cohort(plan.cohort)["parameter"].values]
    assert list(network.state_dict()) == names[:-1] and not network.training
    assert [m.p for m in network.modules() if isinstance(m, torch.nn.Dropout)] == [0.25]
    with torch.no_grad():
        got = network(torch.from_numpy(x).float()).numpy()
        network.train()
        trained = network(torch.from_numpy(x).float()).numpy()
    expected = outputs(plan, draw(plan)[4][4, -1].astype(float), x)
    # Three sums of at most 10 terms of float rounding, 2^-24 each, as large as the largest output.
    np.testing.assert_allclose(got, expected, rtol=0, atol=3 * 10 * 2**-24 * np.abs(expected).max())
    assert np.abs(trained - got).max() > 1e-3, "dropout acts in training"


def test_odd_images_and_the_transformer():
    torch.manual_seed(1)
    conv = networks.Convolutional([3, 4, 5], 5, [5 * 1 * 2, 7], "tanh", 0.0)
    assert list(dict(conv.named_parameters()))[:3] == ["conv1.weight", "conv1.bias", "conv2.weight"]
    assert conv(torch.rand(6, 3, 7, 9)).shape == (6, 7), "7 x 9, then 3 x 4, then 1 x 2"
    vit = networks.Transformer([3, 8, 12], 7, 4, 6, 2, 3, 10, "gelu", 0.5).eval()
    x = torch.rand(5, 3, 8, 12)
    swapped = torch.cat([x[..., 4:8], x[..., :4], x[..., 8:]], dim=-1)
    with torch.no_grad():
        assert vit.positions.shape == (1, 7, 6) and vit(x).shape == (5, 7)
        assert not torch.allclose(vit(x), vit(swapped), atol=1e-5), "patches know their places"
        vit.positions.zero_()
        torch.testing.assert_close(vit(x), vit(swapped), rtol=0, atol=1e-5)


def test_unknown_networks_are_refused():
    for architecture, activation, words in (("resnet", "relu", "'resnet'"), ("mlp", "swish", "'swish'")):
        with pytest.raises(kindred.KindredError, match=f"unknown .* {words}.* known are"):
            networks.build({"architecture": architecture, "layers": []}, {"model.activation": activation})


def test_normalisation():
    random = np.random.default_rng(1)
    images = random.integers(0, 256, (4, 3, 32, 32), dtype=np.uint8)
    got = export.normalize(images, "cifar10").numpy()
    mean, deviation = np.array([0.4914, 0.4822, 0.4465]), np.array([0.2470, 0.2435, 0.2616])
    expected = (images / 255 - mean.reshape(-1, 1, 1)) / deviation.reshape(-1, 1, 1)
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-6, err_msg="three roundings of values up to 3")
    grey = random.integers(0, 256, (2, 28, 28), dtype=np.uint8)
    assert export.normalize(grey, "mnist").shape == (2, 1, 28, 28)
    assert export.normalize(torch.from_numpy(grey), "fashion-mnist").dtype == torch.float32
    for wrong, dataset in (
        (images.transpose(0, 2, 3, 1), "cifar10"),  # channels last
        (grey[0], "mnist"),
        (grey / 255.0, "mnist"),
        (images, "mnist"),
    ):
        with pytest.raises(kindred.KindredError, match=r"cannot normalise .* \(images of .* are uint8 \["):
            export.normalize(wrong, dataset)
    with pytest.raises(kindred.KindredError, match="unknown dataset 'svhn' .known are mnist"):
        export.normalize(grey, "svhn")


@pytest.mark.parametrize(
    "plan, run, snapshot, words",
    [
        (Plan(runs=9), 9, "final", r"no run 9 in .* \(it holds runs 0 to 8\) use one of these"),
        (Plan(runs=9, states={2: 0}), 2, "final", r"of run 2 in .* \(it is pending\) train it first"),
        (Plan(runs=9, states={2: 2}), 2, "final", r"of run 2 in .* \(it is diverged\) use a done run"),
        (Plan(runs=9, states={2: 3}), 2, "final", r"of run 2 in .* \(it is failed\) use a done run"),
        (Plan(runs=9, weights=False), 2, "final", r'record\.weights = "none"\) train with record\.weights'),
        (Plan(runs=9), 2, 0, r"no weights of run 2 at epoch 0 in .* \(those of epoch 4 were kept\)"),
    ],
)
def test_refusals(make, plan, run, snapshot, words):
    path, _ = make(plan, similarity=False)
    with kindred.open_population(path) as population:
        with pytest.raises(kindred.KindredError, match=words):
            export.load_network(population, run, snapshot)


@pytest.mark.parametrize("damage", ["text", "shape", "name", "layer", "row"])
def test_damaged_files_are_refused(make, damage):
    plan = Plan(runs=9)
    path, _ = make(plan, similarity=False)
    with h5py.File(path, "r+") as file:
        group, architecture = file[f"cohorts/{plan.cohort}"], plan.architecture
        if damage == "shape":
            architecture["parameters"][0]["shape"] = [6, 100]
        if damage == "name":
            architecture["parameters"][0]["name"] = "fc9.weight"
        if damage == "layer":
            architecture["layers"] = []
        if damage == "row":
            file["runs/cohort_row"][3] = 99
        group.attrs["architecture"] = "{" if damage == "text" else json.dumps(architecture)
    with kindred.open_population(path) as population:
        with pytest.raises(kindred.NotKindredFileError, match="cannot rebuild .* run `kindred verify`"):
            export.load_network(population, 3)


def test_best_run(make):
    plan, other = Plan(runs=9, states={1: 2}), Plan(runs=8, dataset="cifar10", seed=5)
    path, _ = make(plan, [other, Plan(runs=2, dataset="none", states={0: 0, 1: 0})], similarity=False)
    with kindred.open_population(path) as population:
        done = population.runs[population.runs["state"] == "done"]
        assert export.best_run(population) == done["test_accuracy"].idxmax()
        assert export.best_run(population, other.cohort) == done["test_accuracy"][8:].idxmax() >= 9
        with pytest.raises(kindred.KindredError, match="no run is done"):
            export.best_run(population, "none-mlp-0a1b2c3d")
        with pytest.raises(kindred.KindredError, match="no cohort 'c'.*it holds mnist"):
            export.best_run(population, "c")


def test_best_of_equals_is_the_lowest_id(make):
    path, _ = make(Plan(runs=9, accuracy=0.5), similarity=False)
    with kindred.open_population(path) as population:
        assert export.best_run(population) == population.runs["id"].idxmin()


def read_safetensors(data):
    """As the format's description says: header length, header, data without gaps."""
    length = int.from_bytes(data[:8], "little")
    header, body = json.loads(data[8 : 8 + length]), data[8 + length :]
    metadata, arrays, at = header.pop("__metadata__"), {}, 0
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        assert start == at and entry["dtype"] == "F32" and length % 8 == 0
        arrays[name] = np.frombuffer(body[start:end], "<f4").reshape(entry["shape"])
        at = end
    assert at == len(body) and all(isinstance(value, str) for value in metadata.values())
    return arrays, {name: json.loads(value) for name, value in metadata.items()}


def test_command_writes_both_kinds(make, tmp_path, capsys):
    path, _ = make(Plan(runs=9, dropout=0.25), similarity=False)
    for name in ("model.pt", "model.safetensors"):
        assert main([str(path), "--best", "-o", str(tmp_path / name)]) == 0
    out = capsys.readouterr().out
    saved = torch.load(tmp_path / "model.pt", weights_only=True)
    arrays, metadata = read_safetensors((tmp_path / "model.safetensors").read_bytes())
    with kindred.open_population(path) as population:
        best = export.best_run(population)
        expected = export.load_network(population, best).state_dict()
        runs = population.runs
    assert f"run {best} of mnist-mlp-0a1b2c3d at epoch 4, 94 weights" in out
    assert list(saved["state_dict"]) == list(arrays) == list(expected)
    for name, value in expected.items():
        assert torch.equal(saved["state_dict"][name], value) and np.array_equal(arrays[name], value)
    assert {k: v for k, v in saved.items() if k != "state_dict"} == metadata
    assert metadata["settings"]["model.dropout"] == 0.25 and metadata["settings"]["model.hidden"] == [6]
    assert "init.seed" not in metadata["settings"], "it does not apply"
    assert metadata["normalization"] == {"mean": [0.1307], "standard_deviation": [0.3081]}
    assert metadata["source"]["run_id"] == runs.loc[best, "id"]
    network = networks.build(saved["architecture"], saved["settings"])
    network.load_state_dict(saved["state_dict"])


def test_command_refuses(make, tmp_path, capsys):
    path, _ = make(Plan(runs=3, states={1: 2}), similarity=False)
    output = str(tmp_path / "m.pt")
    for arguments, code, words in (
        (["--run", "1", "-o", output], 1, "it is diverged"),
        (["--run", "0", "--snapshot", "2", "-o", output], 1, "those of epoch 4 were kept"),
        (["--best", "--cohort", "x", "-o", output], 1, "no cohort 'x'"),
        (["--run", "0", "-o", str(tmp_path / "no" / "m.pt")], 1, "cannot write"),
        (["-o", output], 2, "--run"),
        (["--run", "0", "--best", "-o", output], 2, "not allowed with"),
        (["--run", "0", "--cohort", "x", "-o", output], 2, "--cohort is of no use here"),
        (["--run", "0", "--snapshot", "-1", "-o", output], 2, "is no epoch"),
        (["--run", "0", "-o", str(tmp_path / "m.onnx")], 2, "known are .pt, .pth, .safetensors"),
    ):
        try:
            found = main([str(path), *arguments])
        except SystemExit as stop:
            found = stop.code
        assert found == code and words in capsys.readouterr().err, arguments
    assert [p.name for p in tmp_path.iterdir()] == ["population.h5"]


def test_without_torch(make, tmp_path):
    """The package works, safetensors too; what needs torch says so."""
    path, _ = make(Plan(runs=3), similarity=False)
    script = (
        "import sys\n"
        "class WithoutTorch:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'torch': raise ImportError(name)\n"
        "sys.meta_path.insert(0, WithoutTorch())\n"
        "from kindred.export_command import main\n"
        "arguments = [sys.argv[1], '--run', '0', '-o']\n"
        "codes = [main([*arguments, sys.argv[2] + end]) for end in ('safetensors', 'pt')]\n"
        "assert codes == [0, 1], codes"
    )
    command = [sys.executable, "-c", script, str(path), str(tmp_path / "m.")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Python has no such package) pip install torch" in done.stderr
    assert (tmp_path / "m.safetensors").exists() and not (tmp_path / "m.pt").exists()
