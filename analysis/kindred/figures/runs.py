"""The table of the runs that a page knows, and their colours in files."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.colors import to_hex

from kindred.figures import style
from kindred.figures.common import groups
from kindred.findings import Findings
from kindred.groups import plain


def run_table(findings: Findings) -> tuple[pd.DataFrame, list[tuple[str, str, set[str]]]]:
    """The ranked runs with what the page knows of them, and (name, label, roles) of its columns."""
    cohorts = [c for c in findings.cohorts if len(c.groups.order)]
    order = np.concatenate([c.groups.order for c in cohorts] or [np.empty(0, int)])
    runs = findings.runs.loc[np.sort(order)].copy()
    runs["run"] = runs.index
    group = {int(run): name for c in cohorts for name, members in groups(c).items() for run in members}
    rank = {
        int(run): 1 - i / max(len(c.groups.order) - 1, 1)
        for c in cohorts
        for i, run in enumerate(c.groups.order)
        if c.groups.known
    }
    kinds = ("optimal", "suboptimal", "between", "all")
    runs["group"] = pd.Categorical([group[int(run)] for run in runs.index], kinds, ordered=True)
    runs["accuracy_rank"] = [rank.get(int(run), np.nan) for run in runs.index]
    every, some = {"shown", "colour", "filter"}, {"colour", "filter"}
    columns = [
        ("run", "run", {"shown"}),
        ("test_accuracy", "test accuracy", every),
        ("group", "group", every),
    ]
    columns += [("accuracy_rank", "accuracy rank in the cohort", {"colour"})]
    if len(findings.cohorts) > 1:
        columns.append(("cohort", "cohort", every))
    settings = dict.fromkeys(s for c in findings.cohorts for s in c.settings)
    for name in ("data.dataset", "model.architecture"):
        if name in runs and runs[name].nunique() > 1:
            columns.append((name, name.split(".")[-1], some))
            settings.pop(name, None)
    columns += [(name, name.split(".", 1)[-1], every) for name in settings]
    columns += [(name, name, {"shown"}) for name in ("seed", "name") if name in runs]
    return runs, columns


def run_colours(runs: pd.DataFrame, column: str) -> tuple[dict[int, str], list[tuple[str, str]]]:
    """The colour of each run by a column of the table, and (label, colour) of a column of texts."""
    values = runs[column]
    if pd.api.types.is_numeric_dtype(values):
        numbers = values.to_numpy(float)
        known = numbers[np.isfinite(numbers)]
        low, width = (known.min(), np.ptp(known) or 1.0) if known.size else (0.0, 1.0)
        shades = style.ramp("sequential")(np.nan_to_num((numbers - low) / width))
        return {int(run): to_hex(shade) for run, shade in zip(runs.index, shades)}, []
    codes, names = coded(values)
    palette = [style.look(name if name in style.GROUPS else str(i)) for i, name in enumerate(names)]
    return {int(run): palette[code] for run, code in zip(runs.index, codes)}, list(zip(names, palette))


def coded(values: pd.Series) -> tuple[np.ndarray, list[str]]:
    """Texts as numbers and their names, in the column's own order or the alphabet's."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.cat.remove_unused_categories()
        return values.cat.codes.to_numpy(), [str(name) for name in values.cat.categories]
    codes, names = pd.factorize(values.astype(str).map(plain), sort=True)
    return codes, list(names)
