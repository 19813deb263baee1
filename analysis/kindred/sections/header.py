"""The top of the page: how many runs, what was found; and what was trained, in a line."""

from __future__ import annotations

import numpy as np

from kindred import page
from kindred.findings import CohortFindings
from kindred.groups import plain
from kindred.sections.context import Report
from kindred.sentences import accuracies, fixed, summary


def header(report: Report) -> str:
    findings = report.findings
    title = findings.name or "population"
    counts = findings.states
    figures = [(str(len(findings.runs)), "runs")] + [(str(n), state) for state, n in counts.items() if n]
    reached = accuracies(findings.runs)
    for dataset, accuracy in reached.items():
        of = f", {dataset}" if len(reached) > 1 else ""
        figures.append(
            (fixed(accuracy.max(), 4), f"best test accuracy{of}; median {fixed(np.median(accuracy), 4)}")
        )
    parts = [f'<h1 id="top">{page.text(title)}</h1>', page.tiles(figures)]
    if counts["pending"]:
        words = f"{counts['pending']} of {len(findings.runs)} runs are still to be trained: "
        words += f"the figures below are of the {counts['done']} done so far."
        parts.append(page.paragraph(words, "note"))
    parts += ['<h3 id="found">What was found</h3>', page.found(summary(findings))]
    return "\n".join(parts)


def _constant(cohort: CohortFindings, column: str) -> str:
    values = cohort.runs[column].unique() if column in cohort.runs else []
    return plain(values[0]) if len(values) == 1 else ""


def _shape(cohort: CohortFindings, architecture: str) -> str:
    """Such as "[128, 64]", "channels [16, 32], hidden [128]", "dim 64, depth 4, patch 7"."""
    keys = {"cnn": ("channels", "hidden"), "vit": ("dim", "depth", "patch")}.get(architecture)
    if keys is None:
        return _constant(cohort, "model.hidden")
    named = {key: _constant(cohort, f"model.{key}") for key in keys}
    return ", ".join(f"{key} {value}" for key, value in named.items() if value)


def trained(cohort: CohortFindings) -> str:
    """One line such as: mlp [128, 64] on mnist, 109386 weights, 10 epochs, 72 runs."""
    architecture = _constant(cohort, "model.architecture")
    dataset = _constant(cohort, "data.dataset") or str(cohort.attrs.get("dataset", ""))
    words = f"{architecture or 'networks'} {_shape(cohort, architecture)}".strip()
    parts = [words + (f" on {dataset}" if dataset else " on an unknown dataset")]
    if cohort.weights:
        parts.append(f"{cohort.weights:,} weights".replace(",", "\u202f"))
    epochs = _constant(cohort, "train.epochs")
    if epochs:
        parts.append(f"{epochs} epoch{'s' if epochs != '1' else ''}")
    runs = len(cohort.runs)
    parts.append(f"{runs} run{'s' if runs != 1 else ''}")
    seeds = cohort.runs["seed"].nunique() if "seed" in cohort.runs else 0
    if cohort.settings:
        names = ", ".join(name.split(".", 1)[-1] for name in cohort.settings)
        count = cohort.runs.groupby(cohort.settings, dropna=False).ngroups
        of_each = f" × {seeds} seed{'s' if seeds != 1 else ''}" if seeds else ""
        parts.append(f"{count} settings ({names}){of_each}")
    return ", ".join(parts)
