"""Matrices of weights, and of what is stored of them, equal scipy's, or numpy's in double."""

import h5py
import numpy as np
from scipy import stats
from scipy.spatial import distance

from reference import cosines, moment_scores, standardized
from similarity import ROUNDING, all_pairs, assert_pairs, cohorts, is_done, opened, parameters, population
from support import compare

# Half a unit in the last place of a float, relatively.
HALF = 2.0**-24


def test_wasserstein(opened):
    for cohort, group, valid, weights in cohorts(opened):
        for index, part in parameters(cohort):
            expected = all_pairs(stats.wasserstein_distance, weights[:, part], valid)
            assert_pairs(group["wasserstein"][index], expected, relative=ROUNDING)


def test_wasserstein_standardized(opened):
    """Standardised values, whose absolute values have a mean of at most 1, are rounded to floats."""
    for cohort, group, valid, weights in cohorts(opened):
        for index, part in parameters(cohort):
            values = np.array([standardized(row) for row in weights[:, part]])
            expected = all_pairs(stats.wasserstein_distance, values, valid)
            assert_pairs(group["wasserstein_standardized"][index], expected, ROUNDING, 2 * HALF)


def test_kolmogorov_smirnov(opened):
    """A quotient of whole numbers, so there is one rounding, to a float."""

    def statistic(a, b):
        return stats.ks_2samp(a, b, method="asymp").statistic

    for cohort, group, valid, weights in cohorts(opened):
        for index, part in parameters(cohort):
            expected = all_pairs(statistic, weights[:, part], valid)
            assert_pairs(group["kolmogorov_smirnov"][index], expected, HALF, 1e-15)


def test_jensen_shannon(opened):
    """What scipy adds cancels down to 1e-16, of which there is the root."""
    for cohort, group, valid, _ in cohorts(opened):
        histograms = cohort["histogram"][:, opened[2]].astype(np.float64)
        for index, _ in parameters(cohort):
            expected = all_pairs(
                lambda a, b: distance.jensenshannon(a, b, base=2), histograms[:, index], valid
            )
            assert_pairs(group["jensen_shannon"][index], expected, ROUNDING, 2e-8)


def test_moment(opened):
    """Scores of n runs, at most √n in size, are rounded to floats: four differences and the distance."""
    for cohort, group, valid, _ in cohorts(opened):
        names = list(cohort["moment"].asstr())
        chosen = [names.index(name) for name in ("mean", "variance", "skewness", "kurtosis")]
        for index, _ in parameters(cohort):
            figures = cohort["moments"][:, opened[2], index][:, chosen]
            scores = np.full_like(figures, np.nan)
            scores[valid] = moment_scores(figures[valid])
            expected = all_pairs(lambda a, b: np.linalg.norm(a - b), scores, valid)
            assert_pairs(group["moment"][index], expected, HALF, 4 * HALF * np.sqrt(len(valid)))


def test_moment_of_what_all_runs_that_have_it_share(folder, population):
    """A spread of 0 counts as 0 for every run, also where a mean is rounded, as that of three times 0.1."""
    path = folder / "shared.h5"
    path.write_bytes(population.read_bytes())
    with h5py.File(path, "r+") as file:
        cohort = next(c for c in file["cohorts"].values() if np.count_nonzero(is_done(file, c)) > 3)
        valid, name = is_done(file, cohort), cohort.name
        skewness = list(cohort["moment"].asstr()).index("skewness")
        moments = cohort["moments"][:]
        moments[:] = moments[np.flatnonzero(valid)[0]]
        moments[..., skewness] = np.nan
        moments[np.flatnonzero(valid)[:3], ..., skewness] = 0.1
        cohort["moments"][:] = moments
    with h5py.File(compare(path, folder / "shared_similarity.h5", "--metrics", "moment")) as found:
        assert not found[name]["moment"][:][:, valid][:, :, valid].any()


