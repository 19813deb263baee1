"""Opens a cohort's matrices with xarray alone, and names the two most similar runs.

    python analysis/examples/labelled.py SIM.h5
"""

import argparse

import h5py
import numpy as np
import xarray as xr

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("similarity", help="what kindred compare wrote")
path = parser.parse_args().similarity

with h5py.File(path) as file:
    cohort = next(iter(file["cohorts"]))
with xr.open_dataset(path, group=f"cohorts/{cohort}", engine="h5netcdf") as matrices:
    print(matrices)
    distance = matrices["wasserstein"].sel(parameter="all").load()

# Labels are the runs' numbers in the population file; each pair once, without the run itself.
pairs = distance.where(np.triu(np.ones(distance.shape, bool), k=1))
first = pairs.stack(pair=("run", "run_other")).dropna("pair")
run, other = first.pair[first.argmin("pair").item()].item()
print(f"most similar: runs {run} and {other}, {distance.sel(run=run, run_other=other).item():.6g} apart")
