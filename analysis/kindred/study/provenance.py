"""What made the two files of a study."""

from __future__ import annotations

import pandas as pd

_ATTRIBUTES = ("created_by", "libraries", "device", "created", "sweep_id", "comparison")


def provenance(population: dict, similarity: dict) -> pd.DataFrame:
    """Of the attributes of the files: a row each that either has."""
    rows = [
        (name, str(population.get(name, "")), str(similarity.get(name, "")))
        for name in _ATTRIBUTES
        if population.get(name) or similarity.get(name)
    ]
    return pd.DataFrame(rows, columns=["attribute", "population", "similarity"])
