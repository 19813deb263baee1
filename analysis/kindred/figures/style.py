"""One look for all plots: colours, fonts, ticks.

Blue and vermillion of Okabe & Ito's palette keep apart under every common colour blindness; tests measure it.
Colours are pairs: on light and on dark ground.
"""

from __future__ import annotations

import functools

import matplotlib
import numpy as np
from matplotlib.colors import ListedColormap, to_hex
from matplotlib.ticker import MaxNLocator

OPTIMAL = "#0072B2"
SUBOPTIMAL = "#D55E00"
NEUTRAL = "#8A9099"
INK = "#22262B"
SOFT = "#4A5058"
FAINT = "#E3E6EA"
AXIS = "#6B727B"
EMPTY = "#F1F2F4"
GROUPS = {
    "optimal": (OPTIMAL, "#57AEE8"),
    "suboptimal": (SUBOPTIMAL, "#F08A4B"),
    "between": (NEUTRAL, "#8E959E"),
    "all": (NEUTRAL, "#A4ABB4"),
    "": (NEUTRAL, "#8E959E"),
}
CATEGORIES = [
    ("#0072B2", "#57AEE8"),
    ("#D55E00", "#F08A4B"),
    ("#009E73", "#2FC79B"),
    ("#B8578F", "#DE8DBB"),
    ("#B38600", "#E6B93C"),
    ("#4C5BB5", "#97A3F0"),
    ("#7A5230", "#C39A73"),
    ("#3D8F9E", "#6FC4D3"),
]
INKS = {
    "ink": (INK, "#E8EAED"),
    "soft": ("#5A626C", "#9AA3AD"),
    "line": ("#E6E9ED", "#2B3036"),
    "paper": ("#FFFFFF", "#15181C"),
    "empty": (EMPTY, "#22262B"),
}
_DIVERGING = [
    "#08306B",
    "#2171B5",
    "#6BAED6",
    "#C6DBEF",
    "#FAFAF8",
    "#FDD0A2",
    "#F28E4B",
    "#C74A0C",
    "#6E2404",
]
_DIVERGING_DARK = [
    *("#D6EBFF", "#86C0EE", "#3F86C4", "#1F4A75", "#1D2126", "#7A3A14", "#CB6526", "#F2A06B", "#FFE3CF")
]
WIDTH = 1040  # pixels of the page's column


def palette() -> dict:
    """All colours, for the page's JavaScript."""
    viridis = matplotlib.colormaps["viridis"](np.linspace(0, 1, 24))
    return {
        "groups": GROUPS,
        "categories": CATEGORIES,
        "inks": INKS,
        "ramps": {
            "sequential": [to_hex(colour) for colour in viridis],
            "diverging": _DIVERGING,
            "diverging_dark": _DIVERGING_DARK,
        },
    }


def look(name: str) -> str:
    """The colour of a series on light ground: a group's, or that of a category's number."""
    if name in GROUPS:
        return GROUPS[name][0]
    return CATEGORIES[int(name) % len(CATEGORIES)][0]


def ramp(name: str, backwards: bool = False) -> ListedColormap:
    """A palette of 255 colours; cells without a value are grey."""
    if name == "sequential":
        colours = matplotlib.colormaps["viridis"](np.linspace(0, 1, 255))
    else:
        colours = matplotlib.colors.LinearSegmentedColormap.from_list(name, _DIVERGING)(
            np.linspace(0, 1, 255)
        )
    return ListedColormap(colours[::-1] if backwards else colours)


_MATPLOTLIB = {
    "axes.axisbelow": True,
    "axes.edgecolor": AXIS,
    "axes.labelcolor": INK,
    "axes.labelsize": 9,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 9.5,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "kindred",
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": SOFT,
    "xtick.labelsize": 8,
    "ytick.color": SOFT,
    "ytick.labelsize": 8,
}


def styled(draw):
    """Runs a function that draws with matplotlib in the common style, which it leaves as it was."""

    @functools.wraps(draw)
    def inside(*arguments, **options):
        with matplotlib.rc_context(_MATPLOTLIB):
            return draw(*arguments, **options)

    return inside


_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def log_ticks(low: float, high: float, most: int = 4) -> tuple[list[float], list[str]]:
    """Round values of a logarithmic axis from `low` to `high` (both positive) and their labels.

    Whole decades where there are enough of them, otherwise 1, 2 and 5 or 1 and 3 of each, or evenly spaced
    values over less than that."""
    first, last = int(np.floor(np.log10(low))), int(np.ceil(np.log10(high)))
    decades = [10.0**k for k in range(first, last + 1) if low <= 10.0**k <= high]
    if len(decades) >= 3:
        values = decades[:: -(-len(decades) // most)]
    else:
        for factors in ((1, 2, 5), (1, 3), (1,)):
            values = [
                m * 10.0**k for k in range(first, last + 1) for m in factors if low <= m * 10.0**k <= high
            ]
            if len(values) <= most:
                break
        if len(values) < 2:
            even = MaxNLocator(max(most - 1, 1), steps=[1, 2, 5, 10]).tick_values(low, high)
            values = [float(f"{v:.6g}") for v in even if low <= v <= high] or [float(f"{low:.3g}")]
            values = values[:: -(-len(values) // most)]
    return values, [_tick(value) for value in values]


def signed_ticks(low: float, high: float) -> tuple[list[float], list[str]]:
    """0 and, on both sides of it, every second decade of an axis that is logarithmic there."""
    top = int(np.floor(np.log10(max(abs(low), abs(high)))))
    sizes = [10.0**top, 10.0 ** (top - 2)]
    values = sorted({0.0, *(s * v for v in sizes for s in (-1, 1) if low <= s * v <= high)})
    return values, ["0" if v == 0 else ("−" if v < 0 else "") + _tick(abs(v)) for v in values]


def _tick(value: float) -> str:
    if 1e-3 <= value < 1e4:
        return f"{value:.6g}"
    exponent = int(np.floor(np.log10(value) + 1e-9))
    power = "10" + str(exponent).translate(_SUPERSCRIPT)
    factor = f"{value / 10.0**exponent:.4g}"
    return power if factor == "1" else f"{factor}·{power}"
