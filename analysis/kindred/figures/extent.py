"""Where an axis of a panel begins and ends."""

from __future__ import annotations

import numpy as np

from kindred.figures.spec import Counts, Curves, Diagonal, Intervals, Line, Mark, Panel, Points, Rule, Steps


_SMALLEST_SAMPLE = 8


def extent(panel: Panel, name: str) -> tuple[float, float]:
    """Where an axis of a panel begins and ends: as it says, or around the marks' finite values.

    An axis over many decades leaves out points far from the quartiles, which are drawn at its ends: weights that
    exploded would leave no room for the others."""
    axis = getattr(panel, name)
    if axis.names:
        return -0.6, len(axis.names) - 0.4
    if axis.low is not None and axis.high is not None:
        return axis.low, axis.high
    found = _values(panel.marks, name)
    found = found[np.isfinite(found) & ((found > 0) | (not axis.log))]
    if all(isinstance(mark, Points) for mark in panel.marks):
        found = _without_far(found, axis)
    low, high = (found.min(), found.max()) if found.size else (0.0, 1.0)
    if not found.size and axis.log:
        low, high = 1.0, 10.0
    if axis.log:
        room = max(np.log10(high / low), 0.04) * 0.05
        low, high = low / 10**room, high * 10**room
    else:
        room = (high - low) * 0.05 or max(abs(high), 1e-6) * 0.05
        low, high = low - room, high + room
    return float(low if axis.low is None else axis.low), float(high if axis.high is None else axis.high)


def beyond(panel: Panel, name: str, reach: tuple[float, float]) -> str:
    """What an axis of this extent adds to its label: the number of points that are drawn at its ends."""
    values = _values([mark for mark in panel.marks if isinstance(mark, Points)], name)
    far = int(((values < min(reach)) | (values > max(reach))).sum())
    return f", {far} beyond" if far else ""


def near_quartiles(places: np.ndarray, times: float, least: float = 0.0) -> np.ndarray:
    """Which are not farther from the quartiles than so many times their distance, or than `least`."""
    first, third = np.quantile(places, [0.25, 0.75])
    reach = max(times * (third - first), least)
    return (places >= first - reach) & (places <= third + reach)


def _values(marks: list[Mark], name: str) -> np.ndarray:
    return np.concatenate([np.ravel(v).astype(float) for m in marks for v in _along(m, name)] or [[]])


def _without_far(values: np.ndarray, axis) -> np.ndarray:
    if len(values) < _SMALLEST_SAMPLE or not (axis.log or axis.linear):
        return values
    places = np.log10(values) if axis.log else np.arcsinh(values / axis.linear)
    return values[near_quartiles(places, 3, least=1.0)]


def _along(mark: Mark, name: str) -> list:
    match mark:
        case Points() | Curves():
            return [mark.x if name == "x" else mark.y]
        case Counts():
            return (
                [mark.edges] if name == "x" else [[0, np.histogram(mark.values, mark.edges)[0].max() * 1.03]]
            )
        case Line():
            if name == "x":
                return [mark.x]
            return [v for v in (mark.y, mark.low, mark.high) if v is not None]
        case Steps():
            return [mark.edges if name == "x" else mark.y]
        case Intervals():
            return [mark.value, mark.low, mark.high] if name == "x" else [mark.at]
        case Rule():
            return [[mark.value]] if mark.axis == name else []
        case Diagonal():
            return [[mark.low, mark.high]]
    return []
