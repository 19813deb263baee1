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
    linear: float = (
        0.0  # of an axis that is logarithmic on both sides of 0 (asinh): the width where it is linear
    )


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
