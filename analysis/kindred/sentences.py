"""What was found, in plain language, from the figures alone.

A direction is named only where its interval leaves out "no effect"; otherwise the sentence says that it is
not distinguishable from none. Five lines: runs, variance and accuracy, shape of the weights, alikeness of
the moments, similarity.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from kindred.estimates import SMALLEST_GROUP, SMALLEST_SAMPLE, Estimate
from kindred.findings import CohortFindings, Findings


def number(value: float, digits: int = 3) -> str:
    """A figure to so many significant digits; "–" where undefined; a true minus sign."""
    if value is None or not math.isfinite(value):
        return "–"
    if value != 0 and not 1e-3 <= abs(value) < 1e5:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        return f"{mantissa}e{int(exponent)}".replace("-", "−")
    if value == 0:
        return "0"
    decimals = max(digits - 1 - math.floor(math.log10(abs(value))), 0)
    return f"{value:.{decimals}f}".replace("-", "−")


def fixed(value: float, decimals: int = 2) -> str:
    """A figure to so many decimals, for correlations and ratios of a common size."""
    if not math.isfinite(value):
        return "–"
    text = f"{value:.{decimals}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "−")


def interval(estimate: Estimate, decimals: int = 2) -> str:
    """Such as "−0.91 to −0.80", or "–" where there is none."""
    if not math.isfinite(estimate.low):
        return "–"
    return f"{fixed(estimate.low, decimals)} to {fixed(estimate.high, decimals)}"


def probability(p: float) -> str:
    """Such as "p = 0.012", "p < 0.001"."""
    if not math.isfinite(p):
        return "p undefined"
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def summary(findings: Findings) -> list[str]:
    """Five lines on the whole population."""
    head = runs_line(findings)
    if len(findings.cohorts) == 1:
        return [head, *cohort_lines(findings.cohorts[0], findings.compared)]
    if not findings.cohorts:
        return [head] + [f"{topic}: nothing to say (there is no cohort)." for topic in _TOPICS]
    return [head, *_counted_lines(findings)]


def runs_line(findings: Findings) -> str:
    counts = findings.states
    rest = ", ".join(
        f"{counts[state]} {state}" for state in ("diverged", "failed", "pending") if counts[state]
    )
    reached = accuracies(findings.runs)
    best = [
        f"best test accuracy{f' on {dataset}' if len(reached) > 1 else ''} {fixed(found.max(), 4)}, median "
        f"{fixed(float(np.median(found)), 4)}"
        for dataset, found in reached.items()
    ]
    where = f" in {len(findings.cohorts)} cohorts" if len(findings.cohorts) > 1 else ""
    counted = f"{counts['done']} of {len(findings.runs)} done{where}{f' ({rest})' if rest else ''}"
    return f"Runs: {counted}; {'; '.join(best) or _no_accuracy(counts)}."


def _no_accuracy(counts: dict[str, int]) -> str:
    return "their test accuracies are not known" if counts["done"] else "no test accuracy yet"


def accuracies(runs: pd.DataFrame) -> dict[str, np.ndarray]:
    """Known final test accuracies of the done runs by dataset, in the order of the runs."""
    done = runs[(runs["state"] == "done") & np.isfinite(runs["test_accuracy"].astype(float))]
    names = done["data.dataset"] if "data.dataset" in done else done["cohort"].str.split("-").str[0]
    groups = done["test_accuracy"].astype(float).groupby(names, sort=False)
    return {str(name): values.to_numpy() for name, values in groups}


_TOPICS = ("Weight variance", "Shape of the weights", "Alikeness of the moments", "Similarity")


def cohort_lines(cohort: CohortFindings, compared: bool) -> list[str]:
    """Four lines on one cohort."""
    return [
        _variance_line(cohort),
        _shape_line(cohort),
        _alike_line(cohort),
        _similarity_line(cohort, compared),
    ]


def _variance_line(cohort: CohortFindings) -> str:
    found = cohort.overall
    topic = _TOPICS[0]
    if found is None:
        return f"{topic}: not known (the file has no statistics of the weights of done runs)."
    rho, n = found.overall, found.overall.n
    if not math.isfinite(rho.value):
        why = (
            "the accuracies are not known"
            if not cohort.groups.known
            else f"only {n} done {'run' if n == 1 else 'runs'}"
            if n < 3
            else "the variance or the accuracy is the same in all runs"
        )
        return f"{topic}: no correlation with test accuracy can be given ({why})."
    figures = f"Spearman's ρ = {fixed(rho.value)}, n = {n}"
    if n < SMALLEST_SAMPLE:
        return f"{topic}: {figures} against test accuracy, too few runs to tell it from chance."
    figures += f", 95 % interval {interval(rho)}"
    if not rho.excludes(0):
        return f"{topic}: its correlation with test accuracy is not distinguishable from none ({figures})."
    more = "higher" if rho.value < 0 else "lower"
    return f"{topic}: runs with smaller variance reached {more} test accuracy ({figures}){_within(cohort)}."


def _within(cohort: CohortFindings) -> str:
    """What remains among runs of equal settings, where settings vary."""
    if not cohort.settings:
        return ""
    inner = cohort.overall.within_settings
    if not math.isfinite(inner.low):
        return "; runs of equal settings are too few to say more"
    figures = f"ρ = {fixed(inner.value)}, {interval(inner)}"
    if not inner.excludes(0):
        return f"; among runs of equal settings not distinguishable from none ({figures})"
    same = "also" if (inner.value > 0) == (cohort.overall.overall.value > 0) else "the other way round"
    return f"; {same} among runs of equal settings ({figures})"


def _shape_line(cohort: CohortFindings) -> str:
    topic = _TOPICS[1]
    if not cohort.contrasts:
        return f"{topic}: optimal and suboptimal runs are not told apart ({_no_groups(cohort)})."
    parts = []
    for c in cohort.contrasts:
        clear = c.p < 0.05 / len(cohort.contrasts)
        sign = "" if clear else ", not distinguishable"
        parts.append(
            f"median {c.statistic} {number(c.optimal)} in optimal, {number(c.suboptimal)} in suboptimal runs "
            f"({probability(c.p)}{sign})"
        )
    return f"{topic}: {'; '.join(parts)}."


def _alike_line(cohort: CohortFindings) -> str:
    topic = _TOPICS[2]
    ratio = cohort.alikeness
    if ratio is None or not math.isfinite(ratio.value):
        return f"{topic}: spread between runs not compared ({_no_groups(cohort)})."
    figures = f"ratio of spreads, optimal to suboptimal, {number(ratio.value)}"
    if ratio.n < SMALLEST_GROUP:
        return f"{topic}: {figures}, {ratio.n} runs in each group: too few to tell it from chance."
    figures += f", 95 % interval {number(ratio.low)} to {number(ratio.high)}, {ratio.n} runs each"
    if not ratio.excludes(1):
        neither = "optimal runs are not distinguishably more or less alike than suboptimal ones"
        return f"{topic}: {neither} ({figures})."
    more = "more" if ratio.value < 1 else "less"
    return f"{topic}: optimal runs are {more} alike than suboptimal ones ({figures})."


def _similarity_line(cohort: CohortFindings, compared: bool) -> str:
    topic = _TOPICS[3]
    if not compared:
        return f"{topic}: not compared (no similarity file was given)."
    if not cohort.pairs:
        return f"{topic}: the similarity file has no values for these runs."
    if not cohort.groups.size:
        why = _no_groups(cohort)
        return f"{topic}: compared by {len(cohort.pairs)} metrics; no groups to tell apart ({why})."
    if cohort.groups.size < SMALLEST_GROUP:
        return (
            f"{topic}: compared by {len(cohort.pairs)} metrics, {cohort.groups.size} runs in each group: too "
            "few to "
            "tell a difference from chance."
        )
    return f"{topic}: {verdict_counts(cohort.pairs)}."


def verdict_counts(pairs) -> str:
    """By which metrics optimal runs are more alike, less alike, or neither."""
    named = {v: [p.metric for p in pairs if p.verdict == v] for v in (1, -1, 0)}
    if not named[1] and not named[-1]:
        return (
            "by none of the "
            f"{len(pairs)} metrics are optimal runs distinguishably more or less alike than suboptimal ones"
        )
    parts = []
    for verdict, words in ((1, "more alike"), (-1, "less alike"), (0, "not distinguishable")):
        if named[verdict]:
            shown = f" ({', '.join(named[verdict])})" if verdict else ""
            parts.append(f"{words} by {len(named[verdict])}{shown}")
    return f"of {len(pairs)} metrics, optimal runs compared with suboptimal ones are {'; '.join(parts)}"


def _no_groups(cohort: CohortFindings) -> str:
    return cohort.groups.reason or "the file has no statistics of the weights"


def _counted_lines(findings: Findings) -> list[str]:
    """In which of the cohorts each effect was found; those too small to tell are counted apart."""
    signs = {topic: {} for topic in _TOPICS}
    for cohort in findings.cohorts:
        rho = cohort.overall.overall if cohort.overall is not None else Estimate(math.nan)
        if rho.n >= SMALLEST_SAMPLE and math.isfinite(rho.low):
            signs[_TOPICS[0]][cohort.name] = -_sign(rho.value) if rho.excludes(0) else 0
        large = cohort.groups.size >= SMALLEST_GROUP
        if cohort.contrasts and large:
            shape = cohort.contrasts[-1]
            clear = shape.p < 0.05 / 2
            signs[_TOPICS[1]][cohort.name] = _sign(shape.optimal - shape.suboptimal) if clear else 0
        if cohort.alikeness is not None and math.isfinite(cohort.alikeness.low):
            ratio = cohort.alikeness
            signs[_TOPICS[2]][cohort.name] = -_sign(ratio.value - 1) if ratio.excludes(1) else 0
        if cohort.pairs and large:
            signs[_TOPICS[3]][cohort.name] = _majority(cohort.pairs)
    names = short_names([cohort.name for cohort in findings.cohorts])
    lines = [_count(topic, signs[topic], names) for topic in _TOPICS]
    if not findings.compared:
        lines[-1] = f"{_TOPICS[3]}: not compared (no similarity file was given)."
    return lines


_EFFECTS = {
    _TOPICS[0]: ("smaller variance went with higher test accuracy", "with lower"),
    _TOPICS[1]: ("the excess kurtosis of optimal runs is higher than of suboptimal ones", "lower"),
    _TOPICS[2]: ("optimal runs are more alike than suboptimal ones", "less alike"),
    _TOPICS[3]: ("optimal runs are more alike by most of the metrics", "less alike"),
}
_MOST_NAMES = 6  # cohorts named in a line


def _count(topic: str, signs: dict[str, int], names: dict[str, str]) -> str:
    """`signs` by cohort, of those that have figures; `names` of all cohorts."""
    one, other = _EFFECTS[topic]
    parts = []
    for sign, words in ((1, one), (-1, other), (0, "not distinguishable")):
        found = [names[cohort] for cohort in signs if signs[cohort] == sign]
        of = f" of {len(names)} cohorts" if sign == 1 else ""
        named = f" ({', '.join(found)})" if sign and 0 < len(found) <= _MOST_NAMES else ""
        parts.append(f"{words} in {len(found)}{of}{named}")
    missing = len(names) - len(signs)
    return f"{topic}: {', '.join(parts)}{f', too few runs or no figures in {missing}' if missing else ''}."


def short_names(cohorts: list[str]) -> dict[str, str]:
    """Cohorts' names without the hash at their end, where they differ without it."""
    bare = [name.rpartition("-")[0] or name for name in cohorts]
    return {name: short if bare.count(short) == 1 else name for name, short in zip(cohorts, bare)}


def _majority(pairs) -> int:
    verdicts = [p.verdict for p in pairs]
    for sign in (1, -1):
        if sum(v == sign for v in verdicts) > len(verdicts) / 2:
            return sign
    return 0


def _sign(value: float) -> int:
    return int(np.sign(value))
