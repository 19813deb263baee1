"""One line a claim: what was tested, how it came out, and the verdict that a fixed rule gives.

A test is *for* the claim where its adjusted p-value is below 0.05 and the effect has the claimed
direction, *against* where it has the other one. A claim is reproduced where all of its tests over all
cohorts are for it, partly where some are and none is against, contradicted where some are against and none
for, mixed where there are both, and not reproduced otherwise.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from kindred.sentences import fixed, number
from kindred.study.spread import DISTRIBUTION, STATISTICS

CLAIMED = 0.05


def verdicts(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Of the tables of `kindred.study.tables`. Columns: claim, tests, all_cohorts, effect, single_cohorts,
    verdict."""
    alike, learned, across, variance, strength = (
        tables[n] for n in ("alike", "learned", "across", "variance", "strength")
    )
    rows = [
        _line("good networks are alike in weight statistics, poor ones vary", *_ratios(alike, STATISTICS)),
        _line("… among networks that learned", *_ratios(learned, STATISTICS)),
        _line(
            "good networks are alike in weight distribution, poor ones vary", *_ratios(alike, DISTRIBUTION)
        ),
        _line("… among networks that learned", *_ratios(learned, DISTRIBUTION)),
        _line("so they are whatever the dataset and the model", *_across(across)),
        _line("the variance of the weights goes with performance", *_correlations(variance, "all weights")),
        _line("… among runs of like settings", *_correlations(variance, "all weights, given settings")),
        _line("… among networks that learned", *_correlations(variance, "all weights, runs that learned")),
        _line("node strengths fluctuate with performance", *_correlations(strength, "all layers")),
        _line("… among runs of like settings", *_correlations(strength, "all layers, given settings")),
        _line("node strengths of good networks are alike", *_ratios(alike, ("node_strength",))),
        _line("weights go with accuracy alike in all architectures", *_agreement(tables["agreement"])),
    ]
    return pd.DataFrame(
        rows, columns=["claim", "tests", "all_cohorts", "effect", "single_cohorts", "verdict"]
    )


def _line(claim: str, effects: str, signs: list[int], single: list[int]) -> tuple:
    """`signs` of the tests over all cohorts, `single` in each: 1 for the claim, −1 against, 0 neither."""
    return (claim, len(signs), _counted(signs), effects, _counted(single) if single else "", _verdict(signs))


def _verdict(signs: list[int]) -> str:
    if not signs:
        return "not tested"
    supports, against = signs.count(1), signs.count(-1)
    if supports == len(signs):
        return "reproduced"
    if supports and against:
        return "mixed"
    if against:
        return "contradicted"
    return "partly" if supports else "not reproduced"


def _counted(signs: list[int]) -> str:
    return f"{signs.count(1)} for, {signs.count(-1)} against, {signs.count(0)} neither"


def _ratios(table, metrics) -> tuple[str, list[int], list[int]]:
    """Claimed: dispersions of optimal runs are the smaller ones."""
    table = table[table["metric"].isin(metrics)]
    together = table[table["cohort"] == "all cohorts"]
    single = table[~table["cohort"].isin(("all cohorts", "one seed each"))]
    signs = [_sign(1 - r["ratio"], r["adjusted_p"]) for _, r in together.iterrows()]
    each = [_sign(1 - r["ratio"], r["adjusted_p"]) for _, r in single.iterrows() if np.isfinite(r["p"])]
    return f"ratio {_range(together['ratio'])}", signs, each


def _across(table) -> tuple[str, list[int], list[int]]:
    signs = [_sign(1 - r["ratio"], r["adjusted_p"]) for _, r in table.iterrows()]
    return f"ratio {_range(table['ratio'])}", signs, []


def _correlations(table, what: str) -> tuple[str, list[int], list[int]]:
    """Claimed: there is a correlation; its direction over all cohorts is that which single ones are for."""
    rows = table[table["what"] == what]
    together, single = rows[rows["cohort"] == "all cohorts"], rows[rows["cohort"] != "all cohorts"]
    if together.empty:
        return "", [], []
    whole = together.iloc[0]
    signs = [abs(_sign(whole["rho"], whole["adjusted_p"]))]
    each = [
        _sign(r["rho"] * np.sign(whole["rho"]), r["adjusted_p"])
        for _, r in single.iterrows()
        if np.isfinite(r["p"])
    ]
    return f"ρ {fixed(whole['rho'])} ({fixed(whole['low'])} to {fixed(whole['high'])})", signs, each


def _agreement(table) -> tuple[str, list[int], list[int]]:
    rows = table[table["between"].str.contains("other architecture")]
    signs = [_sign(r["correlation"], r["p"]) for _, r in rows.iterrows()]
    return f"correlation of profiles {_range(rows['correlation'])}", signs, []


def _sign(effect: float, p: float) -> int:
    return int(np.sign(effect)) if p < CLAIMED else 0


def _range(values: pd.Series) -> str:
    if values.empty:
        return "–"
    low, high = number(values.min(), 2), number(values.max(), 2)
    return low if low == high else f"{low} to {high}"
