"""Heat maps of similarity matrices, runs ordered by accuracy."""

from __future__ import annotations

import matplotlib
import numpy as np
from matplotlib.colors import ListedColormap, LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from kindred.figures import style
from kindred.groups import Groups

_MOST_CELLS = 128  # larger matrices are averaged over blocks of neighbouring ranks
_COLUMNS = 4
_COLOURS = 32  # steps of the scale; few keep the page small
_WIDE = 10  # times the median: distances that reach further are drawn on a logarithmic scale
_SIDE, _COLUMN, _ROW = 1.84, 2.49, 2.72  # inches: a matrix, and the pitch of columns and rows


@style.styled
def heat_maps_image(pairs, groups: Groups | None, axis_label: str = "rank by test accuracy") -> str:
    """A panel for each metric; bright is alike for distances and similarities. "" without metrics."""
    if not pairs:
        return ""
    rows = -(-len(pairs) // _COLUMNS)
    height = rows * _ROW
    figure = Figure(figsize=(style.WIDTH / 100, height))
    for i, found in enumerate(pairs):
        row, column = divmod(i, _COLUMNS)
        left, bottom = 0.55 + column * _COLUMN, height - 0.45 - row * _ROW - _SIDE
        axis, bar = (
            figure.add_axes(
                [x / (style.WIDTH / 100), bottom / height, width / (style.WIDTH / 100), _SIDE / height]
            )
            for x, width in ((left, _SIDE), (left + _SIDE + 0.07, 0.08))
        )
        _draw(figure, axis, bar, found, groups)
        if i + _COLUMNS >= len(pairs):
            axis.set_xlabel(axis_label, labelpad=3)
        if column == 0:
            axis.set_ylabel(axis_label, labelpad=6)
        else:
            axis.tick_params(labelleft=False)
    return style.svg_image(figure, "Similarity of all pairs of runs by metric, best runs first")


def _draw(figure, axis, bar, found, groups):
    matrix = found.matrix.copy()
    np.fill_diagonal(matrix, np.nan)
    scale = _scale(matrix, found.kind)
    n = len(matrix)
    name = style.SEQUENTIAL + ("_r" if found.kind == "distance" else "")
    colours = ListedColormap(matplotlib.colormaps[name](np.linspace(0, 1, _COLOURS)))
    axis.set_facecolor("#F1F2F4")  # shows where there is no value
    image = axis.imshow(
        _reduced(matrix),
        cmap=colours,
        norm=scale,
        interpolation="nearest",
        aspect="auto",
        extent=(0.5, n + 0.5, n + 0.5, 0.5),
        origin="upper",
    )
    logarithmic = isinstance(scale, LogNorm)
    subtitle = ", ".join(filter(None, [found.slice, found.kind, "log scale" if logarithmic else ""]))
    for text, size, up, colour in ((found.metric, 9, 17, style.INK), (subtitle, 7.5, 7, style.SOFT)):
        axis.annotate(
            text,
            (0, 1),
            (0, up),
            xycoords="axes fraction",
            textcoords="offset points",
            fontsize=size,
            color=colour,
        )
    legend = figure.colorbar(image, cax=bar)
    legend.outline.set_visible(False)
    legend.solids.set_edgecolor("face")  # no seams between the colours
    bar.tick_params(labelsize=7, length=2)
    bar.yaxis.set_minor_locator(NullLocator())
    bar.yaxis.set_major_locator(
        FixedLocator(style.log_ticks(scale.vmin, scale.vmax)[0]) if logarithmic else MaxNLocator(4)
    )
    bar.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _brief(value, scale)))
    axis.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axis.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    for spine in axis.spines.values():
        spine.set_visible(False)
    axis.tick_params(length=2)
    if groups is not None and groups.size:
        _mark_groups(
            axis, n, np.isin(found.order, groups.optimal).sum(), np.isin(found.order, groups.suboptimal).sum()
        )


def _mark_groups(axis, n, best, worst):
    """Coloured bars along the top and the left where the optimal and the suboptimal runs are."""
    place = axis.get_xaxis_transform(), axis.get_yaxis_transform()
    for start, end, colour in (
        (0.5, best + 0.5, style.OPTIMAL),
        (n - worst + 0.5, n + 0.5, style.SUBOPTIMAL),
    ):
        axis.plot(
            [start, end],
            [1.02, 1.02],
            transform=place[0],
            color=colour,
            lw=3,
            clip_on=False,
            solid_capstyle="butt",
        )
        axis.plot(
            [-0.02, -0.02],
            [start, end],
            transform=place[1],
            color=colour,
            lw=3,
            clip_on=False,
            solid_capstyle="butt",
        )


def _scale(matrix, kind) -> Normalize:
    """Colours from the 1st to the 99th percentile; logarithmic where a few runs are far from all others."""
    values = matrix[np.isfinite(matrix)]
    if not values.size:
        return Normalize(0.0, 1.0)
    low, middle, high = np.percentile(values, [1, 50, 99])
    if not high > low:
        return Normalize(low - 0.5, high + 0.5)
    positive = values[values > 0]
    if kind == "distance" and positive.size and high > _WIDE * middle:
        low = max(np.percentile(positive, 1), high * 1e-6)
        return LogNorm(low, high, clip=True) if high > low else Normalize(0.0, high)
    return Normalize(low, high)


def _brief(value: float, scale: Normalize) -> str:
    """A tick of the colours: such as 0.25, 7.5e−4; the panels stand close."""
    largest = max(abs(scale.vmin), abs(scale.vmax))
    if value and not 1e-3 <= (abs(value) if isinstance(scale, LogNorm) else largest) < 1e5:
        mantissa, exponent = f"{value:.2e}".split("e")
        text = f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    else:
        text = f"{value:.5g}"
    return text.replace("-", "−")


def _reduced(matrix):
    n = len(matrix)
    if n <= _MOST_CELLS:
        return matrix
    starts = np.linspace(0, n, _MOST_CELLS, endpoint=False).round().astype(int)
    finite = np.isfinite(matrix)
    total = np.add.reduceat(np.add.reduceat(np.where(finite, matrix, 0), starts, 0), starts, 1)
    count = np.add.reduceat(np.add.reduceat(finite.astype(float), starts, 0), starts, 1)
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
