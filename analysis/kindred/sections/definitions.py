"""What the words of the report mean."""

from __future__ import annotations

from kindred import page


def definitions() -> str:
    return '<h2 id="definitions">Definitions</h2>' + page.definitions(
        [
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
                "normalisation. “All parameters” takes every weight and bias of a network together.",
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
                "The interval includes no effect. That is not evidence of no effect: with more runs one may "
                "show.",
            ),
        ]
    )
