"""How the program refuses: one line that names the problem, an exit code, and nothing left behind."""

import time

from support import run

UNWANTED = ("Traceback", "HDF5-DIAG", "terminate called", "what():", "Aborted", "Segmentation")


def refused(code, words, *arguments, ranks=None):
    """Runs the program and checks how it refused; `words` are what the message has to name."""
    began = time.monotonic()
    process = run(*arguments, ranks=ranks)
    assert time.monotonic() - began < 30
    assert process.returncode == code, process.stderr
    assert process.stdout == "" or ranks  # mpirun says a word of its own there
    messages = [
        line for line in process.stderr.splitlines() if " error " in line or line.startswith("kindred: ")
    ]
    assert len(messages) == 1, process.stderr
    if not ranks:
        assert process.stderr.splitlines() == messages
    for word in words:
        assert word in messages[0]
    assert not any(word in process.stderr + process.stdout for word in UNWANTED)


def folder_is(folder, *names):
    assert sorted(entry.name for entry in folder.iterdir()) == sorted(names)
