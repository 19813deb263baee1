"""The top of the page: what was trained, how many runs, what was found, what made the file."""

from __future__ import annotations

import json

import numpy as np

from kindred import page
from kindred.findings import CohortFindings, Findings
from kindred.groups import plain
from kindred.sentences import accuracies, fixed, summary

_PROVENANCE = (
    ("created_by", "Program"),
    ("libraries", "Libraries"),
    ("created", "Created"),
    ("sweep_id", "Sweep identity"),
)


def header(findings: Findings, paths: list[str]) -> str:
    title = findings.name or "population"
    counts = findings.states
    figures = [(str(len(findings.runs)), "runs")] + [(str(n), state) for state, n in counts.items() if n]
    reached = accuracies(findings.runs)
    for dataset, accuracy in reached.items():
        of = f", {dataset}" if len(reached) > 1 else ""
        figures += [
            (fixed(accuracy.max(), 4), f"best test accuracy{of}"),
            (fixed(np.median(accuracy), 4), f"median test accuracy{of}"),
        ]
    parts = [
        f'<h1 id="top">{page.text(title)}</h1>',
        *(page.paragraph(f"Trained: {trained(cohort)}.") for cohort in findings.cohorts),
        page.tiles(figures),
    ]
    if counts["pending"]:
        words = f"{counts['pending']} of {len(findings.runs)} runs are still to be trained: "
        words += f"the figures below are of the {counts['done']} done so far."
        parts.append(page.paragraph(words, "note"))
    parts += ['<h3 id="found">What was found</h3>', page.found(summary(findings))]
    provenance = [
        (label, _readable(findings.attrs[key])) for key, label in _PROVENANCE if findings.attrs.get(key)
    ]
    provenance.append(("Files", ", ".join(paths)))
    parts.append(page.table(["Made by and from", ""], [list(row) for row in provenance]))
    sweep = str(findings.attrs.get("sweep", ""))
    parts.append(page.details("The sweep file", f"<pre>{page.text(sweep)}</pre>" if sweep else ""))
    return "\n".join(parts)


def _readable(value) -> str:
    """An attribute as text; a JSON object as "name value" pairs."""
    try:
        table = json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        table = None
    return ", ".join(f"{k} {v}" for k, v in table.items()) if isinstance(table, dict) else str(value)


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
