"""One cohort: its groups, then a section for each question."""

from __future__ import annotations

from kindred import page
from kindred.findings import CohortFindings, Findings
from kindred.sections import accuracy, similarity, structure, weights
from kindred.sections.header import trained
from kindred.sentences import cohort_lines, fixed


def cohort_section(
    cohort: CohortFindings, findings: Findings, anchor: str
) -> tuple[str, list[tuple[str, str]]]:
    """A cohort's HTML and its (anchor, label) entries for the navigation."""
    parts = [f'<h2 id="{anchor}">{page.text(cohort.name)}</h2>']
    if len(findings.cohorts) > 1:
        parts.append(page.paragraph(trained(cohort) + "."))
        parts.append(page.found(cohort_lines(cohort, findings.compared)))
    if not len(cohort.groups.order):
        parts.append(page.paragraph("No run of this cohort is done: there is nothing to show.", "note"))
        return "\n".join(parts + [accuracy.unfinished(cohort)]), []
    parts.append(_group_words(cohort))
    sections = [
        ("accuracy", "Accuracy", accuracy.accuracy(cohort, anchor)),
        ("variance", "Variance and accuracy", weights.variance(cohort, anchor)),
        ("weights", "Weight distributions", weights.distributions(cohort)),
        ("spread", "Spread of the moments", weights.spread(cohort)),
        ("nodes", "Node strength", structure.nodes(cohort)),
        ("spectra", "Spectra", structure.spectra(cohort)),
        ("similarity", "Similarity", similarity.similarity(cohort, findings.compared)),
    ]
    entries = []
    for key, label, content in sections:
        parts.append(f'<h3 id="{anchor}-{key}">{label}</h3>{content}')
        entries.append((f"{anchor}-{key}", label))
    parts.append(accuracy.unfinished(cohort))
    return "\n".join(parts), entries


def _group_words(cohort: CohortFindings) -> str:
    groups = cohort.groups
    if not groups.size:
        return page.paragraph(f"No optimal and suboptimal groups: {groups.reason}.", "note")
    low, high = groups.accuracy[groups.size - 1], groups.accuracy[len(groups.order) - groups.size]
    words = (
        f"Optimal: the {groups.size} best of {len(groups.order)} done runs by final test accuracy "
        f"({fixed(low, 4)} or "
        f"more); suboptimal: the {groups.size} worst ({fixed(high, 4)} or less)."
    )
    return page.paragraph(words)
