# %% [markdown]
# From a population to a finding, cell by cell. Editors that know `# %%` open this file as a notebook; as a
# script:
#
#     python analysis/examples/walkthrough.py POP.h5 SIM.h5 [-o map.png]

# %%
import argparse

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

import kindred
from kindred.clustering import cluster
from kindred.distances import distances
from kindred.embedding import embed
from kindred.features import weight_features
from kindred.groups import rank_runs, setting_codes, varying_settings
from kindred.prediction import predict_accuracy
from kindred.statistics import correlate, correlate_each, dispersion, permanova

parser = argparse.ArgumentParser()
parser.add_argument("population", help="what kindred train wrote")
parser.add_argument("similarity", help="what kindred compare wrote")
parser.add_argument("-o", "--output", default="map.png")
options = parser.parse_args()

# %% [markdown]
# ## What was trained
# A table with one row a run. The runs of a cohort share dataset and architecture; the best and the worst
# quarter of them are called optimal and suboptimal.

# %%
population = kindred.open_population(options.population)
similarity = kindred.open_similarity(options.similarity)
runs, name = population.runs, population.cohorts[0]
print(runs["state"].value_counts().to_string())
groups = rank_runs(runs[runs["cohort"] == name], population.optimal_fraction)
done = runs.loc[groups.order]
settings = setting_codes(done, varying_settings(done))  # equal for runs that differ by their seeds only

# %% [markdown]
# ## Does the variance of the weights go with accuracy?
# Runs of equal settings are not independent evidence: they are one cluster. `correlate_each` corrects for the
# number of tensors looked at.

# %%
cohort = population.cohort(name)
variance = cohort.moments.isel(snapshot=-1).sel(moment="variance", run=groups.order).to_pandas()
found = correlate(variance["all"], groups.accuracy, clusters=settings)
print(f"variance and accuracy, rho: {found.value:.3f}, {found.low:.3f} to {found.high:.3f}, n {found.n}")
print(correlate_each(variance.drop(columns="all"), groups.accuracy, clusters=settings).round(4).to_string())

# %% [markdown]
# ## Are good networks more alike than poor ones?
# PERMANOVA says whether the groups lie apart, `dispersion` whether one is tighter than the other.

# %%
distance = distances(similarity.matrix(name, "wasserstein", parameter="all"), groups.order)
ends = distance.index[np.isin(distance.index, [*groups.optimal, *groups.suboptimal])]
label = np.where(np.isin(ends, groups.optimal), "optimal", "suboptimal")
spread, apart = dispersion(distance.loc[ends, ends], label), permanova(distance.loc[ends, ends], label)
print(f"dispersion, optimal / suboptimal: {spread.effect:.3f}, p {spread.p:.3f} {spread.reason}")
print(f"apart, R2: {apart.effect:.3f}, p {apart.p:.3f} {apart.reason}")

# %% [markdown]
# ## A map of the runs
# Distances on it are as near as two dimensions allow to those between the weights' distributions.

# %%
place, tree = embed(distance, "metric"), cluster(distance)
fig, ax = plt.subplots(figsize=(5, 4))
dots = ax.scatter(place.coordinates["1"], place.coordinates["2"], c=runs.loc[distance.index, "test_accuracy"])
fig.colorbar(dots, label="test accuracy")
ax.set_title(f"{len(distance)} runs, stress {place.stress:.2f}")
fig.savefig(options.output, dpi=100)
print("clusters:", tree.labels(3).value_counts().to_dict())

# %% [markdown]
# ## Can the accuracy be told from the weights?
# Gradient boosted trees, out of fold; runs of equal settings are never on both sides.

# %%
features = weight_features(cohort, groups.order)
prediction = predict_accuracy(features, groups.accuracy, settings)
r2 = prediction.r2
print(
    f"accuracy from weights, R2 out of fold: {r2.value:.3f}, {r2.low:.3f} to {r2.high:.3f}",
    prediction.reason,
)
