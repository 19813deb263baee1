"""Maps of the runs in two dimensions, from their distances."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.linalg import eigh

from kindred.errors import KindredError
from kindred.estimates import SEED

METHODS = ("classical", "metric", "umap")
_FEWEST = 4  # runs that a map is made of


@dataclass(frozen=True)
class Embedding:
    """Places of the runs such that distances on the map are like those between the runs."""

    method: str
    coordinates: pd.DataFrame  # by run; columns "1", "2", …
    explained: float = np.nan  # classical: share of the positive eigenvalues that these dimensions hold
    stress: float = np.nan  # Kruskal's stress-1: 0 where the map has the distances themselves
    reason: str = ""  # why there is no map


def umap_installed() -> bool:
    """Whether `umap` can be asked for (pip install umap-learn)."""
    return importlib.util.find_spec("umap") is not None


def embed(distance: pd.DataFrame, method: str = "classical", dimensions: int = 2) -> Embedding:
    """A map of a square table of distances (`kindred.distances.distances`).

    `classical` scaling (Torgerson 1952) is exact for Euclidean distances; `metric` moves its places to
    least stress (SMACOF, de Leeuw 1977; n² work a step); `umap` keeps neighbours (McInnes et al. 2018).
    Signs are fixed: each dimension's largest coordinate is positive. Stress compares distances up to one
    factor."""
    if method not in METHODS:
        raise KindredError(f"no embedding '{method}' (there are {', '.join(METHODS)}) use one of these")
    values = distance.to_numpy(float)
    n = len(values)
    if n < _FEWEST:
        empty = pd.DataFrame(columns=[str(i + 1) for i in range(dimensions)], dtype=float)
        return Embedding(method, empty, reason=f"too small: {n} runs, {_FEWEST} are needed")
    places, explained = _classical(values, dimensions)
    if method == "metric":
        places, explained = _metric(values, places), np.nan
    elif method == "umap":
        places, explained = _umap(values, dimensions), np.nan
    largest = places[np.abs(places).argmax(axis=0), np.arange(dimensions)]
    places = (places - places.mean(axis=0)) * np.where(largest < 0, -1, 1)
    names = [str(i + 1) for i in range(dimensions)]
    coordinates = pd.DataFrame(places, index=distance.index, columns=names)
    return Embedding(method, coordinates, explained, _stress(values, places))


def _classical(values: np.ndarray, dimensions: int) -> tuple[np.ndarray, float]:
    squared = values**2
    row = squared.mean(axis=0)
    gram = -(squared - row[:, None] - row[None, :] + row.mean()) / 2
    n = len(gram)
    size, vectors = eigh(gram, subset_by_index=[n - dimensions, n - 1])
    size, vectors = np.maximum(size[::-1], 0), vectors[:, ::-1]
    # The sum of all eigenvalues is the trace; of the positive ones, half of it and of the sum of their sizes.
    positive = np.linalg.eigvalsh(gram).clip(min=0).sum() if n <= 2000 else max(np.trace(gram), size.sum())
    return vectors * np.sqrt(size), float(size.sum() / positive) if positive > 0 else np.nan


def _metric(values: np.ndarray, start: np.ndarray) -> np.ndarray:
    from sklearn.manifold import smacof

    # A start without spread in a dimension would stay in it.
    spread = np.sqrt((values**2).mean())
    start = start + np.random.default_rng(SEED).normal(0, 1e-3 * (spread or 1), start.shape)
    places, _ = smacof(
        values,
        metric=True,
        n_components=start.shape[1],
        init=start,
        n_init=1,
        max_iter=300,
        eps=1e-6,
        normalized_stress=False,
        random_state=0,
    )
    return places


def _umap(values: np.ndarray, dimensions: int) -> np.ndarray:
    if not umap_installed():
        raise KindredError("no UMAP (the package umap-learn is missing) pip install umap-learn")
    import umap

    neighbours = min(15, len(values) - 1)
    fitted = umap.UMAP(
        n_components=dimensions,
        n_neighbors=neighbours,
        metric="precomputed",
        init="random",
        random_state=0,
        n_jobs=1,
    )
    return np.asarray(fitted.fit_transform(values), float)


def _stress(values: np.ndarray, places: np.ndarray) -> float:
    upper = np.triu_indices(len(values), 1)
    squares = (places**2).sum(axis=1)
    shown = np.sqrt(np.maximum(squares[:, None] + squares[None, :] - 2 * places @ places.T, 0))[upper]
    true = values[upper]
    if not (shown @ shown > 0 and true @ true > 0):
        return np.nan
    factor = (shown @ true) / (shown @ shown)
    return float(np.sqrt(((true - factor * shown) ** 2).sum() / (true @ true)))
