"""What the networks compute, by numpy in double: from the published images and the stored weights."""

import gzip

import numpy as np

from support import SOURCE


def read_idx(name):
    """An IDX file of the data folder that comes with the program, as an array of bytes."""
    data = gzip.decompress((SOURCE / "data/mnist" / f"{name}.gz").read_bytes())
    shape = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(data[3])]
    return np.frombuffer(data, np.uint8, offset=4 + 4 * len(shape)).reshape(shape)


def network_inputs(count, name="t10k-images-idx3-ubyte"):
    """The first images of a file as networks see them: [count, 784] in double."""
    pixels = read_idx(name)[:count].reshape(count, -1)
    return (pixels / 255 - 0.1307) / 0.3081


def layers(cohort, weights):
    """The matrix [out, in] and bias of each layer of an mlp, in double.

    `cohort` is the HDF5 group, `weights` one flat vector in PyTorch's order."""
    ends = np.cumsum(cohort["parameter_size"][:-1])
    parts = np.split(weights.astype(np.float64), ends[:-1])
    return [(matrix.reshape(len(bias), -1), bias) for matrix, bias in zip(parts[::2], parts[1::2])]


def representations(cohort, weights, inputs):
    """What each layer of a relu mlp makes of inputs [n, 784], in double: the hidden ones, then the logits."""
    outputs, x = [], inputs
    *hidden, last = layers(cohort, weights)
    for matrix, bias in hidden:
        x = np.maximum(x @ matrix.T + bias, 0)
        outputs.append(x)
    return outputs + [x @ last[0].T + last[1]]


def cosines(vectors):
    """Of all pairs of rows; NaN where a row is zero."""
    with np.errstate(invalid="ignore"):
        unit = vectors / np.sqrt((vectors**2).sum(axis=1, keepdims=True))
    return unit @ unit.T


def centred_gram(values):
    values = values - values.mean(axis=0)
    return (values @ values.T).ravel()


def standardized(values):
    """(x - mean) / sd, with 0 for equal values."""
    if not np.ptp(values):
        return np.zeros_like(values)
    return (values - values.mean()) / values.std()


def moment_scores(figures):
    """Of mean, variance, skewness and kurtosis [runs, 4]: z-scores over the runs, of the variance by its log.

    What all runs have in common counts as 0, as does what a run does not have."""
    figures = figures.copy()
    figures[:, 1] = np.log(figures[:, 1] + 1e-12)
    for column in figures.T:
        known = np.isfinite(column)
        column[known] = standardized(column[known]) if known.any() else 0
        column[~known] = 0
    return figures
