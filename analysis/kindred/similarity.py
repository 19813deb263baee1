"""Similarity files: what `kindred compare` writes."""

from __future__ import annotations

import h5py
import numpy as np
import xarray as xr

from kindred.container import Container, attributes
from kindred.errors import KindredError

_DEFAULT_SLICE = {"parameter": "all", "representation": "penultimate", "role": "all"}


class Similarity(Container):
    """An open similarity file. A *scope* is a cohort's name, `dataset/<d>`, or `all` (every run)."""

    schema = "kindred.similarity"

    @property
    def cohorts(self) -> list[str]:
        """Names of the cohorts that were compared."""
        return self._names("cohorts")

    @property
    def scopes(self) -> list[str]:
        """Cohorts, then `dataset/<d>` for each dataset and `all` where these were computed."""
        wider = [f"dataset/{name}" for name in self._names("dataset")]
        return self.cohorts + wider + (["all"] if "all" in self.file else [])

    def metrics(self, scope: str) -> list[str]:
        """Names of the matrices of a cohort (or wider scope)."""
        group = self.file[self._group(scope)]
        return [
            name for name, data in group.items() if isinstance(data, h5py.Dataset) and "kind" in data.attrs
        ]

    def dataset(self, scope: str) -> xr.Dataset:
        """Every matrix of a cohort (or wider scope), labelled; they are read when they are used."""
        return self.open_group(self._group(scope))

    def matrix(self, scope: str, metric: str, **slice: str) -> xr.DataArray:
        """A metric between all pairs of runs, read into memory, labelled `run` and `run_other`.

        `slice` selects one parameter, representation or role, as in `parameter="fc1.weight"`; without it all
        are returned. Attributes: kind (distance or similarity), definition, snapshot, range, undefined.
        """
        if metric not in self.metrics(scope):
            raise KindredError(
                f"no metric '{metric}' of {scope} in {self.path} (it holds "
                f"{', '.join(self.metrics(scope)) or 'none'}) use one of these, or name it in `kindred "
                "compare --metrics`"
            )
        with self.open_group(self._group(scope)) as dataset:
            array = dataset[metric]
            for dimension, label in slice.items():
                array = _select(array, metric, dimension, label)
            array = array.load()
        array.attrs = attributes(self.file[f"{self._group(scope)}/{metric}"])
        return array

    def default_slice(self, scope: str, metric: str) -> dict[str, str]:
        """The slice a summary looks at: all parameters together, the penultimate representation, the last layer."""
        data = self.file[f"{self._group(scope)}/{metric}"]
        names = [scale[0].name.rsplit("/", 1)[-1] if len(scale) else "" for scale in data.dims]
        for dimension in names[:-2]:
            scale = self.file[self._group(scope)][dimension]
            labels = list(scale.asstr()[()])
            wanted = _DEFAULT_SLICE.get(dimension)
            return {dimension: wanted if wanted in labels else str(labels[-1])}
        return {}

    def _group(self, scope: str) -> str:
        if scope in self.cohorts:
            return f"cohorts/{scope}"
        if scope in self.scopes:
            return scope
        raise KindredError(
            f"no cohort '{scope}' in {self.path} (it holds {', '.join(self.scopes) or 'none'}) use one of "
            "these"
        )


def open_similarity(path) -> Similarity:
    """Opens what `kindred compare` wrote.

    Raises MissingFileError, NotKindredFileError or SchemaVersionError."""
    return Similarity(path)


def _select(array: xr.DataArray, metric: str, dimension: str, label: str) -> xr.DataArray:
    if dimension not in array.dims[:-2]:
        has = f"its dimensions are {', '.join(map(str, array.dims))}"
        raise KindredError(
            f"'{metric}' has no slices by '{dimension}' ({has}) leave it out or use one of these"
        )
    labels = [str(value) for value in np.atleast_1d(array[dimension].values)]
    if label not in labels:
        raise KindredError(
            f"'{metric}' has no {dimension} '{label}' (it has {', '.join(labels)}) use one of these"
        )
    return array.isel({dimension: labels.index(label)})
