"""What a figure shows, apart from how it is drawn: frames of panels of marks over data.

The page's JavaScript, the files of `--figures` and the CSV all take a `Figure`, so that they show the same.
Marks with `runs` (labels of runs, one a value) are linked in the page: hover, colours, selection.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass
class Axis:
    """`names` stand at 0, 1, … (on a vertical axis from the top); without `low` and `high` the axis covers the marks."""

    label: str = ""
    log: bool = False
    low: float | None = None
    high: float | None = None
    names: list[str] = field(default_factory=list)
    linear: float = 0.0  # of an axis that is logarithmic on both sides of 0 (asinh): the width where it is linear


@dataclass
class Points:
    """A point a run."""

    x: np.ndarray
    y: np.ndarray
    runs: np.ndarray
    label: str = "runs"


@dataclass
class Curves:
    """A line a run: `y` is [run, x]."""

    x: np.ndarray
    y: np.ndarray
    runs: np.ndarray
    label: str = "runs"


@dataclass
class Counts:
    """A histogram of one value a run, over equal bins."""

    values: np.ndarray
    edges: np.ndarray
    runs: np.ndarray
    label: str = "runs"


@dataclass
class Line:
    """A line through figures of several runs, with a band from `low` to `high` where given."""

    x: np.ndarray
    y: np.ndarray
    look: str
    label: str = ""
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    thick: bool = False
    dashed: bool = False


@dataclass
class Steps:
    """A density over bins."""

    edges: np.ndarray
    y: np.ndarray
    look: str
    label: str = ""


@dataclass
class Intervals:
    """Figures with intervals, each at a place of the vertical axis."""

    at: np.ndarray
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    look: str
    label: str = ""


@dataclass
class Rule:
    """A line across at a value of the axis "x" or "y"."""

    axis: str
    value: float


@dataclass
class Diagonal:
    """The line x = y between two values."""

    low: float
    high: float


@dataclass
class Heat:
    """A matrix as colours: `values` [row, column], NaN where there is none.

    `members` names the runs of each row and column of a matrix between runs. `ramp` is "sequential" or
    "diverging"; `low`, `high` bound the colours. Without a scale (`bare`), no colour bar is drawn."""

    values: np.ndarray
    low: float
    high: float
    label: str = "value"
    log: bool = False
    ramp: str = "sequential"
    reversed: bool = False
    members: list[np.ndarray] | None = None
    names: list[str] | None = None  # of the rows and columns, which are then numbered from 1
    bare: bool = False


Mark = Points | Curves | Counts | Line | Steps | Intervals | Rule | Diagonal | Heat


@dataclass
class Panel:
    """Axes and marks; a picture (one `Heat`) has no axes. `colour` overrides the page's choice for its runs."""

    title: str
    marks: list[Mark]
    x: Axis | None = None
    y: Axis | None = None
    subtitle: str = ""
    colour: str = ""


@dataclass
class Control:
    """A choice between frames: a "select" or a "slider"."""

    label: str
    options: list[str]
    kind: str = "select"
    start: int = 0


@dataclass
class Figure:
    """`frames` maps the chosen options' numbers, one a control, to panels."""

    key: str  # names its place in the page and its files
    title: str
    caption: str
    frames: dict[tuple[int, ...], list[Panel]]
    controls: list[Control] = field(default_factory=list)
    series: list[tuple[str, str]] = field(default_factory=list)  # (label, look) of the key
    columns: int = 4  # panels beside one another where there is room
    height: int = 200  # pixels of a panel
    cohort: str = ""

    @property
    def start(self) -> list[Panel]:
        """The panels that are shown first."""
        return self.frames.get(tuple(c.start for c in self.controls), [])


def single(key: str, title: str, caption: str, panels: list[Panel], **options) -> Figure:
    """A figure of one frame."""
    return Figure(key, title, caption, {(): panels}, **options)


def extent(panel: Panel, name: str) -> tuple[float, float]:
    """Where an axis of a panel begins and ends: as it says, or around the marks' finite values."""
    axis = getattr(panel, name)
    if axis.names:
        return -0.6, len(axis.names) - 0.4
    if axis.low is not None and axis.high is not None:
        return axis.low, axis.high
    found = np.concatenate([np.ravel(v).astype(float) for m in panel.marks for v in _along(m, name)] or [[]])
    found = found[np.isfinite(found) & ((found > 0) | (not axis.log))]
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


def _along(mark: Mark, name: str) -> list:
    match mark:
        case Points() | Curves():
            return [mark.x if name == "x" else mark.y]
        case Counts():
            return [mark.edges] if name == "x" else [[0, np.histogram(mark.values, mark.edges)[0].max() * 1.03]]
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
