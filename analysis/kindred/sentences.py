"""What was found, in plain language, from the figures alone.

A direction is named only where its interval leaves out "no effect"; otherwise the sentence says that it is
not distinguishable from none. Five lines: runs, variance and accuracy, shape of the weights, alikeness of
the moments, similarity.
"""

from __future__ import annotations

import math

import numpy as np

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
    return f"{value:.{decimals}f}".replace("-", "−") if math.isfinite(value) else "–"


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
    done = findings.runs[findings.runs["state"] == "done"]["test_accuracy"].to_numpy(float)
    done = done[np.isfinite(done)]
    reached = (
        f"best test accuracy {fixed(done.max(), 4)}, median {fixed(float(np.median(done)), 4)}"
        if done.size
        else "no test accuracy yet"
    )
    where = f" in {len(findings.cohorts)} cohorts" if len(findings.cohorts) > 1 else ""
    total = len(findings.runs)
    return f"Runs: {counts['done']} of {total} done{where}{f' ({rest})' if rest else ''}; {reached}."


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
            f"only {n} done {'run' if n == 1 else 'runs'}"
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
    """In how many cohorts each effect was found."""
    cohorts = findings.cohorts
    rho = [c.overall.overall for c in cohorts if c.overall is not None]
    ratio = [c.alikeness for c in cohorts if c.alikeness is not None]
    shape = [c.contrasts[-1] for c in cohorts if c.contrasts]
    shape_signs = [_sign(s.optimal - s.suboptimal) if s.p < 0.05 / 2 else 0 for s in shape]
    similar = [_majority(c.pairs) for c in cohorts if c.pairs and c.groups.size]
    n = len(cohorts)
    lines = [
        _count(
            _TOPICS[0],
            "smaller variance went with higher test accuracy",
            "with lower",
            [-_sign(r.value) if r.excludes(0) else 0 for r in rho],
            n,
        ),
        _count(
            _TOPICS[1],
            "the excess kurtosis of optimal runs is higher than of suboptimal ones",
            "lower",
            shape_signs,
            n,
        ),
        _count(
            _TOPICS[2],
            "optimal runs are more alike than suboptimal ones",
            "less alike",
            [-_sign(r.value - 1) if r.excludes(1) else 0 for r in ratio],
            n,
        ),
    ]
    if not findings.compared:
        lines.append(f"{_TOPICS[3]}: not compared (no similarity file was given).")
    else:
        lines.append(
            _count(_TOPICS[3], "optimal runs are more alike by most of the metrics", "less alike", similar, n)
        )
    return lines


def _count(topic: str, one: str, other: str, signs: list[int], n: int) -> str:
    up, down = sum(s > 0 for s in signs), sum(s < 0 for s in signs)
    missing = n - len(signs)
    tail = f", no figures for {missing}" if missing else ""
    rest = len(signs) - up - down
    return f"{topic}: {one} in {up} of {n} cohorts, {other} in {down}, not distinguishable in {rest}{tail}."


def _majority(pairs) -> int:
    verdicts = [p.verdict for p in pairs]
    for sign in (1, -1):
        if sum(v == sign for v in verdicts) > len(verdicts) / 2:
            return sign
    return 0


def _sign(value: float) -> int:
    return int(np.sign(value))
