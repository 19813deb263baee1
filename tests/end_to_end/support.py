"""What the tests share: starting the program as a user does, sweep files, and comparing what it wrote."""

import os
import subprocess
import time
from pathlib import Path

import h5py
import numpy as np

PROGRAM = os.environ["KINDRED_PROGRAM"]
SOURCE = Path(os.environ["KINDRED_SOURCE"])
ENGINE = os.environ.get("KINDRED_TEST_ENGINE", "auto")
MPIRUN = os.environ.get("KINDRED_MPIEXEC", "mpirun")
ENVIRONMENT = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_mpi_yield_when_idle": "1",
    "OMPI_MCA_hwloc_base_binding_policy": "none",
} | os.environ

PENDING, DONE, DIVERGED, FAILED = range(4)
SETTLED, INPUT_OUTPUT, USAGE, SOME_FAILED, STOPPED = 0, 1, 2, 3, 85

# What no promise of equality covers: these columns of /runs, and how busy the ranks were.
VOLATILE = [f"runs/{name}" for name in ("wall_seconds", "finished_unix", "host", "engine", "pack", "message")]
VOLATILE += ["training/busy_seconds", "training/rank_seconds"]

# A network and data so small that a run takes hundredths of a second.
BASE = {
    "data.train_limit": 2000,
    "data.test_limit": 500,
    "model.hidden": [16, 8],
    "train.epochs": 2,
    "record.snapshots": "all",
    "record.weights": "snapshots",
    "record.probes": 150,
}


def command(*arguments, ranks=None):
    launcher = [MPIRUN, "-n", str(ranks)] if ranks else []
    engine = ["--engine", ENGINE] if arguments[:1] == ("train",) and "--engine" not in arguments else []
    return launcher + [PROGRAM, *map(str, arguments), *engine]


def run(*arguments, ranks=None, timeout=120, cwd=None):
    """The finished process, its output as text. `ranks` starts it under mpirun."""
    return subprocess.run(
        command(*arguments, ranks=ranks),
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        timeout=timeout,
        cwd=cwd,
    )


def start(*arguments, ranks=None):
    """The process, running; in a session of its own."""
    return subprocess.Popen(
        command(*arguments, ranks=ranks),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
        start_new_session=True,
    )


def train(sweep, output, *options, ranks=None):
    """Trains everything; returns the output's path."""
    process = run("train", sweep, "-o", output, *options, ranks=ranks)
    assert process.returncode == SETTLED, process.stderr
    return output


def compare(population, output, *options, ranks=None):
    process = run("compare", population, "-o", output, *options, ranks=ranks)
    assert process.returncode == SETTLED, process.stderr
    return output


def toml(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return repr(value)


def write_sweep(path, *blocks, **base):
    """A sweep file of BASE, changed by `base` (dots written as __), with a [[sweep]] for each of `blocks`."""
    settings = BASE | {key.replace("__", "."): value for key, value in base.items()}
    lines = [f"{key} = {toml(value)}" for key, value in settings.items() if value is not None]
    for block in blocks:
        lines.append("[[sweep]]")
        lines += [f"{toml(key) if '.' in key else key} = {toml(value)}" for key, value in block.items()]
    path.write_text("\n".join(lines) + "\n")
    return path


def states(path):
    with h5py.File(path, "r", locking=False) as file:
        return file["runs/state"][:]


def wait_for(condition, process=None, seconds=60):
    """Waits until `condition()` holds; fails when the time is up or the process has ended before."""
    end = time.monotonic() + seconds
    while not condition():
        assert process is None or process.poll() is None, process.communicate()
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def settled(path):
    """How many runs of a file are settled; 0 while it is not there yet."""
    return int(np.count_nonzero(states(path))) if path.exists() else 0


def flip_byte(path, offset):
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 0x40]))


def poke(path, name, index, value):
    """Puts a value into a column of a file, in place: h5py would touch other bytes too."""
    with h5py.File(path, "r", locking=False) as file:
        dataset = file[name]
        offset = dataset.id.get_offset() + index * dataset.dtype.itemsize
        content = np.asarray(value).astype(dataset.dtype).tobytes()
    with open(path, "r+b") as file:
        file.seek(offset)
        file.write(content)


def row_offset(path, name, run):
    """Where a run's row of a cohort's array begins."""
    with h5py.File(path, "r", locking=False) as file:
        array = file["cohorts"][file["runs/cohort"].asstr()[run]][name]
        row = file["runs/cohort_row"][run]
        return array.id.get_offset() + row * (array.id.get_storage_size() // len(array))


def masked(path):
    """The file's bytes without those that may differ between two equal populations."""
    data = bytearray(path.read_bytes())
    with h5py.File(path, "r") as file:
        for name in VOLATILE:
            dataset = file[name].id
            first, size = dataset.get_offset(), dataset.get_storage_size()
            data[first : first + size] = bytes(size)
        created = file.attrs["created"].encode()
    assert data.count(created) == 1
    return bytes(data.replace(created, bytes(len(created))))


def assert_same_population(path, other):
    """Two files hold the same bits, apart from VOLATILE and `created`."""
    ours, theirs = masked(path), masked(other)
    if ours == theirs:
        return
    assert len(ours) == len(theirs)
    byte = next(i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b)
    places = []

    def note(name, item):
        if isinstance(item, h5py.Dataset):
            first = item.id.get_offset()
            if first is not None and first <= byte < first + item.id.get_storage_size():
                places.append(name)

    with h5py.File(path, "r") as file:
        file.visititems(note)
    raise AssertionError(f"{path} and {other} differ at byte {byte}, in {places or 'no dataset'}")
