"""`python -m kindred.study POP.h5 SIM.h5 -o DIR [--findings FINDINGS.md]`."""

from __future__ import annotations

import argparse
import pathlib
import sys
import warnings

from kindred.errors import KindredError
from kindred.output import write
from kindred.population import open_population
from kindred.similarity import open_similarity
from kindred.study.document import filled
from kindred.study.figures import draw
from kindred.study.material import read_cohorts
from kindred.study.provenance import provenance
from kindred.study.tables import compute, csv, runs_summary


def main(arguments: list[str] | None = None) -> int:
    """Exit codes: 0; 1 a file cannot be read or written; 2 usage."""
    parser = argparse.ArgumentParser(prog="python -m kindred.study", description=__doc__)
    parser.add_argument("population", metavar="POP.h5")
    parser.add_argument("similarity", metavar="SIM.h5")
    parser.add_argument("-o", "--output", metavar="DIR", required=True, help="where tables and figures go")
    parser.add_argument("--findings", metavar="FILE.md", help="a text whose tables are made anew")
    options = parser.parse_args(arguments)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            study(options.population, options.similarity, pathlib.Path(options.output))
        if options.findings:
            path = pathlib.Path(options.findings)
            write(path, filled(path.read_text(encoding="utf-8"), options.output).encode())
    except (KindredError, OSError) as why:
        print(f"kindred.study: {why}", file=sys.stderr)
        return 1
    return 0


def study(population_path, similarity_path, folder: pathlib.Path):
    """Writes every table as CSV, the summary of the runs, and the figures as SVG."""
    folder.mkdir(parents=True, exist_ok=True)
    with open_population(population_path) as population, open_similarity(similarity_path) as similarity:
        cohorts = read_cohorts(population)
        tables = compute(cohorts, similarity)
        tables["provenance"] = provenance(population.attrs, similarity.attrs)
        for name, table in tables.items():
            write(folder / f"{name}.csv", csv(table).encode())
        write(folder / "runs.csv", runs_summary(cohorts).to_csv(lineterminator="\n").encode())
        for name, content in draw(cohorts, similarity, tables).items():
            write(folder / f"{name}.svg", content)


if __name__ == "__main__":
    sys.exit(main())
