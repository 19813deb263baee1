"""The outcome of a permutation test."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from kindred.estimates import SMALLEST_GROUP, SMALLEST_SAMPLE


@dataclass(frozen=True)
class Tested:
    """A statistic, how large the effect is, and how often chance does as much."""

    statistic: float = np.nan
    effect: float = np.nan
    p: float = np.nan  # (1 + permutations at least as extreme) / (1 + permutations)
    n: int = 0
    permutations: int = 0
    sizes: dict[str, int] = field(default_factory=dict)  # runs of each group
    dispersions: dict[str, float] = field(default_factory=dict)  # of `dispersion` alone
    reason: str = ""  # why there is no p-value

    def __post_init__(self):
        for name in ("statistic", "effect", "p"):  # plain numbers, whatever computed them
            object.__setattr__(self, name, float(getattr(self, name)))

    @property
    def known(self) -> bool:
        """Whether there is a p-value."""
        return bool(np.isfinite(self.p))


def too_small(n: int, sizes=(), clusters: int | None = None) -> str:
    """Why so few runs, in groups of these sizes, get no p-value; "" where they do."""
    if n < SMALLEST_SAMPLE:
        return f"too small: {n} {'run' if n == 1 else 'runs'}, {SMALLEST_SAMPLE} are needed"
    if clusters is not None and clusters < SMALLEST_SAMPLE:
        return f"too small: {clusters} different settings, {SMALLEST_SAMPLE} are needed"
    if len(sizes) and min(sizes) < SMALLEST_GROUP:
        return f"too small: a group of {min(sizes)}, {SMALLEST_GROUP} are needed in each"
    return ""


def share_as_extreme(permuted: np.ndarray, observed: float) -> float:
    """p-value of a statistic whose large values count against the null, the data themselves included.

    Ties within rounding count as extreme."""
    near = observed - 1e-9 * max(abs(observed), 1e-300)
    return float((1 + np.sum(permuted >= near)) / (1 + len(permuted)))
