"""The memory that `plan` foretells is what a rank of `train` then holds."""

import json
import re

import pytest

from support import SETTLED, run

UNITS = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
ARCHITECTURES = {
    "mlp": {},
    "cnn": {"model.architecture": "cnn", "model.hidden": [32]},
    "vit": {"model.architecture": "vit", "model.hidden": None, "train.optimizer": "adam"},
    # Its statistics over the population take more than its training.
    "wide": {"model.hidden": [512, 512]},
}


def planned(path, ranks):
    process = run("plan", path, "--ranks", ranks, "--device", "cpu", "--json")
    assert process.returncode == SETTLED, process.stderr
    return json.loads(process.stdout)["memory_bytes"]


def needed(path, output, ranks):
    process = run("train", path, "-o", output, "--device", "cpu", ranks=ranks)
    assert process.returncode == SETTLED, process.stderr
    value, unit = re.search(r"peak memory ([\d.]+) (\w+) per rank", process.stderr).groups()
    return float(value) * UNITS[unit]


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_plan_memory(tmp_path, sweep, name):
    settings = {key.replace(".", "__"): value for key, value in ARCHITECTURES[name].items()}
    path = sweep({"seeds": 20}, train__epochs=1, **settings)
    for ranks in (1, 2):
        foretold = planned(path, ranks)
        assert foretold == pytest.approx(needed(path, tmp_path / f"{ranks}.h5", ranks), rel=0.2)
