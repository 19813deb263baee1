"""Clusters the done runs of a cohort by a distance matrix: average linkage, with scipy.

    python analysis/examples/cluster.py SIM.h5 [--metric wasserstein] [--clusters 3]
"""

import argparse

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

import kindred

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("similarity", help="what kindred compare wrote")
parser.add_argument("--metric", default="wasserstein", help="a distance [wasserstein]")
parser.add_argument("--clusters", type=int, default=3)
options = parser.parse_args()

similarity = kindred.open_similarity(options.similarity)
cohort = similarity.cohorts[0]
slice = similarity.default_slice(cohort, options.metric)
distance = similarity.matrix(cohort, options.metric, **slice)

# Runs that are not done have no values, which linkage would not take.
done = ~np.isnan(np.diagonal(distance))
distance = distance[done, done]
# squareform makes of the matrix what linkage expects: the pairs i < j in a row.
tree = linkage(squareform(distance.values.astype(float), checks=False), method="average")
label = fcluster(tree, options.clusters, criterion="maxclust")
for cluster in np.unique(label):
    print(f"cluster {cluster}: runs", *distance.run.values[label == cluster])
