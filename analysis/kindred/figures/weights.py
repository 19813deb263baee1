"""Weight distributions and the spread of moments between runs."""

from __future__ import annotations

import matplotlib.ticker as ticker
import numpy as np
from matplotlib.colors import to_rgba

from kindred.figures import style
from kindred.findings import CohortFindings
from kindred.moments import SCALE_FREE, WHOLE
from kindred.sentences import number

_MOST_TENSORS = 24  # rows of the figure of spreads
_NOTHING = 1e-30  # an empty bin on a logarithmic axis


@style.styled
def distribution_image(cohort: CohortFindings) -> str:
    """Densities of the pooled weights: a row a parameter, a column a snapshot; "" without any."""
    found = cohort.distributions
    if not found:
        return ""
    parameters = list(dict.fromkeys(d.parameter for d in found))
    epochs = sorted({d.epoch for d in found})
    figure, axes = style.subplots(
        len(parameters), len(epochs), 0.75 + 1.45 * len(parameters), sharey="row", sharex="row"
    )
    for d in found:
        axis = axes[parameters.index(d.parameter), epochs.index(d.epoch)]
        _draw(axis, d)
    for row, parameter in enumerate(parameters):
        peak = max(
            (
                np.nanmax(v)
                for d in found
                if d.parameter == parameter
                for v in d.density.values()
                if np.isfinite(v).any()
            ),
            default=1,
        )
        ticks = style.log_ticks(peak * 2e-5, peak * 3, 3)
        for axis in axes[row]:
            axis.set_yscale("log")
            axis.set_ylim(peak * 2e-5, peak * 3)
            axis.yaxis.set_major_locator(ticker.FixedLocator(ticks[0]))
            axis.yaxis.set_major_formatter(ticker.FixedFormatter(ticks[1]))
            axis.yaxis.set_minor_locator(ticker.NullLocator())
            axis.xaxis.set_major_locator(ticker.MaxNLocator(5))
        axes[row, 0].set_ylabel("density", labelpad=2)
        axes[row, 0].annotate(
            "all parameters" if parameter == WHOLE else parameter,
            (0, 1),
            (3, 3),
            xycoords="axes fraction",
            textcoords="offset points",
            fontweight="bold",
            va="bottom",
        )
    for column, epoch in enumerate(epochs):
        axes[0, column].set_title(_when(epoch, epochs), pad=18)
        axes[-1, column].set_xlabel("weight")
    names = list(found[0].density)
    handles = [axes[0, 0].plot([], [], color=style.GROUP_COLOURS[n], lw=2)[0] for n in names]
    height = figure.get_figheight()
    figure.legend(
        handles,
        [f"{n} runs" if n != "all" else "all done runs" for n in names],
        loc="upper left",
        bbox_to_anchor=(0.055, 1),
        ncols=3,
        borderaxespad=0.1,
    )
    figure.subplots_adjust(
        left=0.065, right=0.995, top=1 - 0.62 / height, bottom=0.48 / height, hspace=0.42, wspace=0.06
    )
    return style.svg_image(
        figure, "Weight distributions of optimal and suboptimal runs by parameter and epoch"
    )


def _when(epoch: int, epochs: list[int]) -> str:
    names = {2: ["start", "end"], 3: ["start", "middle", "end"]}.get(len(epochs))
    return f"{names[epochs.index(epoch)]}: epoch {epoch}" if names else f"epoch {epoch}"


def _draw(axis, d):
    notes = []
    for group, density in d.density.items():
        colour = style.GROUP_COLOURS[group]
        if not np.isfinite(density).any():
            continue
        axis.stairs(
            np.maximum(density, _NOTHING),
            d.edges,
            fill=True,
            baseline=_NOTHING,
            lw=1.3,
            edgecolor=colour,
            facecolor=to_rgba(colour, 0.10),
        )
        if d.outside[group] > 0.005:
            notes.append((f"{100 * d.outside[group]:.1f} % outside", colour))
    axis.set_xlim(d.edges[0], d.edges[-1])
    for i, (text, colour) in enumerate(notes):
        axis.annotate(
            text,
            (1, 1),
            (-2, -2 - 10 * i),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="right",
            va="top",
            fontsize=7.5,
            color=colour,
        )


def spread_rows(cohort: CohortFindings) -> list[str]:
    """The parameters of the figure of spreads, `all` last."""
    return cohort.shown(_MOST_TENSORS - 1) + [WHOLE] * (WHOLE in cohort.parameters)


@style.styled
def spread_image(cohort: CohortFindings) -> str:
    """Spread between runs of the scale-free moments, optimal against suboptimal; "" where not compared."""
    drawn = spread_rows(cohort)
    if not cohort.spreads or not drawn:
        return ""
    height = 0.95 + 0.27 * len(drawn)
    figure, axes = style.subplots(1, len(SCALE_FREE), height, sharey=True)
    at = {(s.parameter, s.moment): s for s in cohort.spreads}
    for axis, moment in zip(axes[0], SCALE_FREE):
        positive = []
        for y, parameter in enumerate(drawn):
            s = at[parameter, moment]
            if not (s.optimal > 0 and s.suboptimal > 0):
                continue
            positive += [s.optimal, s.suboptimal]
            axis.plot([s.optimal, s.suboptimal], [y, y], color="#B9BEC5", lw=2, zorder=1)
            axis.scatter([s.optimal], [y], color=style.OPTIMAL, s=34, zorder=3, marker="o")
            axis.scatter([s.suboptimal], [y], color=style.SUBOPTIMAL, s=34, zorder=2, marker="D")
            axis.annotate(
                f"×{number(s.ratio, 2)}",
                (1, y),
                (0, 0),
                xycoords=("axes fraction", "data"),
                textcoords="offset points",
                ha="right",
                va="center",
                fontsize=7.5,
                color=style.SOFT,
            )
        axis.set_xscale("log")
        if positive:
            low, high = min(positive), max(positive)
            room = max(np.log10(high / low), 0.5)
            axis.set_xlim(low / 10 ** (0.08 * room), high * 10 ** (0.34 * room))
            ticks, labels = style.log_ticks(low / 10 ** (0.08 * room), high * 10 ** (0.08 * room))
            axis.set_xticks(ticks, labels)
            axis.xaxis.set_minor_locator(ticker.NullLocator())
        axis.set_title(moment, loc="left")
        axis.set_xlabel("s.d. between runs")
        axis.grid(axis="y", color=style.FAINT, lw=0.8)
        axis.tick_params(axis="y", length=0)
    axes[0, 0].set_yticks(range(len(drawn)), ["all parameters" if p == WHOLE else p for p in drawn])
    axes[0, 0].set_ylim(len(drawn) - 0.5, -0.5)
    handles = [
        axes[0, 0].scatter([], [], color=c, marker=m, s=34)
        for c, m in ((style.OPTIMAL, "o"), (style.SUBOPTIMAL, "D"))
    ]
    names = [f"optimal ({cohort.groups.size} runs)", f"suboptimal ({cohort.groups.size} runs)"]
    figure.legend(handles, names, loc="upper left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.1)
    longest = max(len(p) for p in drawn + ["all parameters"])
    figure.subplots_adjust(
        left=min(0.02 + 0.0068 * longest, 0.35),
        right=0.995,
        top=1 - 0.52 / height,
        bottom=0.42 / height,
        wspace=0.07,
    )
    return style.svg_image(
        figure, "Standard deviation between runs of each moment, optimal and suboptimal runs"
    )
