"""One look for all plots: colours, fonts, ticks, and how figures become HTML.

Blue and vermillion of Okabe & Ito's palette keep apart under every common colour blindness; tests measure it.
"""

from __future__ import annotations

import functools
import html
import io
import re
import urllib.parse

import matplotlib
import numpy as np
import plotly.graph_objects as go
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

OPTIMAL = "#0072B2"
SUBOPTIMAL = "#D55E00"
NEUTRAL = "#8A9099"
INK = "#22262B"
SOFT = "#4A5058"
FAINT = "#E3E6EA"
AXIS = "#6B727B"
GROUP_COLOURS = {"optimal": OPTIMAL, "suboptimal": SUBOPTIMAL, "other": NEUTRAL, "all": NEUTRAL}
SEQUENTIAL = "viridis"
WIDTH = 1040  # pixels of the page's column
FONT = "Helvetica Neue, Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif"

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


def subplots(rows: int, columns: int, height: float, **options):
    """A figure of the page's width, `height` inches high, and its axes [rows, columns]."""
    figure = Figure(figsize=(WIDTH / 100, height))
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def svg_image(figure: Figure, alt: str) -> str:
    """The figure as an image inside the page; `alt` says what it shows. Call in a `styled` function."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, dpi=100)
    text = (
        buffer.getvalue()
        .decode("utf-8")
        .replace("'DejaVu Sans'", "Helvetica, Arial, 'DejaVu Sans', sans-serif")
    )
    text = re.sub(
        r' d="[^"]*"', lambda path: re.sub(r"(\.\d\d)\d+", r"\1", path[0]), text
    )  # 0.01 pixels suffice
    data = urllib.parse.quote(" ".join(text.split()), safe=" =:/;,.()'!*+-_~?@[]{}|^")
    return f'<img src="data:image/svg+xml;charset=utf-8,{html.escape(data)}" alt="{html.escape(alt)}">'


def interactive(figure: go.Figure, identity: str, alt: str) -> str:
    """The figure as a plotly plot; the page embeds plotly's JavaScript once."""
    config = {
        "displaylogo": False,
        "displayModeBar": "hover",
        "modeBarButtons": [["toImage", "zoom2d", "pan2d", "resetScale2d"]],
        "toImageButtonOptions": {"format": "svg", "filename": identity},
    }
    body = figure.to_html(full_html=False, include_plotlyjs=False, div_id=identity, config=config)
    return f'<div role="img" aria-label="{html.escape(alt)}">{body}</div>'


def layout(figure: go.Figure, height: int, **options) -> go.Figure:
    """The common look of a plotly figure; its legend stands in the top margin."""
    figure.update_layout(
        template="none",
        width=WIDTH,
        height=height,
        font={"family": FONT, "size": 12, "color": INK},
        paper_bgcolor="white",
        plot_bgcolor="white",
        hoverlabel={"font": {"family": FONT, "size": 12}, "align": "left"},
        legend={
            "traceorder": "reversed",
            "orientation": "h",
            "x": 0.05,
            "xanchor": "left",
            "y": 1,
            "yanchor": "top",
            "yref": "container",
        },
        **options,
    )
    axis = {
        "showline": True,
        "linecolor": AXIS,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": AXIS,
        "tickfont": {"size": 11, "color": SOFT},
        "gridcolor": FAINT,
        "zeroline": False,
        "automargin": True,
        "title": {"font": {"size": 12}, "standoff": 8},
    }
    figure.update_xaxes(**axis, showgrid=False)
    figure.update_yaxes(**axis)
    return figure


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


def _tick(value: float) -> str:
    if 1e-3 <= value < 1e4:
        return f"{value:.6g}"
    exponent = int(np.floor(np.log10(value) + 1e-9))
    power = "10" + str(exponent).translate(_SUPERSCRIPT)
    factor = f"{value / 10.0**exponent:.4g}"
    return power if factor == "1" else f"{factor}·{power}"
