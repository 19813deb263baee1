"""Figures as files by matplotlib: SVG, PDF and PNG."""

from __future__ import annotations

import io

import matplotlib.ticker as ticker
import numpy as np
import pandas as pd
from matplotlib.colors import LogNorm, Normalize, to_rgba
from matplotlib.figure import Figure as Canvas

from kindred.figures import style
from kindred.figures.extent import beyond, extent
from kindred.figures.runs import run_colours
from kindred.figures.spec import (
    Counts,
    Curves,
    Diagonal,
    Figure,
    Heat,
    Intervals,
    Line,
    Panel,
    Points,
    Rule,
    Steps,
)

FORMATS = ("svg", "pdf", "png")
_STEPS = [1, 2, 5, 10]  # between ticks, times a power of ten


@style.styled
def drawn(figure: Figure, runs: pd.DataFrame) -> dict[str, bytes]:
    """The frame that is shown first, as files of all FORMATS; `runs` is the table of `run_table`."""
    panels = figure.start
    columns = max(1, min(figure.columns, len(panels)))
    rows = max(1, -(-len(panels) // columns))
    height = rows * (figure.height / 100 + 0.75) + 0.45
    canvas = Canvas(figsize=(style.WIDTH / 100, height), layout="constrained")
    canvas.get_layout_engine().set(rect=(0, 0, 1, 1 - 0.42 / height), wspace=0.03, hspace=0.04)
    axes = canvas.subplots(rows, columns, squeeze=False).ravel()
    lines = any(
        panel.subtitle for panel in panels
    )  # then every title leaves room for one, so that they align
    for axis, panel in zip(axes, panels):
        _panel(axis, panel, runs, 15 if lines else 5)
    for axis in axes[len(panels) :]:
        axis.set_visible(False)
    canvas.text(0.005, 1 - 0.06 / height, figure.title, va="top", fontsize=11, fontweight="bold")
    if figure.series:
        handles = [axes[0].plot([], [], color=style.look(look), lw=3)[0] for _, look in figure.series]
        labels = [label for label, _ in figure.series]
        canvas.legend(handles, labels, loc="upper right", ncols=len(labels), bbox_to_anchor=(1, 1))
    canvas.draw_without_rendering()
    canvas.set_layout_engine("none")  # what was laid out once serves all files
    return {form: _saved(canvas, form) for form in FORMATS}


def _saved(canvas, form: str) -> bytes:
    buffer = io.BytesIO()
    about = {
        "svg": {"Date": None, "Creator": None},
        "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
    }
    canvas.savefig(buffer, format=form, metadata=about.get(form), dpi=150 if form == "png" else 100)
    return buffer.getvalue()


def _panel(axis, panel: Panel, runs, pad: int):
    axis.set_title(panel.title, loc="left", fontweight="bold", pad=pad)
    axis.annotate(
        panel.subtitle,
        (0, 1),
        (0, 3),
        xycoords="axes fraction",
        textcoords="offset points",
        fontsize=7.5,
        color=style.SOFT,
        va="bottom",
    )
    colours, entries = run_colours(runs, panel.colour or "group")
    if panel.colour and entries:
        handles = [axis.scatter([], [], s=14, color=colour) for _, colour in entries]
        axis.legend(
            handles, [label for label, _ in entries], fontsize=7.5, borderaxespad=0.1, handletextpad=0.1
        )
    reach = {name: extent(panel, name) for name in ("x", "y") if getattr(panel, name) is not None}
    for mark in panel.marks:
        _mark(axis, mark, colours, reach)
    if panel.x is None:
        axis.set_xticks([])
        axis.set_yticks([])
        axis.spines[:].set_visible(False)
        return
    for name in ("x", "y"):
        described = getattr(panel, name)
        _axis(axis, name, described, described.label + beyond(panel, name, reach[name]), reach[name])


def _axis(axes, name, described, text, reach):
    axis = getattr(axes, f"{name}axis")
    getattr(axes, f"set_{name}label")(text)
    if described.names:
        axis.set_ticks(range(len(described.names)), described.names)
        reach = reach[::-1] if name == "y" else reach
    elif described.log:
        getattr(axes, f"set_{name}scale")("log")
        ticks, labels = style.log_ticks(*reach)
        axis.set_ticks(ticks, labels)
        axis.set_minor_locator(ticker.NullLocator())
    elif described.linear:
        getattr(axes, f"set_{name}scale")("asinh", linear_width=described.linear)
        axis.set_ticks(*style.signed_ticks(*reach))
    else:
        axis.set_major_locator(ticker.MaxNLocator(5, steps=_STEPS))
    getattr(axes, f"set_{name}lim")(*reach)


def _mark(axis, mark, colours, reach):
    match mark:
        case Points():
            x, y = (np.clip(getattr(mark, name), *sorted(reach[name])) for name in ("x", "y"))
            axis.scatter(x, y, s=9, c=[colours[int(r)] for r in mark.runs], alpha=0.8, linewidths=0)
        case Curves():
            alpha = float(np.clip(40 / max(len(mark.runs), 1), 0.08, 0.6))
            for row, run in zip(mark.y, mark.runs):
                axis.plot(mark.x, row, color=colours[int(run)], lw=0.7, alpha=alpha)
        case Counts():
            of = np.array([colours[int(run)] for run in mark.runs])
            kinds = list(dict.fromkeys(of))
            split = [np.asarray(mark.values)[of == kind] for kind in kinds]
            axis.hist(split, mark.edges, stacked=True, color=kinds, rwidth=0.94)
        case Line():
            colour = style.look(mark.look)
            axis.plot(
                mark.x, mark.y, color=colour, lw=2.2 if mark.thick else 1.4, ls="--" if mark.dashed else "-"
            )
            if mark.low is not None:
                axis.fill_between(mark.x, mark.low, mark.high, color=colour, alpha=0.18, lw=0)
        case Steps():
            colour = style.look(mark.look)
            axis.stairs(mark.y, mark.edges, baseline=None, edgecolor=colour, lw=1.3)
            floor = 1e-30 if np.nanmax(mark.y, initial=0) > 0 else 0
            axis.stairs(
                np.maximum(mark.y, floor),
                mark.edges,
                fill=True,
                baseline=floor,
                facecolor=to_rgba(colour, 0.1),
            )
        case Intervals():
            colour = style.look(mark.look)
            axis.hlines(mark.at, mark.low, mark.high, color=colour, lw=2, alpha=0.55)
            axis.scatter(mark.value, mark.at, s=26, color=colour, zorder=3)
        case Rule():
            (axis.axvline if mark.axis == "x" else axis.axhline)(mark.value, color=style.AXIS, ls=":", lw=1)
        case Diagonal():
            axis.plot([mark.low, mark.high], [mark.low, mark.high], color=style.AXIS, ls=":", lw=1)
        case Heat():
            norm = (
                LogNorm(mark.low, mark.high, clip=True)
                if mark.log
                else Normalize(mark.low, mark.high, clip=True)
            )
            axis.set_facecolor(style.EMPTY)  # shows where there is no value
            image = axis.imshow(
                np.ma.masked_invalid(mark.values),
                cmap=style.ramp(mark.ramp, mark.reversed),
                norm=norm,
                interpolation="nearest",
                aspect="equal",
            )
            if not mark.bare:
                _bar(axis, image, mark)


def _bar(axis, image, mark: Heat):
    bar = axis.figure.colorbar(image, cax=axis.inset_axes([1.03, 0, 0.05, 1]))
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=2)
    if mark.log:
        values, labels = style.log_ticks(mark.low, mark.high)
        bar.set_ticks(values, labels=labels)
        bar.ax.yaxis.set_minor_locator(ticker.NullLocator())
    else:
        bar.ax.yaxis.set_major_locator(ticker.MaxNLocator(5, steps=_STEPS))
