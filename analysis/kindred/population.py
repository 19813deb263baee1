"""Population files: what `kindred train` writes."""

from __future__ import annotations

import re
import tomllib

import h5py
import numpy as np
import pandas as pd
import xarray as xr

from kindred.container import Container
from kindred.errors import KindredError, NotKindredFileError

STATES = ("pending", "done", "diverged", "failed")
DEFAULT_OPTIMAL_FRACTION = 0.25
_INGESTED_FRACTION = re.compile(r"^record\.optimal_fraction=(\d+(?:\.\d+)?(?:e-?\d+)?)$", re.MULTILINE)


class Population(Container):
    """An open population file."""

    schema = "kindred.population"

    @property
    def sweep(self) -> str:
        """The sweep file's text."""
        return str(self.attrs.get("sweep", ""))

    @property
    def name(self) -> str:
        """The sweep's name, "" where it has none."""
        return str(self._sweep_table().get("name", ""))

    @property
    def optimal_fraction(self) -> float:
        """The share of the runs in each of the groups `optimal` and `suboptimal`: of the sweep, or of `kindred ingest`
        where there is none."""
        if self.sweep:
            record = self._sweep_table().get("record", {})
            value = record.get("optimal_fraction") if isinstance(record, dict) else None
        else:
            found = _INGESTED_FRACTION.search(str(self.attrs.get("ingest", "")))
            value = float(found[1]) if found else None
        return (
            float(value) if isinstance(value, (int, float)) and 0 < value <= 0.5 else DEFAULT_OPTIMAL_FRACTION
        )

    @property
    def runs(self) -> pd.DataFrame:
        """Every column of `/runs`, one row a run, read anew each time. `state` is categorical."""
        if "runs/run" not in self.file:
            raise NotKindredFileError(
                f"no table of runs in {self.path} (no dataset /runs/run) verify the file"
            )
        group = self.file["runs"]
        index = pd.Index(group["run"][()], name="run")
        columns = {
            name: _column(data)
            for name, data in group.items()
            if name != "run" and isinstance(data, h5py.Dataset) and data.shape == index.shape
        }
        table = pd.DataFrame(columns, index=index)
        if "state" not in table:
            raise NotKindredFileError(f"no states in {self.path} (no dataset /runs/state) verify the file")
        codes = table["state"].to_numpy()
        if codes.size and codes.max() >= len(STATES):
            raise NotKindredFileError(
                f"unknown state {codes.max()} in {self.path} (0 to 3 are known) verify the file"
            )
        table["state"] = pd.Categorical.from_codes(codes.astype(np.int8), categories=STATES)
        return table

    @property
    def cohorts(self) -> list[str]:
        """Names of the cohorts, in creation order."""
        return self._names("cohorts")

    def cohort(self, name: str) -> xr.Dataset:
        """A cohort's arrays, `run` first; only rows whose state is done are meaningful."""
        self._known(name)
        return self.open_group(f"cohorts/{name}")

    def population(self, name: str) -> xr.Dataset:
        """A cohort's summary by `group`: all, optimal, suboptimal. `runs` is 0 until it is computed."""
        self._known(name)
        return self.open_group(f"population/{name}")

    def has_population(self, name: str) -> bool:
        """Whether the file has a place for the cohort's summary (it may not be computed yet)."""
        return f"population/{name}" in self.file

    def _known(self, name: str):
        if name not in self.cohorts:
            raise KindredError(
                f"no cohort '{name}' in {self.path} (it holds {', '.join(self.cohorts) or 'none'}) use one "
                "of these"
            )

    def _sweep_table(self) -> dict:
        try:
            return tomllib.loads(self.sweep)
        except (tomllib.TOMLDecodeError, RecursionError):
            return {}


def open_population(path) -> Population:
    """Opens what `kindred train`, `merge` or `ingest` wrote, also while it is being written.

    Raises MissingFileError, NotKindredFileError or SchemaVersionError."""
    return Population(path)


def _column(data: h5py.Dataset) -> np.ndarray:
    if h5py.check_string_dtype(data.dtype) is not None:
        return data.asstr(errors="replace")[()]
    return data[()]
