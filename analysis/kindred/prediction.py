"""Can the accuracy be told from the weights alone? As Unterthiner et al. (2020, arXiv:2002.11448) ask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kindred.estimates import RESAMPLES, SEED, Estimate
from kindred.statistics.correlation import correlate
from kindred.statistics.resampling import bootstrap_weights, codes, percentile_interval

SMALLEST = 40  # runs below which nothing is predicted
SMALLEST_GROUPS = 10  # of runs of equal settings
# The trees keep float32; weights that exploded have larger moments.
_LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class Prediction:
    """Predictions of runs whose settings the model has not seen."""

    table: pd.DataFrame  # by run: accuracy, predicted, group, fold (of the first repeat)
    r2: Estimate  # 1 − squared error / squared deviation from the mean (of the stratum)
    rank: Estimate  # Spearman's correlation of accuracy and prediction (within strata)
    importance: pd.Series  # by feature: share of the trees' gain, mean over the fits, largest first
    reason: str = ""  # why nothing was predicted


def predict_accuracy(
    features: pd.DataFrame, accuracy, groups, *, strata=None, folds: int = 5, repeats: int = 3
) -> Prediction:
    """Predicts `accuracy` [run] from `features` [run, feature] by gradient boosted trees, out of fold.

    Runs of one group (equal settings, other seeds) are in one fold, so that nothing is known of a run's
    settings but what other settings teach. Predictions are means over `repeats` partitions. With `strata`
    (cohorts, say) R² and the rank correlation are within these: telling a hard dataset from an easy one
    counts for nothing. Intervals resample groups; they hold for these predictions, not for another fit."""
    y = np.asarray(accuracy, float)
    kept = np.isfinite(y)
    x, y = features.to_numpy(float)[kept], y[kept]
    group = codes(np.asarray(groups)[kept], len(y))
    stratum = None if strata is None else codes(np.asarray(strata)[kept], len(y))
    reason = _why_not(y, group, x)
    if reason:
        nothing = Estimate(np.nan, n=len(y), reason=reason)
        return Prediction(pd.DataFrame(), nothing, nothing, pd.Series(dtype=float), reason)
    x = np.clip(x, -_LARGEST, _LARGEST)
    predicted, fold, gain = _out_of_fold(x, y, group, folds, repeats)
    table = pd.DataFrame(
        {"accuracy": y, "predicted": predicted, "group": group, "fold": fold}, index=features.index[kept]
    )
    one = np.ones((1, len(y)))
    weights = bootstrap_weights(len(y), RESAMPLES, group, stratum)
    r2 = Estimate(
        r_squared(y, predicted, stratum, one)[0],
        *percentile_interval(r_squared(y, predicted, stratum, weights)),
        len(y),
    )
    rank = correlate(predicted, y, strata=stratum, clusters=group)
    importance = pd.Series(gain, index=features.columns).sort_values(ascending=False)
    return Prediction(table, r2, rank, importance)


def r_squared(y, predicted, strata, weights) -> np.ndarray:
    """R² in each of the resamples `weights` [b, n], against the mean of the resampled stratum."""
    blocks = np.eye(codes(strata, len(y)).max() + 1)[codes(strata, len(y))]
    total = np.maximum(weights @ blocks, 1e-300)
    means = ((weights * y) @ blocks / total) @ blocks.T
    with np.errstate(divide="ignore", invalid="ignore"):
        return 1 - (weights @ (y - predicted) ** 2) / (weights * (y - means) ** 2).sum(axis=1)


def _why_not(y, group, x) -> str:
    if len(y) < SMALLEST:
        return f"too small: {len(y)} runs, {SMALLEST} are needed"
    count = group.max() + 1
    if count < SMALLEST_GROUPS:
        return f"too small: {count} different settings, {SMALLEST_GROUPS} are needed"
    if x.shape[1] == 0:
        return "undefined: no statistics of the weights"
    return "" if np.ptp(y) > 0 else "undefined: all accuracies are the same"


def _out_of_fold(x, y, group, folds, repeats):
    """Mean prediction of each run, its fold in the first repeat, and the mean gain by each feature."""
    from sklearn.model_selection import GroupKFold

    random = np.random.default_rng(SEED)
    predicted, first, gain = np.zeros(len(y)), np.zeros(len(y), int), np.zeros(x.shape[1])
    for repeat in range(repeats):
        # GroupKFold is deterministic: other numbers of the groups make another partition.
        renamed = random.permutation(group.max() + 1)[group]
        for number, (train, test) in enumerate(GroupKFold(folds).split(x, groups=renamed)):
            model = _model(repeat).fit(_filled(x[train], x[train]), y[train])
            predicted[test] += model.predict(_filled(x[test], x[train])) / repeats
            gain += model.feature_importances_ / (folds * repeats)
            if repeat == 0:
                first[test] = number
    return predicted, first, gain


def _model(seed: int):
    from sklearn.ensemble import GradientBoostingRegressor

    return GradientBoostingRegressor(
        n_estimators=100,
        learning_rate=0.1,
        max_depth=3,
        min_samples_leaf=3,
        subsample=0.7,
        max_features="sqrt",
        random_state=seed,
    )


def _filled(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Values with the missing ones at the median of the training rows."""
    with np.errstate(all="ignore"):
        finite = np.isfinite(known).any(axis=0)
        middle = np.zeros(known.shape[1])
        middle[finite] = np.nanmedian(known[:, finite], axis=0)
    return np.where(np.isfinite(values), values, middle)
