"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import pathlib
import tempfile

from kindred.errors import KindredError


def write(path, content: bytes):
    """Writes a file under a temporary name in the same folder and renames it. Raises KindredError."""
    path = pathlib.Path(path)
    try:
        _replace(path, content)
    except OSError as why:
        raise KindredError(
            f"cannot write {path} ({why.strerror or why}) check the folder, its free space and your rights"
        ) from why


def _replace(path: pathlib.Path, content: bytes):
    handle, temporary = tempfile.mkstemp(prefix=path.name + ".", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
