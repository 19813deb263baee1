"""Matrices of the stored logits equal numpy's and scipy's in double."""

import numpy as np
import pytest
from scipy import special
from scipy.spatial import distance

from similarity import ROUNDING, all_pairs, assert_pairs, cohorts, opened, population


@pytest.fixture
def logits(opened):
    """(logits in double, which runs are done, matrices) of each cohort."""
    if opened[2] == 0:
        for _, group, _, _ in cohorts(opened):
            assert "agreement" not in group and "prediction_js" not in group
        return []
    return [
        (cohort["logits"][:].astype(np.float64), valid, group) for cohort, group, valid, _ in cohorts(opened)
    ]


def test_agreement(logits):
    for values, valid, group in logits:
        expected = all_pairs(lambda a, b: np.mean(a == b), values.argmax(axis=2), valid)
        assert_pairs(group["agreement"], expected, relative=2.0**-24)


def test_prediction_js(logits):
    """Probabilities are rounded to floats, which moves a distance by at most 2^-23; for scipy see
    test_similarity_weights."""
    for values, valid, group in logits:
        shares = special.softmax(values, axis=2)
        expected = all_pairs(lambda a, b: distance.jensenshannon(a, b, base=2, axis=1).mean(), shares, valid)
        assert_pairs(group["prediction_js"], expected, ROUNDING, 2.0**-23 + 2e-8)
