"""Killing the program and looking at what it left: for test_kill.py, test_faults.py and kill_many.py."""

import os
import signal
from pathlib import Path

import numpy as np

from support import PENDING, run, settled, states, wait_for


def children(process):
    """The process's descendants, itself last."""
    found = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        for child in task.read_text().split():
            found += children(int(child))
    return found + [process]


def is_alive(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def kill(process, which=slice(None)):
    """SIGKILL to the launcher and all its ranks at once; waits until the last one is gone."""
    everyone = children(process.pid)
    for victim in everyone[which]:
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:  # it came to its end a moment ago
            pass
    process.communicate(timeout=60)
    wait_for(lambda: not any(map(is_alive, everyone)))


def check(path):
    """What a kill left is whole: every settled run verifies, and the file can be read."""
    process = run("verify", path)
    assert process.returncode == 0, process.stdout + process.stderr
    assert f"{settled(path)} runs checked, 0 problems" in process.stdout


def assert_nothing_lost(before, path):
    now = states(path)
    kept = before != PENDING
    np.testing.assert_array_equal(now[kept], before[kept])
