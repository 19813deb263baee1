"""Tables of weight statistics, one row a run: what accuracy is predicted from."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import xarray as xr

from kindred.errors import KindredError

FAMILIES = ("moments", "quantiles", "spectrum", "strength")
QUARTILES = (0.0, 0.25, 0.5, 0.75, 1.0)
_MOMENTS = ("mean", "variance", "skewness", "kurtosis")
_SPECTRAL = ("spectral_norm", "stable_rank", "effective_rank", "alpha")


def weight_features(
    cohort: xr.Dataset,
    runs=None,
    snapshot: int = -1,
    parameters: str = "each",
    families=("moments", "quantiles"),
) -> pd.DataFrame:
    """Statistics of the weights of `runs` (all by default) at a snapshot (its place, −1 the last): [run,
    feature].

    The families: `moments` (mean, variance, skewness, kurtosis) and `quantiles` (0, 25, 50, 75, 100 %) of
    each parameter tensor, weights and biases apart, which with mean and variance are the features of
    Unterthiner et al. (2020); `spectrum` of each matrix; `strength`, the layer fluctuation of each layer.
    With parameters `common` only what every architecture has: all weights together, the first and the last
    matrix."""
    unknown = set(families) - set(FAMILIES)
    if unknown:
        raise KindredError(f"no family '{min(unknown)}' (there are {', '.join(FAMILIES)}) use these")
    if parameters not in ("each", "common"):
        raise KindredError(f"no parameters '{parameters}' (there are each, common) use one of these")
    rows = np.arange(cohort.sizes["run"]) if runs is None else cohort.indexes["run"].get_indexer(runs)
    if (rows < 0).any():
        raise KindredError("the cohort lacks some of these runs (they are of another one) select its own")
    at = cohort.isel(snapshot=snapshot)
    common = parameters == "common"
    columns: dict[str, np.ndarray] = {}
    if "moments" in families and "moments" in at:
        _add(columns, at["moments"], "parameter", "moment", _MOMENTS, _names(at, common), rows)
    if "quantiles" in families and "quantiles" in at:
        _add_quantiles(columns, at, _names(at, common), rows)
    if "spectrum" in families and "spectrum" in at:
        _add(columns, at["spectrum"], "matrix", "spectral", _SPECTRAL, _matrices(at, common), rows)
    if "strength" in families and "layer_fluctuation" in at:
        values = at["layer_fluctuation"].values[rows]
        for i, layer in enumerate(map(str, at["layer"].values)):
            role = {0: "input", len(at["layer"]) - 1: "output"}.get(i, "") if common else layer
            if role:
                columns[f"{role} fluctuation"] = values[:, i]
    return pd.DataFrame(columns, index=pd.Index(cohort["run"].values[rows], name="run"))


def _add(columns, array, dimension, of, wanted, names, rows):
    labels, kinds = list(map(str, array[dimension].values)), list(map(str, array[of].values))
    values = array.values[rows]
    for name, role in names.items():
        for kind in wanted:
            if name in labels and kind in kinds:
                columns[f"{role} {kind}"] = values[:, labels.index(name), kinds.index(kind)]


def _add_quantiles(columns, at, names, rows):
    labels = list(map(str, at["parameter"].values))
    probability = at["probability"].values.astype(float)
    values = at["quantiles"].values[rows].astype(float)
    for name, role in names.items():
        for q in QUARTILES:
            nearest = int(np.abs(probability - q).argmin())
            columns[f"{role} q{100 * q:.0f}"] = values[:, labels.index(name), nearest]


def _names(at, common: bool) -> dict[str, str]:
    """Parameters to use, and what they are called in the table."""
    names = [str(name) for name in at["parameter"].values]
    if not common:
        return {name: name for name in names if name != "all"} or {name: name for name in names}
    matrices = matrix_names(at.attrs, names)
    return {"all": "all"} | ({matrices[0]: "first", matrices[-1]: "last"} if matrices else {})


def _matrices(at, common: bool) -> dict[str, str]:
    names = [str(name) for name in at["matrix"].values]
    return {names[0]: "first", names[-1]: "last"} if common else {name: name for name in names}


def matrix_names(attrs: dict, parameters: list[str]) -> list[str]:
    """The parameters that are matrices or kernels, by their shapes where the attributes tell them."""
    weights = [name for name in parameters if name.endswith("weight")]
    try:
        described = json.loads(attrs["architecture"])["parameters"]
        shapes = {parameter["name"]: parameter["shape"] for parameter in described}
    except (KeyError, TypeError, ValueError):
        return weights
    return [name for name in weights if len(shapes.get(name, ())) != 1]  # those of norms are vectors
