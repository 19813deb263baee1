"""PyTorch's files become safetensors with the same values, in the same order; what is none is refused."""

import json
import subprocess
import sys
from collections import OrderedDict

import pytest
import torch

from kindred import convert
from kindred.convert import main

DTYPES = {name: getattr(torch, name) for name in convert.TYPES if hasattr(torch, name)}  # new ones: torch 2.3


def read_safetensors(path):
    """As the format's description says: header length, header, values without gaps."""
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    assert length % 8 == 0 and data[8:9] == b"{"
    header, body = json.loads(data[8 : 8 + length]), data[8 + length :]
    metadata, tensors, at = header.pop("__metadata__"), {}, 0
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        assert start == at
        dtype = next(DTYPES[ours] for ours, theirs in convert.TYPES.items() if theirs == entry["dtype"])
        flat = torch.frombuffer(bytearray(body[start:end] or b"\0" * 8), dtype=dtype)
        tensors[name] = flat[: 0 if start == end else None].reshape(entry["shape"])
        at = end
    assert at == len(body)
    return tensors, metadata


def expect_same(path, expected):
    """Names, order, types, shapes and bits."""
    tensors, _ = read_safetensors(path)
    assert list(tensors) == list(expected)
    for name, value in expected.items():
        assert tensors[name].dtype == value.dtype and tensors[name].shape == value.shape, name
        bits = [each.detach().reshape(-1).contiguous().view(torch.uint8) for each in (tensors[name], value)]
        assert torch.equal(*bits), name


@pytest.fixture
def network():
    torch.manual_seed(1)
    return torch.nn.Sequential(
        OrderedDict(
            z=torch.nn.Conv2d(1, 3, 3),
            b=torch.nn.BatchNorm2d(3),
            flat=torch.nn.Flatten(),
            a=torch.nn.Linear(12, 4),
        )
    )


def test_a_network_keeps_its_order(network, tmp_path, capsys):
    state = network.state_dict()
    assert list(state) != sorted(state) and state["b.num_batches_tracked"].dtype == torch.int64
    torch.save(state, tmp_path / "run0.pt")
    assert main([str(tmp_path)]) == 0
    expect_same(tmp_path / "run0.safetensors", state)
    assert read_safetensors(tmp_path / "run0.safetensors")[1] == {"format": "pt"}
    out = capsys.readouterr().out
    assert "[1/1]" in out and "run0.safetensors: 9 tensors, 95 values" in out
    assert out.endswith("1 converted, 0 refused, 0 there before\n")


def test_all_types_and_shapes(tmp_path):
    nan, inf = float("nan"), float("inf")
    state = {
        name: torch.tensor([0, 1, 2]).to(dtype) if not dtype.is_floating_point
        else torch.tensor([-0.0, 0.1, 6e-8, 1e-40, inf, -inf, nan], dtype=dtype)
        for name, dtype in DTYPES.items()
    }  # fmt: skip
    base = torch.arange(24.0).reshape(4, 6)
    state |= {
        "scalar": torch.tensor(2.5),
        "none": torch.zeros(3, 0, 2),
        "transposed": base.T,
        "row": base[2],
        "tied": base[2],
        "strided": base[:, ::2],
        "expanded": torch.ones(1, 3).expand(2, 3),
        "parameter": torch.nn.Parameter(torch.ones(2)),
        "ü \"'\n": torch.ones(1),
    }
    torch.save(state, tmp_path / "all.bin")
    assert main([str(tmp_path)]) == 0
    expect_same(tmp_path / "all.safetensors", state)


@pytest.mark.parametrize("key", [*convert.CHECKPOINT_KEYS, None])
def test_checkpoints_hold_a_state_dict(network, tmp_path, capsys, key):
    state = network.state_dict()
    optimizer = torch.optim.Adam(network.parameters()).state_dict()
    extra = {"epoch": 3, "optimizer": optimizer, "loss": torch.tensor(0.5)}
    content = {**extra, key: state} if key else {"epoch": 3, **state}
    torch.save(content, tmp_path / "run.pth")
    assert main([str(tmp_path)]) == 0
    expect_same(tmp_path / "run.safetensors", state)
    line = capsys.readouterr().out.splitlines()[1]
    assert line.endswith(": epoch, optimizer, loss" if key else ": epoch")


def test_folders_of_epochs_go_to_another_folder(network, tmp_path):
    source, out = tmp_path / "in", tmp_path / "deep" / "out"
    states = {}
    for name in ("a.pt", "b/0.pt", "b/10.pt", "c/1.pth"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        states[name] = {"w": torch.rand(3)}
        torch.save(states[name], source / name)
    (source / "b" / "deeper").mkdir()
    torch.save({"w": torch.rand(3)}, source / "b" / "deeper" / "1.pt")
    (source / "notes.txt").write_text("no tensors")
    before = sorted(source.rglob("*"))
    assert main([str(source), "-o", str(out)]) == 0
    found = sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())
    assert found == ["a.safetensors", "b/0.safetensors", "b/10.safetensors", "c/1.safetensors"]
    for name, state in states.items():
        expect_same((out / name).with_suffix(".safetensors"), state)
    assert sorted(source.rglob("*")) == before


