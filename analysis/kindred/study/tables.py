"""All tables of the study, and as CSV files."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kindred.similarity import Similarity
from kindred.study.everywhere import across, alike_accuracy, explained
from kindred.study.foresight import predicted, transferred
from kindred.study.material import Cohort
from kindred.study.relations import agreement, epochs, profiles, separation, strength, variance
from kindred.study.spread import alike, alike_learned, origin, twins, typicality
from kindred.study.verdicts import verdicts


def compute(cohorts: list[Cohort], similarity: Similarity) -> dict[str, pd.DataFrame]:
    """Every table by name."""
    tables = {
        "cohorts": overview(cohorts),
        "alike": alike(cohorts, similarity),
        "origin": origin(cohorts),
        "learned": alike_learned(cohorts, similarity),
        "twins": twins(cohorts, similarity),
        "typicality": typicality(cohorts, similarity),
        "across": across(cohorts, similarity),
        "explained": explained(cohorts, similarity),
        "variance": variance(cohorts),
        "epochs": epochs(cohorts),
        "strength": strength(cohorts),
        "separation": separation(cohorts),
        "profiles": profiles(cohorts).rename_axis("statistic").reset_index(),
        "agreement": agreement(cohorts),
        "mantel": alike_accuracy(cohorts, similarity),
        "prediction": predicted(cohorts),
        "transfer": transferred(cohorts),
    }
    return {"verdicts": verdicts(tables), **tables}


def overview(cohorts: list[Cohort]) -> pd.DataFrame:
    """What was trained."""
    rows = [
        (
            c.label,
            c.parameters,
            c.counts.get("done", 0),
            c.counts.get("diverged", 0),
            c.counts.get("failed", 0),
            c.accuracy.min(),
            float(np.median(c.accuracy)),
            c.accuracy.max(),
            c.groups.size,
            float(c.runs["test_accuracy"][c.groups.optimal].min()),
            float(c.runs["test_accuracy"][c.groups.suboptimal].max()),
        )
        for c in cohorts
    ]
    return pd.DataFrame(
        rows,
        columns=[
            *("cohort", "parameters", "done", "diverged", "failed", "worst", "median", "best", "group_size"),
            *("optimal_from", "suboptimal_to"),
        ],
    )


def runs_summary(cohorts: list[Cohort]) -> pd.DataFrame:
    """One row a done run: settings, results, and statistics that all architectures have, first and last."""
    parts = []
    for c in cohorts:
        settings = [n for n in c.runs if n == "seed" or n.split(".")[0] in ("data", "model", "init", "train")]
        part = c.runs[["id", *settings, "train_loss", "train_accuracy", "test_loss", "test_accuracy"]].copy()
        part.insert(0, "group", c.group)
        part.insert(0, "cohort", c.name)
        for when, table in (("initial", c.common[0]), ("final", c.common[-1])):
            part = part.join(table.add_prefix(f"{when} ").map(lambda v: float(f"{v:.6g}")))
        parts.append(part)
    return pd.concat(parts)


def csv(table: pd.DataFrame) -> str:
    """Six significant digits: the same text for the same file on other machines."""
    return table.to_csv(index=False, float_format="%.6g", lineterminator="\n")
