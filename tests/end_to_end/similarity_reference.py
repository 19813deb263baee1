"""Similarities of two representations [probes, neurons], in double, as their publications define them."""

import functools

import numpy as np


def unit(x):
    """Centred, with a Frobenius norm of 1."""
    x = x - x.mean(axis=0)
    return x / np.linalg.norm(x)


def of_varying(function):
    """NaN where a representation is the same for all probes."""

    @functools.wraps(function)
    def wrapped(x, y):
        constant = any(not np.any(np.ptp(z, axis=0)) for z in (x, y))
        return np.nan if constant else function(x, y)

    return wrapped


@of_varying
def cka(x, y):
    """Kornblith et al. 2019, equation 3: the linear kernel's HSIC, normalised."""
    n = len(x)
    centring = np.eye(n) - 1 / n

    def hsic(k, l):
        return np.sum((centring @ k @ centring) * l.T)

    k, l = x @ x.T, y @ y.T
    return hsic(k, l) / np.sqrt(hsic(k, k) * hsic(l, l))


def unbiased_hsic(x, y):
    """Song et al. 2012, equation 5: of the kernels' matrices with zeros on their diagonals."""
    n, ones = len(x), np.ones(len(x))
    k, l = x @ x.T, y @ y.T
    np.fill_diagonal(k, 0)
    np.fill_diagonal(l, 0)
    both = np.sum(k * l.T) + (ones @ k @ ones) * (ones @ l @ ones) / ((n - 1) * (n - 2))
    return (both - 2 / (n - 2) * ((ones @ k) @ (l @ ones))) / (n * (n - 3))


@of_varying
def cka_debiased(x, y):
    """With HSIC's unbiased estimate; NaN where that of a representation with itself is not positive."""
    own, other = unbiased_hsic(x, x), unbiased_hsic(y, y)
    return unbiased_hsic(x, y) / np.sqrt(own * other) if own > 0 and other > 0 else np.nan


@of_varying
def procrustes(x, y):
    """Ding et al. 2021: the least |X - Y Q|_F over orthogonal Q, for centred X and Y of norm 1, by that Q."""
    x, y = unit(x), unit(y)
    width = max(x.shape[1], y.shape[1])
    x, y = (np.pad(z, [(0, 0), (0, width - z.shape[1])]) for z in (x, y))
    u, _, vt = np.linalg.svd(y.T @ x)
    return np.linalg.norm(x - y @ (u @ vt))


def left_vectors(x, keep):
    """Left singular vectors of the centred x; keep(singular values) says how many."""
    u, s, _ = np.linalg.svd(unit(x), full_matrices=False)
    return u[:, : keep(s)]


def share_of_variance(s, share=0.99):
    return np.searchsorted(np.cumsum(s**2), share * np.sum(s**2)) + 1


@of_varying
def svcca(x, y):
    """Raghu et al. 2017: mean canonical correlation of the directions that keep 99 % of the variance."""
    u, v = left_vectors(x, share_of_variance), left_vectors(y, share_of_variance)
    return np.linalg.svd(u.T @ v, compute_uv=False).mean()


@of_varying
def pwcca(x, y):
    """Morcos et al. 2018: canonical correlations weighted by how much of the neurons' outputs their
    directions account for; the mean of both sides."""
    precision = max(x.shape[0], x.shape[1], y.shape[1]) * 2.0**-23  # of floats

    def rank(s):
        return np.count_nonzero(s > precision * s[0])

    bases = left_vectors(x, rank), left_vectors(y, rank)
    turns = np.linalg.svd(bases[0].T @ bases[1], full_matrices=False)
    correlations = turns[1]
    sides = []
    for basis, turn, z in [(bases[0], turns[0], x), (bases[1], turns[2].T, y)]:
        weights = np.abs((basis @ turn).T @ unit(z)).sum(axis=1)
        sides.append(np.sum(weights * correlations) / np.sum(weights))
    return np.mean(sides)


def spread(function, x, y, size=2.0**-22, tries=4):
    """How far function(x, y) moves where x and y do by some roundings of floats: a tolerance's measure."""
    random, value = np.random.default_rng(0), function(x, y)
    if np.isnan(value):
        return 0.0

    def nudged(z):
        return z + random.uniform(-1, 1, z.shape) * size * np.abs(z).max()

    return max(abs(function(nudged(x), nudged(y)) - value) for _ in range(tries))
