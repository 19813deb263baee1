"""What cannot be done is refused before any training, in one line that names the problem, and leaves nothing."""

import fcntl
import gzip
import os
import shutil
import signal
import time

import pytest
from support import (INPUT_OUTPUT, SETTLED, SOURCE, STOPPED, USAGE, run, settled, start, train, wait_for)

UNWANTED = ("Traceback", "HDF5-DIAG", "terminate called", "what():", "Aborted", "Segmentation")


def refused(code, words, *arguments, ranks=None):
    """Runs the program and checks how it refused; `words` are what the message has to name."""
    began = time.monotonic()
    process = run(*arguments, ranks=ranks)
    assert time.monotonic() - began < 30
    assert process.returncode == code, process.stderr
    assert process.stdout == "" or ranks  # mpirun says a word of its own there
    messages = [line for line in process.stderr.splitlines() if " error " in line or line.startswith("kindred: ")]
    assert len(messages) == 1, process.stderr
    if not ranks:
        assert process.stderr.splitlines() == messages
    for word in words:
        assert word in messages[0]
    assert not any(word in process.stderr + process.stdout for word in UNWANTED)


def folder_is(folder, *names):
    assert sorted(entry.name for entry in folder.iterdir()) == sorted(names)


BAD_SWEEPS = {
    "misspelt key": ("train.learning_rat = 0.1", ["train.learning_rat ", "line 3", "train.learning_rate"]),
    "misspelt section": ("trian.epochs = 1", ["trian ", "line 3", "train?"]),
    "misspelt axis": ("[[sweep]]\n\"train.momentun\" = [0.1]", ["train.momentun", "train.momentum", "line 4"]),
    "wrong type": ('train.epochs = "ten"', ["train.epochs", "ten", "integer"]),
    "impossible value": ("train.learning_rate = -1.0", ["train.learning_rate", "-1.0"]),
    "no probability": ("train.momentum = 1.5", ["train.momentum", "[0, 1)"]),
    "unknown word": ('model.activation = "rely"', ["model.activation", "rely", "relu"]),
    "empty axis": ('[[sweep]]\n"train.learning_rate" = []', ["train.learning_rate", "empty"]),
    "swept record": ('[[sweep]]\n"record.probes" = [1, 2]', ["record.probes", "[record]"]),
    "snapshot too late": ("record.snapshots = [0, 99]", ["record.snapshots", "99", "10"]),
    "no TOML": ("train.epochs = = 3", ["TOML", "line 3"]),
    "no seeds": ("[[sweep]]\nseeds = 0", ["seeds", "0"]),
}


@pytest.mark.parametrize("name", BAD_SWEEPS)
def test_sweep_files(tmp_path, name):
    text, words = BAD_SWEEPS[name]
    path = tmp_path / "sweep.toml"
    path.write_text('name = "bad"\ndata.train_limit = 100\n' + text + "\n")
    refused(USAGE, words, "train", path, "-o", tmp_path / "p.h5")
    folder_is(tmp_path, "sweep.toml")


@pytest.mark.parametrize("arguments, words", [
    (["tran", "a.toml"], ["tran"]), ([], ["subcommand"]), (["train", "a.toml"], ["--output"]), (["status"], ["POPULATION"]),
    (["train", "a.toml", "-o", "p.h5", "--packs", "3"], ["--packs"]),
    (["status", "p.h5", "--log-level", "loud"], ["loud"]),
    (["train", "a.toml", "-o", "p.h5", "--time-limit", "soon"], ["--time-limit", "soon"]),
    (["train", "a.toml", "-o", "p.h5", "--pack", "0"], ["--pack", "0"]),
], ids=str)
def test_command_lines(arguments, words):
    refused(USAGE, words, *arguments)


