"""The figures of the study, as SVG."""

from __future__ import annotations

import pandas as pd

from kindred.figures.style import styled
from kindred.similarity import Similarity
from kindred.study.canvas import svg
from kindred.study.material import Cohort
from kindred.study.networks import accuracy, maps, scatter, shape
from kindred.study.overviews import origin, over_epochs, prediction, profiles, ratios
from kindred.study.relations import all_layers


@styled
def draw(cohorts: list[Cohort], similarity: Similarity, tables: dict[str, pd.DataFrame]) -> dict[str, bytes]:
    """Every figure by name, as SVG."""
    made = {
        "accuracy": accuracy(cohorts),
        "alike": ratios(tables["alike"], "Dispersion, optimal / suboptimal"),
        "origin": origin(tables["origin"]),
        "variance": scatter(
            cohorts,
            lambda c: c.common[-1]["all variance"],
            "variance of all weights",
            tables["variance"],
            "all weights",
        ),
        "strength": scatter(
            cohorts,
            lambda c: 10 ** all_layers(c, -1),
            "layer fluctuation (geometric mean of the layers)",
            tables["strength"],
            "all layers",
        ),
        "shape": shape(cohorts),
        "epochs": over_epochs(tables["epochs"]),
        "profiles": profiles(tables["profiles"]),
        "prediction": prediction(tables["prediction"]),
        "map": maps(cohorts, similarity),
    }
    return {name: svg(figure) for name, figure in made.items() if figure is not None}
