"""Finds each run's nearest runs and a map of the runs in two dimensions, with scikit-learn.

    python analysis/examples/neighbours.py SIM.h5 [--metric wasserstein] [--count 3]
"""

import argparse

import numpy as np
from sklearn.manifold import Isomap
from sklearn.neighbors import NearestNeighbors

import kindred

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("similarity", help="what kindred compare wrote")
parser.add_argument("--metric", default="wasserstein", help="a distance [wasserstein]")
parser.add_argument("--count", type=int, default=3, help="how many neighbours")
options = parser.parse_args()

similarity = kindred.open_similarity(options.similarity)
cohort = similarity.cohorts[0]
slice = similarity.default_slice(cohort, options.metric)
distance = similarity.matrix(cohort, options.metric, **slice)

# Runs that are not done have no values, which scikit-learn would not take.
done = ~np.isnan(np.diagonal(distance))
distance = distance[done, done]
square, runs = distance.values.astype(float), distance.run.values

# Without an argument kneighbors leaves out each run itself.
nearest = NearestNeighbors(n_neighbors=options.count, metric="precomputed").fit(square)
_, index = nearest.kneighbors()
# With all others as neighbours this is classical multidimensional scaling.
place = Isomap(n_neighbors=len(runs) - 1, n_components=2, metric="precomputed").fit_transform(square)
for run, neighbours, (x, y) in zip(runs, index, place):
    print(f"run {run} at ({x:.3g}, {y:.3g}): nearest", *runs[neighbours])
