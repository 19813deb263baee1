"""Populations of trained neural networks: open the files, test what they hold, report it, export a network.

>>> population = kindred.open_population("population.h5")
>>> population.runs[["train.learning_rate", "test_accuracy"]]
>>> population.cohort(population.cohorts[0]).moments.sel(parameter="all", moment="variance")
"""

from kindred import export
from kindred.errors import KindredError, MissingFileError, NotKindredFileError, SchemaVersionError
from kindred.findings import Findings, examine
from kindred.population import Population, open_population
from kindred.similarity import Similarity, open_similarity

__all__ = [
    "Findings",
    "KindredError",
    "MissingFileError",
    "NotKindredFileError",
    "Population",
    "SchemaVersionError",
    "Similarity",
    "examine",
    "export",
    "open_population",
    "open_similarity",
]
