"""What `cmake --install` puts elsewhere runs by itself: libraries, sweep files and the MNIST that comes with it."""

import os
import subprocess
from pathlib import Path

import h5py

from support import DONE, PROGRAM, SETTLED


def test_an_installed_program_trains(tmp_path):
    prefix = tmp_path / "installed"
    subprocess.run(["cmake", "--install", Path(PROGRAM).parents[1], "--prefix", prefix], check=True, capture_output=True)
    sweep = tmp_path / "one.toml"
    sweep.write_text("data.train_limit = 500\ntrain.epochs = 1\n")
    clean = {name: value for name, value in os.environ.items() if name not in ("KINDRED_DATA", "LD_LIBRARY_PATH")}
    for arguments in (
        ["plan", prefix / "share/kindred/sweeps/quickstart.toml"],
        ["train", sweep, "-o", tmp_path / "p.h5"],
    ):
        process = subprocess.run(
            [prefix / "bin/kindred", *arguments], cwd=tmp_path, env=clean, capture_output=True, text=True, timeout=120
        )
        assert process.returncode == SETTLED and "warn" not in process.stderr, process.stderr
    with h5py.File(tmp_path / "p.h5") as file:
        assert list(file["runs/state"]) == [DONE]