def test_nothing_is_overwritten_unless_forced(tmp_path, capsys):
    for run in "ab":
        torch.save({"w": torch.ones(2)}, tmp_path / f"{run}.pt")
    target = tmp_path / "a.safetensors"
    target.write_text("mine")
    assert main([str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert target.read_text() == "mine" and "a.safetensors: left as it is (--force writes it again)" in out
    assert out.endswith("1 converted, 0 refused, 1 there before\n")
    assert main([str(tmp_path), "--force"]) == 0
    expect_same(target, {"w": torch.ones(2)})
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [
        ".pt",
        ".pt",
        ".safetensors",
        ".safetensors",
    ]


def test_architecture_is_in_the_metadata(tmp_path, capsys):
    torch.save({"w": torch.ones(2)}, tmp_path / "a.pt")
    text, file = '{"architecture": "mlp",\n "name": "ü"}\n', tmp_path / "architecture.json"
    for wrong in ("[1]", "{", "\udcff"):
        file.write_text(wrong, encoding="utf-8", errors="surrogateescape")
        assert main([str(tmp_path), "--architecture", str(file)]) == 1
        assert "give a file with a JSON object" in capsys.readouterr().err
    assert main([str(tmp_path), "--architecture", str(tmp_path / "none")]) == 1
    assert not (tmp_path / "a.safetensors").exists()
    file.write_text(text, encoding="utf-8")
    assert main([str(tmp_path), "--architecture", str(file)]) == 0
    assert read_safetensors(tmp_path / "a.safetensors")[1] == {"format": "pt", "kindred": text}


@pytest.mark.parametrize(
    "content, words",
    [
        ([torch.ones(2)], "no state dict in .* [(]it holds a list[)] save model.state_dict"),
        (torch.ones(2), "it holds a Tensor"),
        ({}, "no tensor, neither in state_dict, model_state_dict, model"),
        ({"epoch": 3, "model": {"w": [1.0]}}, "no tensor"),
        (torch.nn.Linear(2, 2), "cannot read .*[)] get it again; if it holds more than tensors, save"),
        ({0: torch.ones(2)}, "cannot name a tensor 0"),
        ({"__metadata__": torch.ones(2)}, "cannot name a tensor '__metadata__'"),
        ({"w": torch.ones(2, 2).to_sparse()}, "cannot write tensor 'w' [(]sparse_coo, cpu, float32[)]"),
        (
            {"w": torch.ones(2, dtype=torch.complex64)},
            "cannot write tensor 'w' [(]strided, cpu, complex64[)]",
        ),
        ({"w": torch.ones(2, device="meta")}, "cannot write tensor 'w' [(]strided, meta, float32[)]"),
        (b"", "cannot read .* get it again"),
        (b"PK\x03\x04 cut", "cannot read .* get it again"),
        (b"some text", "cannot read .* get it again"),
    ],
)
def test_what_is_no_state_dict_is_refused(tmp_path, capsys, content, words):
    """With the name of the file; the next one is converted."""
    if isinstance(content, bytes):
        (tmp_path / "bad.pt").write_bytes(content)
    else:
        torch.save(content, tmp_path / "bad.pt")
    torch.save({"w": torch.ones(2)}, tmp_path / "good.pt")
    assert main([str(tmp_path)]) == 1
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1 and str(tmp_path / "bad.pt") in captured.err
    with pytest.raises(convert.KindredError, match=words):
        convert.convert(tmp_path / "bad.pt", tmp_path / "bad.safetensors", {})
    assert captured.out.endswith("1 converted, 1 refused, 0 there before\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.pt", "good.pt", "good.safetensors"]


def test_pickles_run_no_code(tmp_path):
    class Harm:
        def __reduce__(self):
            return open, (str(tmp_path / "harmed"), "w")

    torch.save({"w": Harm()}, tmp_path / "bad.pt")
    assert main([str(tmp_path)]) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["bad.pt"]


def test_folders_are_refused(tmp_path, capsys):
    def refusal(*arguments):
        assert main([str(argument) for argument in arguments]) == 1
        return capsys.readouterr().err

    assert "kindred.convert: nothing to convert in" in refusal(tmp_path)
    assert "No such file or directory" in refusal(tmp_path / "none")
    for ending in (".pt", ".pth"):
        torch.save({"w": torch.ones(2)}, tmp_path / f"a{ending}")
    assert f"({tmp_path / 'a.pt'} and {tmp_path / 'a.pth'}) move one" in refusal(tmp_path)
    (tmp_path / "a.pth").unlink()
    assert "cannot make" in refusal(tmp_path, "-o", tmp_path / "a.pt")
    assert "Not a directory" in refusal(tmp_path / "a.pt")
    with pytest.raises(SystemExit) as stop:
        main([])
    assert stop.value.code == 2


def test_without_torch(tmp_path):
    script = (
        "import sys\n"
        "class WithoutTorch:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'torch': raise ImportError(name)\n"
        "sys.meta_path.insert(0, WithoutTorch())\n"
        "from kindred.convert import main\n"
        "sys.exit(main([sys.argv[1]]))"
    )
    torch.save({"w": torch.ones(2)}, tmp_path / "a.pt")
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr == (
        "kindred.convert: cannot read PyTorch's files (Python has no package torch) pip install torch\n"
    )
