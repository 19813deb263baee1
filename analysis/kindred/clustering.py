"""Hierarchical clustering of runs by their distances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.cluster import hierarchy
from scipy.spatial.distance import squareform

from kindred.errors import KindredError

_MOST_ORDERED = 500  # runs up to which the leaves are put in the best order (its work grows with n³)


@dataclass(frozen=True)
class Hierarchy:
    """A tree of runs."""

    tree: np.ndarray  # scipy's linkage matrix
    runs: np.ndarray  # labels, in the order of the distances
    leaves: np.ndarray  # places in `runs`, from left to right
    cophenetic: float  # correlation of the distances with the heights at which runs join

    @property
    def order(self) -> np.ndarray:
        """The runs from left to right: similar ones side by side."""
        return self.runs[self.leaves]

    def labels(self, count: int) -> pd.Series:
        """The cluster of each run when at most `count` are kept, numbered 1, 2, … from left to right."""
        if len(self.runs) < 2:
            return pd.Series(1, index=pd.Index(self.runs, name="run"), name="cluster")
        found = hierarchy.fcluster(self.tree, count, criterion="maxclust")
        number = {label: i + 1 for i, label in enumerate(dict.fromkeys(found[self.leaves].tolist()))}
        return pd.Series([number[i] for i in found], index=pd.Index(self.runs, name="run"), name="cluster")


def cluster(distance: pd.DataFrame, method: str = "average") -> Hierarchy:
    """The tree of a square table of distances (`kindred.distances.distances`) by scipy's linkage `method`.

    Up to 500 runs the leaves are in the order of least distance between neighbours (Bar-Joseph et al.
    2001)."""
    runs = distance.index.to_numpy()
    values = distance.to_numpy(float)
    if len(runs) < 2:
        return Hierarchy(np.empty((0, 4)), runs, np.arange(len(runs)), np.nan)
    if not np.isfinite(values).all():
        raise KindredError("cannot cluster (some distances are missing) use kindred.distances.distances")
    flat = squareform(values, checks=False)
    tree = hierarchy.linkage(flat, method=method, optimal_ordering=len(runs) <= _MOST_ORDERED)
    heights = hierarchy.cophenet(tree)
    varied = np.ptp(heights) > 0 and np.ptp(flat) > 0
    agreement = float(np.corrcoef(heights, flat)[0, 1]) if varied else np.nan
    return Hierarchy(tree, runs, hierarchy.leaves_list(tree), agreement)
