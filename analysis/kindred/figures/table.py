"""What a figure shows as a table: CSV."""

from __future__ import annotations

import csv
import io

import numpy as np

from kindred.figures.spec import Counts, Curves, Figure, Heat, Intervals, Line, Points, Steps


def table(figure: Figure) -> str:
    """What the figure shows, in all frames, as CSV: a row a value, named by its frame, panel and series."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    names = [control.label for control in figure.controls]
    writer.writerow([*names, "panel", "series", "run", "x", "y", "low", "high", "value"])
    for chosen, panels in figure.frames.items():
        frame = [control.options[i] for control, i in zip(figure.controls, chosen)]
        for panel in panels:
            for mark in panel.marks:
                for row in _rows(mark, panel):
                    writer.writerow([*frame, panel.title, getattr(mark, "label", ""), *map(_plain, row)])
    return buffer.getvalue()


def _rows(mark, panel):
    """(run, x, y, low, high, value) of each value."""
    match mark:
        case Points():
            yield from ((run, x, y, "", "", "") for run, x, y in zip(mark.runs, mark.x, mark.y))
        case Curves():
            for run, row in zip(mark.runs, mark.y):
                yield from ((run, x, y, "", "", "") for x, y in zip(mark.x, row))
        case Counts():
            yield from ((run, x, "", "", "", "") for run, x in zip(mark.runs, mark.values))
        case Line():
            low, high = (v if v is not None else [""] * len(mark.x) for v in (mark.low, mark.high))
            yield from (("", *row, "") for row in zip(mark.x, mark.y, low, high))
        case Steps():
            for left, right, y in zip(mark.edges[:-1], mark.edges[1:], mark.y):
                yield "", (left + right) / 2, y, left, right, ""
        case Intervals():
            names = panel.y.names if panel.y else []
            for at, *row in zip(mark.at, mark.value, mark.low, mark.high):
                place = names[round(at)] if names and 0 <= round(at) < len(names) else at
                yield "", row[0], place, row[1], row[2], ""
        case Heat():
            labels = mark.names
            if mark.members is not None:
                labels = [" ".join(map(str, m)) for m in mark.members]
            for (i, j), value in np.ndenumerate(mark.values):
                yield "", labels[j] if labels else j, labels[i] if labels else i, "", "", value


def _plain(value):
    if isinstance(value, (float, np.floating)):
        return "" if np.isnan(value) else f"{float(value):.9g}"
    return value
