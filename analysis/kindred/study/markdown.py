"""Tables of the study as the findings show them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kindred.sentences import fixed, number

SIGNIFICANT = 0.05
_LARGEST = 12  # effects in the text; the CSV file has all


def markdown(name: str, table: pd.DataFrame) -> str:
    """A table of the findings from its CSV file."""
    if table.empty:
        return "*Nothing: too few runs.*"
    made = _RENDER[name](table)
    made = made.reset_index() if made.index.name or made.columns.name else made
    made.columns.name = None
    lines = ["| " + " | ".join(map(str, made)) + " |", "|" + "---|" * len(made.columns)]
    lines += ["| " + " | ".join(str(v) for v in row) + " |" for row in made.itertuples(index=False)]
    return "\n".join(lines)


def _wide(table: pd.DataFrame, rows: str, cell) -> pd.DataFrame:
    """One line a value of `rows`, one column a cohort."""
    made = pd.DataFrame({"cell": table.apply(cell, axis=1), rows: table[rows], "cohort": table["cohort"]})
    lines, columns = list(dict.fromkeys(made[rows])), list(dict.fromkeys(made["cohort"]))
    return made.pivot(index=rows, columns="cohort", values="cell").reindex(lines, columns=columns).fillna("–")


def _claimed(text: str, row) -> str:
    """Bold where the adjusted p-value is below 0.05."""
    return f"**{text}**" if row["adjusted_p"] < SIGNIFICANT and text != "–" else text


def _interval(row) -> str:
    if not np.isfinite(row["low"]):
        return fixed(row["rho"])
    return f"{fixed(row['rho'])} ({fixed(row['low'])} to {fixed(row['high'])})"


def _p(value: float) -> str:
    return "–" if not np.isfinite(value) else f"{value:.3f}" if value >= 0.0005 else "< 0.0005"


def _correlations(rows: str):
    def render(table):
        def cell(row):
            whole = row["cohort"] == "all cohorts"
            return _claimed(_interval(row) if whole else fixed(row["rho"]), row)

        return _wide(table, rows, cell)

    return render


def _ratios(table):
    return _wide(table, "metric", lambda row: _claimed(number(row["ratio"], 2), row))


def _overview(table):
    made = table.rename(
        columns={
            "group_size": "runs a group",
            "optimal_from": "optimal from",
            "suboptimal_to": "suboptimal to",
        }
    )
    for name in ("worst", "median", "best", "optimal from", "suboptimal to"):
        made[name] = [f"{100 * v:.1f} %" for v in made[name]]
    made["parameters"] = [f"{v:,}" for v in made["parameters"]]
    return made


def _across(table):
    return pd.DataFrame(
        {
            "metric": table["metric"],
            "weights": table["role"],
            "optimal / suboptimal": [_claimed(number(r["ratio"], 2), r) for _, r in table.iterrows()],
            "pairs of cohorts with optimal closer": [
                f"{r['closer']} of {r['pairs']}" for _, r in table.iterrows()
            ],
            "adjusted p": [_p(v) for v in table["adjusted_p"]],
        }
    )


def _explained(table):
    cells = pd.DataFrame(
        {
            "metric": table["metric"],
            "weights": table["role"],
            "factor": table["factor"],
            "cell": [_claimed(fixed(r["r2"]), r) for _, r in table.iterrows()],
        }
    )
    lines = list(dict.fromkeys(zip(cells["metric"], cells["weights"])))
    made = cells.pivot(index=["metric", "weights"], columns="factor", values="cell")
    return made.reindex(lines)[list(dict.fromkeys(table["factor"]))]


def _separation(table):
    table = table.reindex(table["delta"].abs().sort_values(ascending=False).index).head(_LARGEST)
    return pd.DataFrame(
        {
            "statistic": table["what"],
            "Cliff's delta": [
                _claimed(f"{fixed(r['delta'])} ({fixed(r['low'])} to {fixed(r['high'])})", r)
                for _, r in table.iterrows()
            ],
            "adjusted p": [_p(v) for v in table["adjusted_p"]],
        }
    )


def _agreement(table):
    return pd.DataFrame(
        {
            "cohorts of": table["between"],
            "pairs": table["pairs"],
            "mean correlation of the profiles": [fixed(v) for v in table["correlation"]],
            "p": [_p(v) for v in table["p"]],
        }
    )


def _prediction(table):
    def cell(row):
        if isinstance(row["reason"], str) and row["reason"]:
            return row["reason"]
        return (
            f"{fixed(row['r2'])} ({fixed(row['r2_low'])} to {fixed(row['r2_high'])}), ρ {fixed(row['rho'])}"
        )

    made = pd.DataFrame(
        {"runs of": table["runs_of"], "from": table["from"], "cell": table.apply(cell, axis=1)}
    )
    lines, columns = list(dict.fromkeys(made["runs of"])), list(dict.fromkeys(made["from"]))
    return made.pivot(index="runs of", columns="from", values="cell").reindex(lines)[columns]


def _epochs(table):
    return pd.DataFrame(
        {
            c: [f"{fixed(r['rho'])} (epoch {r['epoch']})" for _, r in rows.iterrows()][:1]
            + [f"{fixed(r['rho'])} (epoch {r['epoch']})" for _, r in rows.iterrows()][-1:]
            for c, rows in table.groupby("cohort", sort=False)
        },
        index=pd.Index(["before", "after"], name="training"),
    ).T.rename_axis("cohort")


def _verdicts(table):
    return pd.DataFrame(
        {
            "claim": table["claim"],
            "tests over all cohorts": table["all_cohorts"],
            "effect": table["effect"],
            "in single cohorts": table["single_cohorts"].fillna("–"),
            "verdict": [f"**{v}**" for v in table["verdict"]],
        }
    )


_RENDER = {
    "verdicts": _verdicts,
    "cohorts": _overview,
    "alike": _ratios,
    "origin": _ratios,
    "learned": _ratios,
    "twins": _correlations("metric"),
    "typicality": _correlations("metric"),
    "across": _across,
    "explained": _explained,
    "variance": _correlations("what"),
    "epochs": _epochs,
    "strength": _correlations("what"),
    "separation": _separation,
    "agreement": _agreement,
    "mantel": lambda table: _wide(table, "metric", lambda row: _claimed(fixed(row["r"]), row)),
    "prediction": _prediction,
    "transfer": lambda table: _wide(
        table, "left_out", lambda row: f"**{fixed(row['rho'])}**" if row["low"] > 0 else fixed(row["rho"])
    ),
    "provenance": lambda table: table.fillna("–"),
}
RENDERED = tuple(_RENDER)
