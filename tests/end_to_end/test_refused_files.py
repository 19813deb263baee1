"""Damaged, foreign and locked files, and disks that are too small, are refused and left as they are."""

import fcntl
import gzip
import os
import shutil
import signal
import time

import pytest

from refusal import folder_is, refused
from support import INPUT_OUTPUT, SOURCE, STOPPED, USAGE, settled, start, train, wait_for


@pytest.mark.parametrize("name", ["train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"])
@pytest.mark.parametrize("packed", [True, False])
def test_truncated_dataset(tmp_path, sweep, name, packed):
    path = sweep({"seeds": 2})
    data = tmp_path / "data"
    shutil.copytree(SOURCE / "data/mnist", data / "mnist")
    file = data / "mnist" / f"{name}.gz"
    content = file.read_bytes()
    if packed:
        file.write_bytes(content[: len(content) // 2])
    else:
        file.unlink()
        file.with_suffix("").write_bytes(gzip.decompress(content)[:-7])
    refused(INPUT_OUTPUT, [name, "truncated"], "train", path, "-o", tmp_path / "p.h5", "--data", data)
    folder_is(tmp_path, path.name, "data")


def test_population_of_another_sweep(tmp_path, sweep):
    output = train(sweep({"seeds": 2, "train.learning_rate": [0.1, 0.01]}), tmp_path / "p.h5")
    before = output.read_bytes()
    other = sweep({"seeds": 2, "train.learning_rate": [0.1, 0.03]}, train__batch_size=32, record__probes=100)
    refused(
        USAGE,
        ["p.h5", "train.learning_rate", "0.03", "train.batch_size", "64", "32", "record.probes"],
        "train",
        other,
        "-o",
        output,
    )
    assert output.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"not HDF5 at all\n" * 100])
def test_not_a_population(tmp_path, sweep, content):
    path = sweep({"seeds": 2})
    output = tmp_path / "p.h5"
    output.write_bytes(content)
    refused(INPUT_OUTPUT, ["p.h5", "HDF5"], "train", path, "-o", output)
    refused(INPUT_OUTPUT, ["p.h5", "HDF5"], "verify", output)
    assert output.read_bytes() == content
    folder_is(tmp_path, path.name, "p.h5")


def test_too_little_disk(tmp_path, sweep):
    """Hundreds of terabytes: of each run a histogram and quantiles of a million numbers, a million times."""
    path = sweep(
        {"seeds": 10},
        train__epochs=1000000,
        record__histogram_bins=1000000,
        record__quantiles=1000000,
        record__weights="final",
    )
    refused(INPUT_OUTPUT, ["p.h5", "needs", "left"], "train", path, "-o", tmp_path / "p.h5")
    folder_is(tmp_path, path.name)


@pytest.mark.parametrize(
    "host, locked", [(os.uname().nodename, True), ("another-host", False), ("another-host", True)]
)
def test_held_lock(tmp_path, sweep, host, locked):
    path, output = sweep({"seeds": 2}), tmp_path / "p.h5"
    lock = tmp_path / "p.h5.lock"
    now = int(time.time())
    with open(lock, "w+") as file:
        file.write(f"host={host}\nprocess=4242\njob=\nrestart=0\nsince={now}\nheartbeat={now:012}\n")
        file.flush()
        if locked:
            fcntl.flock(file, fcntl.LOCK_EX)
        refused(INPUT_OUTPUT, ["p.h5", host, "4242", "--take-lock"], "train", path, "-o", output)
        folder_is(tmp_path, path.name, "p.h5.lock")
        train(path, output, "--take-lock")
        folder_is(tmp_path, path.name, "p.h5")


def test_lock_of_a_running_train(tmp_path, sweep):
    path, output = sweep({"seeds": 40}, train__epochs=60, record__snapshots="final"), tmp_path / "p.h5"
    process = start("train", path, "-o", output)
    wait_for(lambda: settled(output) >= 1, process)
    refused(INPUT_OUTPUT, ["p.h5", str(process.pid), "--take-lock"], "train", path, "-o", output)
    assert process.poll() is None
    process.send_signal(signal.SIGUSR1)
    process.communicate(timeout=60)
    assert process.returncode == STOPPED