def test_cosine(opened):
    for cohort, group, _, weights in cohorts(opened):
        for index, part in parameters(cohort):
            assert_pairs(group["cosine"][index], cosines(weights[:, part]), absolute=ROUNDING)


def test_initial_biases_have_no_angle(opened):
    for _, group, valid, _ in cohorts(opened):
        bias = group["cosine"][1][np.ix_(valid, valid)]
        assert np.isnan(bias).all() if opened[2] == 0 else not np.isnan(bias).any()


def test_spectral(opened):
    """Singular values relative to the largest, at most 1, are rounded to floats."""
    for cohort, group, valid, _ in cohorts(opened):
        values = cohort["singular_values"][:, opened[2]].astype(np.float64)
        matrix_of = cohort["singular_value_matrix"][:]
        for index in range(len(cohort["matrix"])):
            part = values[:, matrix_of == index]
            expected = all_pairs(stats.wasserstein_distance, part / part.max(axis=1, keepdims=True), valid)
            assert_pairs(group["spectral"][index], expected, ROUNDING, 2 * HALF)


def test_node_strength(opened):
    for cohort, group, valid, _ in cohorts(opened):
        values = cohort["node_strength"][:, opened[2]].astype(np.float64)
        layer_of = cohort["node_layer"][:]
        for index in range(len(cohort["layer"])):
            expected = all_pairs(stats.wasserstein_distance, values[:, layer_of == index], valid)
            assert_pairs(group["node_strength"][index], expected, relative=ROUNDING)


def permuted(cohort, weights, random):
    """The same function of an mlp, its hidden units in another order."""
    ends = np.cumsum(cohort["parameter_size"][:-1])
    parts = np.split(weights, ends[:-1])
    order = np.arange(784)
    for layer in range(0, len(parts), 2):
        rows = len(parts[layer + 1])
        new = random.permutation(rows) if layer + 2 < len(parts) else np.arange(rows)
        parts[layer] = parts[layer].reshape(rows, -1)[new][:, order].ravel()
        parts[layer + 1] = parts[layer + 1][new]
        order = new
    return np.concatenate(parts)


def test_aligned_cosine_finds_no_worse_match_than_the_order_as_it_is(opened):
    for _, group, _, _ in cohorts(opened):
        aligned, plain = group["aligned_cosine"][:], group["cosine"][-1]
        np.testing.assert_array_equal(np.isnan(aligned), np.isnan(plain))
        assert np.nanmin(aligned - plain) >= -ROUNDING
        assert np.nanmax(aligned - plain) > 0.001


def test_aligned_cosine_undoes_a_permutation(folder, population):
    """Of each two runs, from the last on, one becomes the other with its hidden units in another order."""
    path = folder / "permuted.h5"
    path.write_bytes(population.read_bytes())
    random = np.random.default_rng(1)
    twins = []
    with h5py.File(path, "r+") as file:
        for name, cohort in file["cohorts"].items():
            done = np.flatnonzero(is_done(file, cohort))[::-1]  # without the first: it is of zeros
            for original, copy in zip(done[::2], done[1::2]):
                for snapshot in range(len(cohort["weights_snapshot"])):
                    weights = cohort["weights"][original, snapshot]
                    cohort["weights"][copy, snapshot] = permuted(cohort, weights, random)
                twins.append((name, original, copy))
    assert len({name for name, _, _ in twins}) == 2
    metrics = ["--metrics", "aligned_cosine,cosine,cka"]
    with h5py.File(compare(path, folder / "permuted_similarity.h5", *metrics)) as found:
        for name, original, copy in twins:
            group = found["cohorts"][name]
            assert group["cosine"][-1, original, copy] < 0.9
            # The weights are the same, so that what remains is how a float is rounded.
            assert group["aligned_cosine"][original, copy] == group["aligned_cosine"][copy, original]
            assert abs(group["aligned_cosine"][original, copy] - 1) <= 2**-23
            # The units are those of the same functions, in another order of summation.
            assert np.all(group["cka"][:, original, copy] >= 1 - 2 * ROUNDING)
