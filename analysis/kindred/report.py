"""`kindred-report POP.h5 [SIM.h5] -o report.html`: the page, and the five lines of `--summary`."""

from __future__ import annotations

import argparse
import pathlib
import sys
import warnings

from kindred import page
from kindred.errors import KindredError
from kindred.findings import Findings, examine
from kindred.output import write
from kindred.population import open_population
from kindred.sections.cohort import cohort_section
from kindred.sections.definitions import definitions
from kindred.sections.header import header
from kindred.sections.similarity import across
from kindred.sentences import summary
from kindred.similarity import open_similarity

EXIT_OK, EXIT_FILES, EXIT_USAGE = 0, 1, 2


def render(findings: Findings, paths: list[str]) -> str:
    """The report as one self-contained HTML document; `paths` are named as its sources."""
    navigation = [("top", "Overview", ""), ("found", "What was found", "")]
    body = [header(findings, paths)]
    for i, cohort in enumerate(findings.cohorts, start=1):
        anchor = f"cohort-{i}"
        content, entries = cohort_section(cohort, findings, anchor)
        body.append(content)
        navigation.append((anchor, cohort.name, "cohort"))
        navigation += [(target, label, "sub") for target, label in entries]
    wider = across(findings)
    if wider:
        body.append(wider)
        navigation.append(("across", "Across cohorts", "cohort"))
    body.append(definitions())
    navigation.append(("definitions", "Definitions", "cohort"))
    plots = any(cohort.groups.known for cohort in findings.cohorts)
    return page.page(f"{findings.name or 'population'} – kindred report", navigation, "\n".join(body), plots)


def analyse(population_path, similarity_path=None) -> Findings:
    """Opens the files and computes the findings."""
    with open_population(population_path) as population:
        if similarity_path is None:
            return examine(population)
        with open_similarity(similarity_path) as similarity:
            return examine(population, similarity)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kindred-report", description="Report of a population of trained networks, as one HTML page."
    )
    parser.add_argument("population", metavar="POP.h5", help="what `kindred train` wrote")
    parser.add_argument("similarity", metavar="SIM.h5", nargs="?", help="what `kindred compare` wrote")
    parser.add_argument("-o", "--output", metavar="REPORT.html", help="the page to write")
    parser.add_argument("--summary", action="store_true", help="print what was found, in five lines")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Exit codes: 0; 1 a file cannot be read or written; 2 usage."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.output is None and not options.summary:
        parser.error(
            "nothing to do (neither a page nor the summary was asked for) give -o REPORT.html or --summary"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # all-NaN slices are expected and shown as "–"
            findings = analyse(options.population, options.similarity)
            if options.output is not None:
                paths = [name for name in (options.population, options.similarity) if name]
                text = render(findings, [pathlib.Path(name).name for name in paths])
                write(options.output, text.encode(errors="replace"))  # half of a character pair is no text
    except KindredError as why:
        return _fail(str(why))
    if options.summary:
        print("\n".join(summary(findings)).encode(errors="replace").decode())
    return EXIT_OK


def _fail(message: str) -> int:
    print(f"kindred-report: {message}", file=sys.stderr)
    return EXIT_FILES


if __name__ == "__main__":
    sys.exit(main())
