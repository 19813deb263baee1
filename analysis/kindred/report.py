"""`kindred-report POP.h5 [SIM.h5] -o report.html`: the page, its figures as files, and the lines of `--summary`."""

from __future__ import annotations

import argparse
import contextlib
import pathlib
import sys
import warnings

from kindred import page
from kindred.errors import KindredError
from kindred.figures.draw import drawn
from kindred.figures.embed import embedded
from kindred.figures.runs import run_table
from kindred.figures.table import table
from kindred.findings import Findings, examine
from kindred.output import write
from kindred.population import open_population
from kindred.sections import accuracy, across, methods, pictures, prediction, separates, similarity, trained
from kindred.sections.context import Report
from kindred.sections.header import header
from kindred.sentences import summary
from kindred.similarity import open_similarity

EXIT_OK, EXIT_FILES, EXIT_USAGE = 0, 1, 2


def render(report: Report) -> str:
    """The report as one self-contained HTML document; `report.figures` then holds what it shows."""
    findings = report.findings
    report.navigation += [("top", "Overview", "section"), ("found", "What was found", "sub")]
    sections = (trained, accuracy, separates, pictures, similarity, across, prediction, methods)
    body = "\n".join([header(report), *(part.section(report) for part in sections)])
    runs, columns = run_table(findings)
    colour = "group" if any(c.groups.size for c in findings.cohorts) else ""
    cohorts = [c.name for c in findings.cohorts]
    data = embedded(runs, columns, cohorts, colour, report.figures)
    return page.page(f"{findings.name or 'population'} – kindred report", report.navigation, body, data)


def analyse(population_path, similarity_path=None) -> Findings:
    """Opens the files and computes the findings."""
    with open_population(population_path) as population:
        if similarity_path is None:
            return examine(population)
        with open_similarity(similarity_path) as similarity_file:
            return examine(population, similarity_file)


def make(population_path, similarity_path, output, figures_folder) -> Findings:
    """Computes the findings and writes what is asked for: the page, and a folder of figures."""
    with contextlib.ExitStack() as files:
        population = files.enter_context(open_population(population_path))
        compared = files.enter_context(open_similarity(similarity_path)) if similarity_path else None
        findings = examine(population, compared)
        if output is None and figures_folder is None:
            return findings
        paths = [pathlib.Path(name).name for name in (population_path, similarity_path) if name]
        report = Report(findings, population, compared, paths)
        text = render(report)
    if output is not None:
        write(output, text.encode(errors="replace"))  # half of a character pair is no text
    if figures_folder is not None:
        write_figures(report, pathlib.Path(figures_folder))
    return findings


def write_figures(report: Report, folder: pathlib.Path):
    """Every figure as SVG, PDF and PNG (the frame that is shown first) and CSV (all frames)."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as why:
        raise KindredError(f"cannot make the folder {folder} ({why.strerror}) name another one") from why
    runs, _ = run_table(report.findings)
    for figure in report.figures:
        for form, content in drawn(figure, runs).items():
            write(folder / f"{figure.key}.{form}", content)
        write(folder / f"{figure.key}.csv", table(figure).encode())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kindred-report", description="Report of a population of trained networks, as one HTML page."
    )
    parser.add_argument("population", metavar="POP.h5", help="what `kindred train` wrote")
    parser.add_argument("similarity", metavar="SIM.h5", nargs="?", help="what `kindred compare` wrote")
    parser.add_argument("-o", "--output", metavar="REPORT.html", help="the page to write")
    parser.add_argument(
        "--figures", metavar="DIR", help="write every figure as SVG, PDF, PNG and CSV into DIR"
    )
    parser.add_argument("--summary", action="store_true", help="print what was found, in five lines")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Exit codes: 0; 1 a file cannot be read or written; 2 usage."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.output is None and options.figures is None and not options.summary:
        parser.error(
            "nothing to do (neither a page, figures nor the summary was asked for) give -o REPORT.html, --figures DIR "
            "or --summary"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # all-NaN slices are expected and shown as "–"
            findings = make(options.population, options.similarity, options.output, options.figures)
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
