"""Opening files: contents, laziness, files that are being written, and files that are not ours."""

import subprocess
import sys
import textwrap

import h5py
import numpy as np
import pytest
import xarray as xr
from make_files import Plan, draw, make_population

import kindred


def test_runs_table(make):
    path, _ = make(Plan(runs=9, states={0: 0, 3: 2, 8: 3}), similarity=False)
    with kindred.open_population(path) as population:
        runs = population.runs
    assert runs.index.name == "run" and list(runs.index) == list(range(9))
    assert list(runs.columns[:3]) == ["id", "cohort", "cohort_row"], "columns keep the order of the file"
    assert list(runs["state"].cat.categories) == ["pending", "done", "diverged", "failed"]
    assert list(runs["state"][[0, 1, 3, 8]]) == ["pending", "done", "diverged", "failed"]
    assert runs["id"].dtype == np.uint64
    assert runs.loc[0, "host"] == "node" and runs.loc[8, "message"] == "loss is not finite"
    assert runs.loc[0, "model.hidden"] == "[6]"
    assert np.isnan(runs.loc[3, "test_accuracy"]) and runs.loc[1, "test_accuracy"] > 0


def test_cohort_is_labelled_and_lazy(make):
    plan = Plan(runs=9)
    path, _ = make(plan, similarity=False)
    with kindred.open_population(path) as population:
        assert population.cohorts == [plan.cohort]
        cohort = population.cohort(plan.cohort)
        assert not cohort["histogram"].variable._in_memory
        assert cohort["weights"].dims == ("run", "weights_snapshot", "weight")
        expected = draw(plan)[4][4, -1, :60]
        got = cohort.moments.sel(run=4, snapshot=4, parameter="fc1.weight", moment="variance").item()
        assert got == pytest.approx(np.var(expected.astype(float)), rel=1e-12)
        assert population.population(plan.cohort)["runs"].sel(group="optimal") == 3
        assert population.sweep.startswith('name = "synthetic"') and population.name == "synthetic"
        assert population.optimal_fraction == 0.25
        assert population.attrs["schema_version"] == 1
        assert population.attrs["created_by"] == "kindred 0.1.0 (abc1234)"


@pytest.mark.parametrize(
    "sweep, ingest, fraction",
    [
        ("", "cohorts=0a\nrecord.optimal_fraction=0.1\nrecord.quantiles=257\n", 0.1),
        ("", "record.histogram_bins=512\n", 0.25),
        ("", "record.optimal_fraction=1e-05\n", 1e-5),
        ("", "record.optimal_fraction=7\n", 0.25),
        ("", None, 0.25),
        ("[record]\noptimal_fraction = 0.5\n# Merged\n# optimal_fraction = 0.1\n", "", 0.5),
        ('name = "merged"\n', "record.optimal_fraction=0.1\n", 0.25),
    ],
)
def test_fraction_of_the_groups(make, sweep, ingest, fraction):
    """Of the sweep, the first of merged ones; of `kindred ingest` where there is none."""
    path, _ = make(Plan(runs=3), similarity=False)
    with h5py.File(path, "r+") as file:
        file.attrs["sweep"] = sweep
        if ingest is not None:
            file.attrs["ingest"] = ingest
    with kindred.open_population(path) as population:
        assert population.optimal_fraction == fraction


def test_plain_xarray_reads_the_same_file(make):
    plan = Plan(runs=3)
    path, _ = make(plan, similarity=False)
    with xr.open_dataset(path, group=f"cohorts/{plan.cohort}", engine="h5netcdf") as dataset:
        assert dataset.sizes["weight"] == 94


def test_closed_population_says_so(make):
    path, _ = make(Plan(runs=3), similarity=False)
    population = kindred.open_population(path)
    population.close()
    with pytest.raises(kindred.KindredError, match="was closed"):
        population.runs


def test_unknown_cohort_names_the_known(make):
    plan = Plan(runs=3)
    path, _ = make(plan, similarity=False)
    with kindred.open_population(path) as population:
        with pytest.raises(kindred.KindredError, match=plan.cohort):
            population.cohort("nonesuch")


