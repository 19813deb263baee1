"""What the sections share: the findings, the open files, and the figures placed so far."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from kindred import page
from kindred.figures.spec import Figure
from kindred.findings import CohortFindings, Findings, cohort_summary
from kindred.population import Population
from kindred.similarity import Similarity


@dataclass
class Report:
    findings: Findings
    population: Population
    similarity: Similarity | None
    paths: list[str]  # named as the page's sources
    figures: list[Figure] = field(default_factory=list)
    navigation: list[tuple[str, str, str]] = field(default_factory=list)  # (anchor, label, class)

    def place(self, figure: Figure | None) -> str:
        """The figure's place in the page; "" without one."""
        if figure is None or not any(figure.frames.values()):
            return ""
        key = re.sub(r"[^A-Za-z0-9._-]+", "_", figure.key)
        while any(other.key == key for other in self.figures):
            key += "_"
        figure.key = key
        self.figures.append(figure)
        return page.plot(key, figure.title, figure.caption)

    def heading(self, anchor: str, label: str) -> str:
        """A section's heading, also in the navigation."""
        self.navigation.append((anchor, label, "section"))
        return f'<h2 id="{anchor}">{page.text(label)}</h2>'

    def subheading(self, anchor: str, label: str) -> str:
        self.navigation.append((anchor, label, "sub"))
        return f'<h3 id="{anchor}">{page.text(label)}</h3>'

    def of_cohorts(self, build: Callable[[CohortFindings], str]) -> str:
        """What `build` writes of each cohort; the page shows that of the chosen one."""
        several = len(self.findings.cohorts) > 1
        parts = []
        for cohort in self.findings.cohorts:
            name = f'<p class="of">Cohort <b>{page.text(cohort.name)}</b></p>' if several else ""
            content = build(cohort) if len(cohort.groups.order) else _NOTHING
            parts.append(f'<div data-cohort="{page.text(cohort.name)}">{name}{content}</div>')
        return "\n".join(parts)

    def arrays(self, cohort: CohortFindings) -> xr.Dataset:
        """The cohort's arrays, opened once."""
        if cohort.name not in self._opened:
            self._opened[cohort.name] = self.population.cohort(cohort.name)
        return self._opened[cohort.name]

    @contextlib.contextmanager
    def summary(self, cohort: CohortFindings):
        """The file's summary by group where it covers just this cohort's groups, else None."""
        with cohort_summary(self.population, cohort.name, cohort.groups) as summary:
            yield summary

    _opened: dict = field(default_factory=dict)


_NOTHING = page.paragraph("No run of this cohort is done: there is nothing to show.", "note")


def finite(values) -> bool:
    return bool(np.isfinite(np.asarray(values, float)).any())
