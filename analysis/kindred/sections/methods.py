"""Methods and provenance: what the words mean, what was computed how, what made the files."""

from __future__ import annotations

import json

from kindred import page
from kindred.sections.context import Report

_PROVENANCE = (
    ("created_by", "Program"),
    ("libraries", "Libraries"),
    ("created", "Created"),
    ("sweep_id", "Sweep identity"),
)


def section(report: Report) -> str:
    attrs = report.findings.attrs
    provenance = [(label, _readable(attrs[key])) for key, label in _PROVENANCE if attrs.get(key)]
    provenance.append(("Files", ", ".join(report.paths)))
    sweep = str(attrs.get("sweep", ""))
    return "\n".join(
        [
            report.heading("methods", "Methods and provenance"),
            page.definitions(_DEFINITIONS),
            report.subheading("provenance", "Provenance"),
            page.table(["Made by and from", ""], [list(row) for row in provenance]),
            page.details("The sweep file", f"<pre>{page.text(sweep)}</pre>" if sweep else ""),
        ]
    )


def _readable(value) -> str:
    """An attribute as text; a JSON object as "name value" pairs."""
    try:
        table = json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        table = None
    return ", ".join(f"{k} {v}" for k, v in table.items()) if isinstance(table, dict) else str(value)


_DEFINITIONS = [
    (
        "Cohort",
        "The runs with the same dataset, architecture, layout of the weights, epochs and snapshots.",
    ),
    (
        "Optimal, suboptimal",
        "The best and the worst share (record.optimal_fraction, rounded up) of a cohort's done runs "
        "by final test accuracy, ties by identity; formed from 8 done runs on, and only where their "
        "accuracies differ.",
    ),
    (
        "Variance, skewness, kurtosis",
        "Of all elements w of a parameter tensor, with the mean over n: variance "
        "Σ(w − mean)² / n; skewness and excess kurtosis from central moments of the same "
        "normalisation (1/n, not corrected for bias). Excess kurtosis is 0 for a normal distribution. "
        "“All parameters” takes every weight and bias of a network together.",
    ),
    (
        "Shape of a weight distribution",
        "Quantiles of all weights of a run, less their median, by their interquartile range (IQR), against those of "
        "the standard normal distribution, standardised alike (a Q-Q plot): the same for weights that differ by a "
        "constant or a factor.",
    ),
    (
        "Spearman's ρ",
        "Correlation of the ranks. Its 95 % interval is Fisher's with the standard error "
        "√((1 + ρ²/2) / (n − 3)) (Bonett & Wright 2000); none is given for fewer than 8 runs. Within "
        "settings: ranks are taken and centred among runs of equal settings. Intervals take runs as "
        "independent draws of this sweep: they say what other seeds would give, not other settings.",
    ),
    (
        "Spread between runs",
        "Standard deviation (1/n) of a moment over the runs of a group. The ratio's interval "
        "resamples runs (2000 times, fixed seed); it is given from 5 runs a group on.",
    ),
    (
        "Node strength, layer fluctuation",
        "Strength of a node: the sum of its incoming weights and its bias plus the sum of its "
        "outgoing weights (a channel of a convolution sums its kernels); an input node has "
        "incoming 1, an output node outgoing 1. Layer fluctuation: standard deviation (1/n) of the "
        "strengths of a layer's nodes (La Malfa et al. 2021).",
    ),
    (
        "Stable rank, alpha",
        "Of a weight matrix W with singular values σ: stable rank Σσ² / max σ²; alpha is the "
        "exponent of the power law of the eigenvalues of WᵀW (Clauset, Shalizi & Newman 2009), "
        "undefined under 50 eigenvalues.",
    ),
    (
        "Not distinguishable",
        "The interval includes no effect. That is not evidence of no effect: with more runs one may show.",
    ),
    (
        "Too small",
        "No interval and no p-value is given for a correlation of fewer than 8 runs, for groups of fewer than 5, nor "
        "is accuracy predicted from fewer than 40 runs or 10 settings: the page says so in their place.",
    ),
    (
        "PERMANOVA, PERMDISP",
        "Permutational analysis of variance of the distances between runs (Anderson 2001): R² is the share of the "
        "squared distances that the groups explain. Whether groups differ in their distance to their centroid is "
        "tested apart (Anderson 2006), as poor runs may differ from good ones in spread, in place, or in both. 999 "
        "permutations; over several cohorts, runs are permuted within cohorts. At most 600 runs, evenly spread over "
        "the ranking, enter a test. A similarity s counts as the distance 1 − s.",
    ),
    (
        "Clusters, map of the runs",
        "Hierarchical clustering by average linkage, leaves ordered so that neighbours are near; classical scaling "
        "(Torgerson 1952). A map is of at most 2,000 runs, evenly spread over the ranking.",
    ),
    (
        "Accuracy predicted from the weights",
        "Gradient boosted trees over moments and quartiles of each parameter, cross-validated so that runs of equal "
        "settings are never in both parts; intervals resample settings. After Unterthiner et al. (2020).",
    ),
]