def test_reads_while_another_process_writes(make):
    plan = Plan(runs=4, states={2: 0})
    path, _ = make(plan, similarity=False)
    writer = textwrap.dedent(
        """
        import sys, h5py
        with h5py.File(sys.argv[1], "r+", libver=("v108", "v110"), locking=False) as file:
            print("open", flush=True)
            sys.stdin.readline()
            file["runs/state"][2] = 1
            file.flush()
            print("written", flush=True)
            sys.stdin.readline()
        """
    )
    command = [sys.executable, "-c", writer, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "open\n"
        with kindred.open_population(path) as population:
            assert population.runs.loc[2, "state"] == "pending"
            assert population.cohort(plan.cohort).test_accuracy.shape == (4, 5)
            print("", file=process.stdin, flush=True)
            assert process.stdout.readline() == "written\n"
            assert population.runs.loc[2, "state"] == "done", "read anew each time"
        print("", file=process.stdin, flush=True)
    assert process.returncode == 0


def test_missing_file(tmp_path):
    with pytest.raises(kindred.MissingFileError, match="no such file"):
        kindred.open_population(tmp_path / "absent.h5")
    assert issubclass(kindred.MissingFileError, FileNotFoundError)


def test_not_hdf5(tmp_path):
    path = tmp_path / "text.h5"
    path.write_text("hello")
    with pytest.raises(kindred.NotKindredFileError, match="not HDF5"):
        kindred.open_population(path)
    with pytest.raises(kindred.NotKindredFileError, match="folder"):
        kindred.open_population(tmp_path)


def test_cut_off_file(make):
    path, _ = make(Plan(runs=3), similarity=False)
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(kindred.NotKindredFileError, match="damaged"):
        kindred.open_population(path)


def test_another_schema(make, tmp_path):
    path, other = make(Plan(runs=3))
    with pytest.raises(kindred.NotKindredFileError, match="kindred.similarity"):
        kindred.open_population(other)
    with pytest.raises(kindred.NotKindredFileError, match="kindred train|kindred compare"):
        kindred.open_similarity(path)
    with h5py.File(tmp_path / "bare.h5", "w"):
        pass
    with pytest.raises(kindred.NotKindredFileError, match="no attribute 'schema'"):
        kindred.open_population(tmp_path / "bare.h5")


def test_another_version(make):
    path, _ = make(Plan(runs=3, version=2), similarity=False)
    with pytest.raises(kindred.SchemaVersionError, match="schema_version 2, this package reads 1"):
        kindred.open_population(path)


def test_unknown_state(make):
    path, _ = make(Plan(runs=3), similarity=False)
    with h5py.File(path, "r+") as file:
        file["runs/state"][0] = 9
    with kindred.open_population(path) as population:
        with pytest.raises(kindred.NotKindredFileError, match="unknown state 9"):
            population.runs


def test_similarity(make):
    plan = Plan(runs=6, states={5: 2})
    _, path = make(plan, wider=True)
    with kindred.open_similarity(path) as similarity:
        assert similarity.cohorts == [plan.cohort]
        assert similarity.scopes == [plan.cohort, "all"]
        assert similarity.metrics(plan.cohort) == ["wasserstein", "wasserstein_standardized", "cosine", "cka"]
        whole = similarity.matrix(plan.cohort, "wasserstein")
        assert whole.dims == ("parameter", "run", "run_other")
        lazy = similarity.dataset(plan.cohort)["wasserstein"]
        assert not lazy.variable._in_memory
        one = similarity.matrix(plan.cohort, "wasserstein", parameter="all")
        assert np.array_equal(lazy.sel(parameter="all"), one, equal_nan=True)
        assert one.dims == ("run", "run_other") and one.attrs["kind"] == "distance"
        weights = draw(plan)[4][:, -1].astype(float)
        expected = np.abs(np.sort(weights[1]) - np.sort(weights[4])).mean()
        assert one.sel(run=1, run_other=4).item() == pytest.approx(expected, rel=1e-6)
        assert np.isnan(one.sel(run=5)).all(), "a run that is not done has no similarity"
        assert similarity.default_slice(plan.cohort, "cka") == {"representation": "penultimate"}
        assert similarity.default_slice(plan.cohort, "cosine") == {}
        with pytest.raises(kindred.KindredError, match="no parameter 'fc9'"):
            similarity.matrix(plan.cohort, "wasserstein", parameter="fc9")
        with pytest.raises(kindred.KindredError, match="no slices by 'parameter'"):
            similarity.matrix(plan.cohort, "cosine", parameter="all")
        with pytest.raises(kindred.KindredError, match="no metric 'svcca'"):
            similarity.matrix(plan.cohort, "svcca")
        with pytest.raises(kindred.KindredError, match="no cohort 'x'"):
            similarity.metrics("x")


def test_population_without_a_sweep_name(tmp_path):
    make_population(tmp_path / "p.h5", Plan(runs=2))
    with h5py.File(tmp_path / "p.h5", "r+") as file:
        file.attrs["sweep"] = "not = [toml"
    with kindred.open_population(tmp_path / "p.h5") as population:
        assert population.name == "" and population.optimal_fraction == 0.25