def test_missing_files_and_folders(tmp_path, sweep):
    path = sweep({"seeds": 2})
    refused(USAGE, ["none.toml"], "train", tmp_path / "none.toml", "-o", tmp_path / "p.h5")
    refused(INPUT_OUTPUT, ["nowhere"], "train", path, "-o", tmp_path / "nowhere/p.h5")
    # A folder in which nobody, not even root, can make a file.
    refused(INPUT_OUTPUT, ["/proc/self"], "train", path, "-o", "/proc/self/p.h5")
    refused(INPUT_OUTPUT, [str(tmp_path)], "train", path, "-o", tmp_path)
    refused(INPUT_OUTPUT, ["elsewhere", "mnist"], "train", path, "-o", tmp_path / "p.h5", "--data", "elsewhere")
    for verb in ("status", "verify"):
        refused(INPUT_OUTPUT, ["none.h5"], verb, tmp_path / "none.h5")
    refused(INPUT_OUTPUT, ["none.h5"], "compare", tmp_path / "none.h5", "-o", tmp_path / "s.h5")
    folder_is(tmp_path, path.name)
    assert not tmp_path.with_name(tmp_path.name + ".lock").exists()


@pytest.mark.parametrize("name", ["train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"])
@pytest.mark.parametrize("packed", [True, False])
def test_truncated_dataset(tmp_path, sweep, name, packed):
    path = sweep({"seeds": 2})
    data = tmp_path / "data"
    shutil.copytree(SOURCE / "data/mnist", data / "mnist")
    file = data / "mnist" / f"{name}.gz"
    content = file.read_bytes()
    if packed:
        file.write_bytes(content[:len(content) // 2])
    else:
        file.unlink()
        file.with_suffix("").write_bytes(gzip.decompress(content)[:-7])
    refused(INPUT_OUTPUT, [name, "truncated"], "train", path, "-o", tmp_path / "p.h5", "--data", data)
    folder_is(tmp_path, path.name, "data")


def test_population_of_another_sweep(tmp_path, sweep):
    output = train(sweep({"seeds": 2, "train.learning_rate": [0.1, 0.01]}), tmp_path / "p.h5")
    before = output.read_bytes()
    other = sweep({"seeds": 2, "train.learning_rate": [0.1, 0.03]}, train__batch_size=32, record__probes=100)
    refused(USAGE, ["p.h5", "train.learning_rate", "0.03", "train.batch_size", "64", "32", "record.probes"],
            "train", other, "-o", output)
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
    """Hundreds of terabytes: each run has a histogram and quantiles of a million numbers for a million epochs."""
    path = sweep({"seeds": 10}, train__epochs=1000000, record__histogram_bins=1000000, record__quantiles=1000000,
                 record__weights="final")
    refused(INPUT_OUTPUT, ["p.h5", "needs", "left"], "train", path, "-o", tmp_path / "p.h5")
    folder_is(tmp_path, path.name)


@pytest.mark.parametrize("host, locked", [(os.uname().nodename, True), ("another-host", False), ("another-host", True)])
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
    path, output = sweep({"seeds": 40}, train__epochs=20), tmp_path / "p.h5"
    process = start("train", path, "-o", output)
    wait_for(lambda: settled(output) >= 1, process)
    refused(INPUT_OUTPUT, ["p.h5", str(process.pid), "--take-lock"], "train", path, "-o", output)
    assert process.poll() is None
    process.send_signal(signal.SIGUSR1)
    process.communicate(timeout=60)
    assert process.returncode == STOPPED


def test_with_several_ranks(tmp_path, sweep):
    """The message comes once, and every rank ends with the same code."""
    path = sweep({"seeds": 2})
    bad = sweep(train__epoch=3)
    output = tmp_path / "p.h5"
    refused(USAGE, ["train.epoch ", "train.epochs"], "train", bad, "-o", output, ranks=2)
    refused(USAGE, ["--packs"], "train", path, "-o", output, "--packs", "3", ranks=2)
    refused(INPUT_OUTPUT, ["elsewhere"], "train", path, "-o", output, "--data", "elsewhere", ranks=2)
    folder_is(tmp_path, path.name, bad.name)
    output.write_bytes(b"no HDF5")
    refused(INPUT_OUTPUT, ["p.h5"], "train", path, "-o", output, ranks=3)
    refused(INPUT_OUTPUT, ["p.h5"], "compare", output, "-o", tmp_path / "s.h5", ranks=2)
    folder_is(tmp_path, path.name, bad.name, "p.h5")
    output.unlink()
    train(path, output, ranks=2)
    refused(USAGE, ["p.h5", "seed"], "train", sweep({"seeds": 3}), "-o", output, ranks=2)
    assert run("train", path, "-o", output, ranks=2).returncode == SETTLED
