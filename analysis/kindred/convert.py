"""`python -m kindred.convert DIR [-o OUT]`: PyTorch's files of weights as safetensors, for `kindred ingest`.

DIR/<run>.pt becomes OUT/<run>.safetensors, DIR/<run>/<epoch>.pt OUT/<run>/<epoch>.safetensors.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import sys
from collections.abc import Mapping

from kindred.errors import KindredError
from kindred.output import write

EXIT_OK, EXIT_FILES = 0, 1
ENDINGS = (".pt", ".pth", ".bin")
CHECKPOINT_KEYS = ("state_dict", "model_state_dict", "model")
TYPES = {
    "float16": "F16",
    "bfloat16": "BF16",
    "float32": "F32",
    "float64": "F64",
    "bool": "BOOL",
    "int8": "I8",
    "uint8": "U8",
    "int16": "I16",
    "uint16": "U16",
    "int32": "I32",
    "uint32": "U32",
    "int64": "I64",
    "uint64": "U64",
}


def find_files(folder: pathlib.Path, output: pathlib.Path) -> list[tuple[pathlib.Path, pathlib.Path]]:
    """The files of PyTorch in a folder and its folders, each with the file that it becomes."""
    try:
        folders = [folder, *sorted(path for path in folder.iterdir() if path.is_dir())]
        files = [path for each in folders for path in sorted(each.iterdir()) if path.suffix in ENDINGS]
    except OSError as why:
        raise KindredError(f"cannot read {folder} ({why.strerror or why}) check its name and rights") from why
    becomes: dict[pathlib.Path, pathlib.Path] = {}
    for path in files:
        target = output / path.relative_to(folder).with_suffix(".safetensors")
        if target in becomes:
            raise KindredError(f"two files for {target} ({becomes[target]} and {path}) move one of them away")
        becomes[target] = path
    if not files:
        raise KindredError(f"nothing to convert in {folder} (no {', '.join(ENDINGS)}) name another folder")
    return [(path, target) for target, path in becomes.items()]


def read_state_dict(path: pathlib.Path) -> tuple[dict, list[str]]:
    """The tensors of a state dict or of a checkpoint with one, in its order; names of what is left out."""
    torch = _require_torch()
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as why:  # its kinds differ between versions and kinds of damage
        detail = (str(why) or type(why).__name__).strip().splitlines()[0][:150]
        raise KindredError(
            f"cannot read {path} ({detail}) get it again; if it holds more than tensors, save model.state_dict()"
        ) from why

    def tensors_of(value) -> dict:
        items = value.items() if isinstance(value, Mapping) else ()
        return {name: item for name, item in items if isinstance(item, torch.Tensor)}

    if not isinstance(content, Mapping):
        kind = type(content).__name__
        raise KindredError(f"no state dict in {path} (it holds a {kind}) save model.state_dict()")
    inner = next((key for key in CHECKPOINT_KEYS if tensors_of(content.get(key))), None)
    weights = content if inner is None else content[inner]
    tensors = tensors_of(weights)
    if not tensors:
        raise KindredError(
            f"no state dict in {path} (no tensor, neither in {', '.join(CHECKPOINT_KEYS)}) save model.state_dict()"
        )
    others = [str(name) for name in content if name != inner] if inner is not None else []
    return tensors, [*(str(name) for name in weights if name not in tensors), *others]


def safetensors_file(tensors: dict, metadata: dict[str, str]) -> bytes:
    """The length of a JSON header (8 bytes, little-endian), the header, the values in the order of the dict.

    That order is why the package safetensors does not write it: it sorts by type and name."""
    torch = _require_torch()
    header, data, at = {"__metadata__": metadata}, [], 0
    for name, tensor in tensors.items():
        kind = str(tensor.dtype).removeprefix("torch.")
        if not isinstance(name, str) or name in header:
            raise KindredError(f"cannot name a tensor {name!r} (names are texts, not __metadata__) rename it")
        if tensor.layout != torch.strided or tensor.device.type != "cpu" or kind not in TYPES:
            what = f"{tensor.layout}, {tensor.device}, {tensor.dtype}".replace("torch.", "")
            raise KindredError(f"cannot write tensor '{name}' ({what}) make it a dense one, of float32 say")
        flat = tensor.detach().resolve_neg().reshape(-1).contiguous()
        data.append(flat.view(torch.uint8).numpy().tobytes())
        end = at + len(data[-1])
        header[name] = {"dtype": TYPES[kind], "shape": list(tensor.shape), "data_offsets": [at, end]}
        at = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return b"".join([len(text).to_bytes(8, "little"), text, *data])


def convert(path: pathlib.Path, target: pathlib.Path, metadata: dict[str, str]) -> str:
    """Converts one file, and says what it held."""
    tensors, left_out = read_state_dict(path)
    try:
        content = safetensors_file(tensors, metadata)
    except KindredError as why:
        raise KindredError(f"{path}: {why}") from why
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as why:
        raise KindredError(f"cannot make {target.parent} ({why.strerror or why}) check your rights") from why
    write(target, content)
    said = f"{target}: {len(tensors)} tensors, {sum(t.numel() for t in tensors.values())} values"
    if left_out:
        shown = ", ".join(left_out[:8]) + (", …" if len(left_out) > 8 else "")
        said += f"\n  left out of {path.name}, as no tensors of the state dict: {shown}"
    return said


def read_metadata(architecture: str | None) -> dict[str, str]:
    """What the header says beside the tensors: the framework, and the text of a JSON file."""
    metadata = {"format": "pt"}
    if architecture is not None:
        try:
            text = pathlib.Path(architecture).read_text(encoding="utf-8")
            if not isinstance(json.loads(text), dict):
                raise ValueError("no JSON object")
        except (OSError, ValueError) as why:
            raise KindredError(f"cannot use {architecture} ({why}) give a file with a JSON object") from why
        metadata["kindred"] = text
    return metadata


def _require_torch():
    try:
        import torch
    except ImportError as why:
        raise KindredError(
            "cannot read PyTorch's files (Python has no package torch) pip install torch"
        ) from why
    return torch


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m kindred.convert",
        description="PyTorch's files of weights as safetensors, for `kindred ingest`.",
    )
    parser.add_argument(
        "folder", metavar="DIR", help=f"with <run>.pt or <run>/<epoch>.pt; endings {', '.join(ENDINGS)}"
    )
    parser.add_argument("-o", "--output", metavar="OUT", help="the folder of the new files (default DIR)")
    parser.add_argument(
        "--architecture", metavar="FILE", help='JSON that describes the networks, put under "kindred"'
    )
    parser.add_argument("--force", action="store_true", help="write files again that are there")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Exit codes: 0; 1 a file cannot be read or written, or is no state dict (the others are done); 2 usage."""
    options = _parser().parse_args(arguments)
    folder = pathlib.Path(options.folder)
    try:
        _require_torch()
        metadata = read_metadata(options.architecture)
        files = find_files(folder, pathlib.Path(options.output or folder))
    except KindredError as why:
        print(f"kindred.convert: {why}", file=sys.stderr)
        return EXIT_FILES
    done = refused = 0
    for number, (path, target) in enumerate(files, 1):
        progress = f"[{number}/{len(files)}]"
        if os.path.lexists(target) and not options.force:
            print(f"{progress} {target}: left as it is (--force writes it again)", flush=True)
            continue
        try:
            print(f"{progress} {convert(path, target, metadata)}", flush=True)
            done += 1
        except KindredError as why:
            print(f"{progress} kindred.convert: {why}", file=sys.stderr, flush=True)
            refused += 1
    print(f"{done} converted, {refused} refused, {len(files) - done - refused} there before")
    return EXIT_FILES if refused else EXIT_OK


if __name__ == "__main__":
    sys.exit(main())
