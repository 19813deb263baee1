"""Figures and the table of the runs as the page holds them: JSON that refers into one block of bytes."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import fields

import numpy as np
import pandas as pd

from kindred.figures import style
from kindred.figures.extent import beyond, extent
from kindred.figures.runs import coded
from kindred.figures.spec import Figure, Heat, Panel

_KINDS = {"f": np.float32, "d": np.float64, "b": np.uint8, "i": np.int32}
_MOST_TEXTS = 200  # different texts of a column that the page keeps


class Bytes:
    """Arrays one after another, equal ones once; `put` gives [kind, offset, length]."""

    def __init__(self):
        self._parts, self._size, self._known = [], 0, {}

    def put(self, values, kind: str) -> list:
        content = np.ascontiguousarray(values, dtype=_KINDS[kind]).tobytes()
        mark = kind, hashlib.sha256(content).digest()
        if mark not in self._known:
            self._known[mark] = [kind, self._size, len(content) // _KINDS[kind]().itemsize]
            content += b"\0" * (-len(content) % 8)
            self._parts.append(content)
            self._size += len(content)
        return self._known[mark]

    def text(self) -> str:
        return base64.b64encode(b"".join(self._parts)).decode("ascii")


def embedded(runs: pd.DataFrame, columns, cohorts: list[str], colour: str, figures: list[Figure]) -> str:
    """The two script elements that the page's JavaScript reads.

    `columns` are (name, label, roles): what the page knows of a run; a role is "shown" (beside the pointer),
    "colour" or "filter". Text cannot end a script element: every "<" is written as an escape."""
    store, place = Bytes(), {int(run): i for i, run in enumerate(runs.index)}
    table, roles = _table(store, runs, columns)
    described = {
        "cohorts": cohorts,
        "colour": colour,
        "runs": {"count": len(runs), "labels": [int(run) for run in runs.index], "columns": table, **roles},
        "palette": style.palette(),
        "figures": [_figure(store, figure, place) for figure in figures],
    }
    text = json.dumps(described, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    text = text.replace("<", "\\u003c")
    return (
        f'<script type="application/json" id="figures">{text}</script>\n'
        f'<script type="text/plain" id="bytes">{store.text()}</script>'
    )


def _table(store, runs, columns):
    table = []
    roles = {"shown": [], "colours": [], "filters": []}
    for name, label, wanted in columns:
        values = runs[name]
        if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
            numbers = values.to_numpy(float)
            if pd.api.types.is_integer_dtype(values):
                numbers = np.where(numbers == -1, np.nan, numbers)  # does not apply
            column = {"name": name, "label": label, "values": store.put(numbers, "d")}
        else:
            codes, names = coded(values)
            if len(names) > _MOST_TEXTS:
                continue
            column = {"name": name, "label": label, "values": store.put(codes, "i"), "names": names}
        table.append(column)
        for role, key in (("shown", "shown"), ("colour", "colours"), ("filter", "filters")):
            if role in wanted:
                roles[key].append(name)
    return table, roles


def _figure(store, figure: Figure, place) -> dict:
    return {
        "key": figure.key,
        "columns": figure.columns,
        "height": figure.height,
        "series": [list(pair) for pair in figure.series],
        "controls": [
            {"label": c.label, "options": c.options, "kind": c.kind, "start": c.start}
            for c in figure.controls
        ],
        "frames": {
            " ".join(map(str, chosen)): [_panel(store, panel, place) for panel in panels]
            for chosen, panels in figure.frames.items()
        },
    }


def _panel(store, panel: Panel, place) -> dict:
    found = {"title": panel.title, "subtitle": panel.subtitle, "colour": panel.colour, "x": None, "y": None}
    for name in ("x", "y"):
        axis = getattr(panel, name)
        if axis is not None:
            low, high = reach = extent(panel, name)
            found[name] = {
                "label": axis.label,
                "beyond": beyond(panel, name, reach),
                "log": axis.log,
                "low": low,
                "high": high,
                "names": axis.names,
            }
            found[name]["linear"] = float(axis.linear)
    found["marks"] = [_mark(store, mark, place) for mark in panel.marks]
    return found


def _mark(store, mark, place) -> dict:
    found = {"kind": type(mark).__name__.lower()}
    if isinstance(mark, Heat):
        return found | _heat(store, mark, place)
    for item in fields(mark):
        value = getattr(mark, item.name)
        if item.name == "runs":
            found["runs"] = {"ref": store.put([place[int(run)] for run in value], "i")}
        elif isinstance(value, (np.ndarray, list)):
            found[item.name] = {"ref": store.put(value, "f")}
        elif value is not None:
            found[item.name] = float(value) if isinstance(value, np.floating) else value
    return found


def _heat(store, mark: Heat, place) -> dict:
    rows, columns = mark.values.shape
    found = {
        "rows": rows,
        "columns": columns,
        "cells": {"ref": store.put(cells(mark), "b")},
        "range": [float(mark.low), float(mark.high)],
        "label": mark.label,
        "log": mark.log,
        "ramp": mark.ramp,
        "reversed": mark.reversed,
        "bare": mark.bare,
    }
    if mark.names is not None:
        found["names"] = mark.names
    if mark.members is not None:
        found["members"] = [[place[int(run)] for run in runs] for runs in mark.members]
    return found


def cells(mark: Heat) -> np.ndarray:
    """The values as bytes: 0 to 254 from `low` to `high`, 255 where there is none."""
    values, low, high = np.asarray(mark.values, float), mark.low, mark.high
    with np.errstate(divide="ignore", invalid="ignore"):
        if mark.log:
            share = np.log(np.maximum(values, low) / low) / np.log(high / low)
        else:
            share = (values - low) / (high - low)
        share = np.where(np.isfinite(share), share, 0.0)
        return np.where(np.isfinite(values), np.clip(share, 0, 1) * 254 + 0.5, 255).astype(np.uint8)
