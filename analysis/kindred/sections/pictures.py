"""What the weights look like."""

from __future__ import annotations

from kindred import page
from kindred.figures.filters import filters_figure
from kindred.figures.inputs import inputs_figure
from kindred.figures.matrices import matrices_figure
from kindred.findings import CohortFindings
from kindred.sections.context import Report


def section(report: Report) -> str:
    def cohort(c: CohortFindings) -> str:
        arrays = report.arrays(c)
        parts = []
        if c.snapshots:
            parts.append(report.place(inputs_figure(c, arrays)))
        if arrays.sizes.get("weights_snapshot"):
            parts.append(report.place(filters_figure(c, arrays)))
            with report.summary(c) as summary:
                parts.append(report.place(matrices_figure(c, arrays, summary)))
        else:
            words = "Pictures of the weights are left out: the sweep kept no weights (record.weights)."
            parts.append(page.paragraph(words, "note"))
        return "".join(parts) or page.paragraph("Left out: the shapes of the layers are not known.", "note")

    return report.heading("pictures", "What the weights look like") + report.of_cohorts(cohort)
