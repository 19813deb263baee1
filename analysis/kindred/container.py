"""What population and similarity files share: the checks at opening, attributes, lazily opened groups.

A file may be opened while it is being written: nothing is locked, and every property reads anew.
"""

from __future__ import annotations

import contextlib
import pathlib

import h5py
import numpy as np
import xarray as xr

from kindred.errors import KindredError, MissingFileError, NotKindredFileError, SchemaVersionError

SCHEMA_VERSION = 1
_MADE_BY = {"kindred.population": "kindred train", "kindred.similarity": "kindred compare"}


class Container:
    """An open file of ours. Use it as a context manager, or call `close()`."""

    schema = ""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self._open = contextlib.ExitStack()
        self._file = self._open.enter_context(_open_hdf5(self.path))
        try:
            self._check_schema()
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __repr__(self):
        return f"<{type(self).__name__} {self.path}>"

    def close(self):
        """Closes the file and every dataset that was opened from it."""
        self._open.close()

    @property
    def attrs(self) -> dict:
        """The attributes of the file: schema, created, created_by, libraries, …"""
        return attributes(self.file)

    @property
    def file(self) -> h5py.File:
        """The underlying HDF5 file."""
        if not self._file:
            raise KindredError(f"cannot read {self.path} (it was closed) open it again")
        return self._file

    def open_group(self, group: str) -> xr.Dataset:
        """A group as a labelled dataset; arrays are read when they are used."""
        if group not in self.file:
            raise KindredError(
                f"no group '{group}' in {self.path} (it holds {', '.join(self.file) or 'nothing'}) check the "
                "name"
            )
        try:
            dataset = xr.open_dataset(
                self.path, engine="h5netcdf", group=group, driver_kwds={"locking": False}, decode_cf=False
            )
        except (OSError, ValueError, KeyError, RuntimeError) as why:
            raise NotKindredFileError(
                f"cannot read group '{group}' of {self.path} ({why}) verify the file"
            ) from why
        self._open.callback(dataset.close)
        return dataset

    def _names(self, group: str) -> list[str]:
        return list(self.file[group]) if group in self.file else []

    def _check_schema(self):
        found = self.attrs.get("schema")
        if found != self.schema:
            kind = f"its schema is '{found}'" if found else "it has no attribute 'schema'"
            raise NotKindredFileError(
                f"{self.path} is not a {self.schema} file ({kind}) give a file made by "
                f"`{_MADE_BY[self.schema]}`"
            )
        version = self.attrs.get("schema_version")
        if version != SCHEMA_VERSION:
            raise SchemaVersionError(
                f"cannot read {self.path} (schema_version {version}, this package reads {SCHEMA_VERSION}) "
                "use the kindred package of the version that wrote it"
            )


def attributes(node) -> dict:
    """HDF5 attributes as Python values, texts decoded, without the bookkeeping of dimension scales."""
    hidden = {"CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST", "DIMENSION_LABELS", "_Netcdf4Dimid"}
    return {name: _plain(node.attrs[name]) for name in node.attrs if name not in hidden}


def _plain(value):
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.reshape(())[()]
    if isinstance(value, str):
        value = value.encode("utf-8", "surrogateescape")  # how h5py keeps bytes that are no UTF-8
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value.item() if isinstance(value, np.generic) else value


def _open_hdf5(path: pathlib.Path) -> h5py.File:
    if not path.exists():
        raise MissingFileError(f"cannot open {path} (no such file) check the path")
    if path.is_dir():
        raise NotKindredFileError(f"cannot open {path} (it is a folder) give the file inside it")
    try:
        return h5py.File(path, "r", locking=False)
    except PermissionError as why:
        raise KindredError(f"cannot open {path} (permission denied) ask its owner for read access") from why
    except OSError as why:
        raise NotKindredFileError(f"cannot open {path} (not HDF5, or damaged: {why}) check the path") from why
