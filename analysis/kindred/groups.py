"""Which runs of a cohort count as optimal and which as suboptimal."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

SMALLEST_COHORT = 8  # done runs below which no groups are formed


@dataclass(frozen=True)
class Groups:
    """The done runs of a cohort by final test accuracy, best first, and its two ends."""

    order: np.ndarray  # run labels, best first
    accuracy: np.ndarray  # in that order
    size: int  # of each group; 0 where there are none
    reason: str = ""  # why there are none

    @property
    def known(self) -> bool:
        """Whether the accuracies are known. Otherwise the order is that of the file."""
        return bool(np.isfinite(self.accuracy).any())

    @property
    def optimal(self) -> np.ndarray:
        return self.order[: self.size]

    @property
    def suboptimal(self) -> np.ndarray:
        return self.order[len(self.order) - self.size :]

    @property
    def middle(self) -> np.ndarray:
        return self.order[self.size : len(self.order) - self.size]

    @property
    def named(self) -> dict[str, np.ndarray]:
        """The groups that there are: optimal and suboptimal, or all where these were not formed."""
        if self.size:
            return {"optimal": self.optimal, "suboptimal": self.suboptimal}
        return {"all": self.order}


def rank_runs(runs: pd.DataFrame, fraction: float, size: int | None = None) -> Groups:
    """Ranks the done runs of known accuracy (ties by id) and takes `size`, or ⌈fraction · n⌉, at either end.

    `runs` holds one cohort's rows of the table of runs. No groups are formed of fewer than 8 runs, nor where
    the accuracies of both ends would be the same: such a split would be arbitrary. Where no accuracy is known
    (of networks trained elsewhere), all done runs are there in the file's order, their accuracies NaN."""
    done = runs[(runs["state"] == "done") & np.isfinite(runs["test_accuracy"])]
    done = done.assign(_descending=-done["test_accuracy"]).sort_values(["_descending", "id"], kind="stable")
    order, accuracy = done.index.to_numpy(), done["test_accuracy"].to_numpy(float)
    n = len(order)
    if n == 0:
        others = runs.index[runs["state"] == "done"].to_numpy()
        reason = "the test accuracies are not known" if len(others) else "no done run"
        return Groups(others, np.full(len(others), np.nan), 0, reason)
    if n < SMALLEST_COHORT:
        return Groups(
            order, accuracy, 0, f"only {n} done {'run' if n == 1 else 'runs'}, {SMALLEST_COHORT} are needed"
        )
    size = min(size or math.ceil(fraction * n), n // 2)
    if accuracy[size - 1] <= accuracy[n - size]:
        return Groups(order, accuracy, 0, "the best and the worst runs have the same accuracy")
    return Groups(order, accuracy, size)


def varying_settings(runs: pd.DataFrame) -> list[str]:
    """Columns of settings that differ between these runs, seeds apart.

    Settings are `section.key`, and what else came with networks trained elsewhere, unless it names each run.

    Left out are those with one value that merely does not apply to some runs, as Adam's betas do not to SGD:
    another setting says as much."""
    return [
        name
        for name in runs.columns
        if name not in _NO_SETTINGS
        and not name.endswith("seed")
        and 1 < runs[name][_applies(runs[name])].nunique() < (np.inf if "." in name else len(runs))
    ]


# The other columns that Kindred writes.
_NO_SETTINGS = {
    *("id", "cohort", "cohort_row", "name", "state", "checksum", "pack", "epochs_completed"),
    *("train_loss", "train_accuracy", "test_loss", "test_accuracy"),
    *("wall_seconds", "finished_unix", "host", "engine", "message"),
}


def _applies(column: pd.Series) -> pd.Series:
    """Not NaN, −1 or "", which stand for a setting that does not apply."""
    nothing = -1 if pd.api.types.is_integer_dtype(column) else ""
    return column.notna() & (column != nothing)


def setting_codes(runs: pd.DataFrame, settings: list[str]) -> np.ndarray:
    """A number for each run, equal for runs that differ by their seeds only."""
    if not settings or runs.empty:
        return np.zeros(len(runs), dtype=int)
    return runs.groupby(settings, dropna=False, sort=False, observed=True).ngroup().to_numpy()


def describe_setting(row, settings: list[str]) -> str:
    """The varying settings of one run in a line: learning_rate 0.05, scale 1."""
    return ", ".join(f"{name.split('.', 1)[-1]} {plain(row[name])}" for name in settings)


def plain(value) -> str:
    """A setting's value as it stands in a sweep file; "–" where it does not apply."""
    if value == "" or value != value:
        return "–"
    if isinstance(value, (float, np.floating)):
        return f"{value:.6g}"
    return str(value)
