"""Several population files become one, and finished runs are taken over instead of trained again."""

import shutil
import subprocess
import sys
import tomllib

import h5py
import numpy as np
import pytest
import xarray as xr

from refusal import folder_is, refused
from support import (
    DIVERGED,
    DONE,
    FAILED,
    INPUT_OUTPUT,
    PENDING,
    SETTLED,
    USAGE,
    assert_same_population,
    compare,
    flip_byte,
    masked,
    poke,
    row_offset,
    run,
    start,
    states,
    train,
    wait_for,
    write_sweep,
)

RATES = [0.1, 1e20]  # of each seed a good run and one that diverges


@pytest.fixture(scope="module")
def parts(folder):
    """Two files of a few seeds each, and one of all of them, in the order of a merged file."""
    first, second, whole = (
        write_sweep(folder / f"{name}.toml", *({"seeds": seeds, "train.learning_rate": RATES} for seeds in blocks))
        for name, blocks in {"a": [[0, 1, 2]], "b": [[3, 4]], "whole": [[0, 1, 2], [3, 4]]}.items()
    )
    made = [train(path, path.with_suffix(".h5")) for path in (first, second, whole)]
    assert sorted(states(made[0])) == [DONE] * 3 + [DIVERGED] * 3
    return (first, second, whole), made


def merge(output, *inputs, ranks=None):
    process = run("merge", *inputs, "-o", output, ranks=ranks)
    assert process.returncode == SETTLED and process.stdout == "", process.stderr
    return output


def column(path, name):
    with h5py.File(path) as file:
        dataset = file[f"runs/{name}"]
        return dataset.asstr()[:] if h5py.check_string_dtype(dataset.dtype) else dataset[:]


@pytest.mark.parametrize("ranks", [None, 3])
def test_merged_is_as_trained(tmp_path, parts, ranks):
    (_, _, sweep), (a, b, whole) = parts
    merged = merge(tmp_path / "m.h5", a, b, ranks=ranks)
    folder_is(tmp_path, "m.h5")
    with h5py.File(merged) as file, h5py.File(whole) as expected:
        assert file.attrs["sweep_id"] == expected.attrs["sweep_id"]
        assert file.attrs["merged"].count("sweep_id") == 2 and "a.h5" in file.attrs["merged"]
        assert tomllib.loads(file.attrs["sweep"])["data"]["train_limit"] == 2000

        def same(name, item):
            if isinstance(item, h5py.Dataset) and item.id.get_offset() is not None:
                if name not in ("runs/wall_seconds", "runs/finished_unix", "runs/pack") and "training" not in name:
                    np.testing.assert_array_equal(item[()], expected[name][()], err_msg=name)

        file.visititems(same)
        assert set(file["population"]) == set(expected["population"])
    assert "10 runs checked, 0 problems" in run("verify", merged).stdout
    # The sweep file of these runs in this order goes on with it: there is nothing left to do.
    before = merged.read_bytes()
    train(sweep, merged)
    assert column(merged, "finished_unix").tolist() == [*column(a, "finished_unix"), *column(b, "finished_unix")]
    assert len(before) == merged.stat().st_size


@pytest.mark.parametrize("change", ["before the first", "past the last", "no nodes", "no layers", "no moments"])
def test_nodes_and_statistics_that_do_not_fit(tmp_path, parts, change):
    """Refused by what reads them, and never read past their ends."""
    _, (a, b, _) = parts
    damaged = tmp_path / "d.h5"
    shutil.copy(a, damaged)
    with h5py.File(damaged, "r+") as file:
        (cohort,) = file["cohorts"].values()
        if change.startswith("no "):
            del cohort[{"nodes": "node_layer", "layers": "layer_fluctuation", "moments": "moments"}[change[3:]]]
        else:
            cohort["node_layer"][-1 if "last" in change else 0] = 1 << 30 if "last" in change else -7
    process = run("merge", damaged, damaged, "-o", tmp_path / "m.h5", ranks=2)
    assert process.returncode in (USAGE, INPUT_OUTPUT), process.stderr
    # Without an array of theirs the runs' checksums are others.
    assert any(words in process.stderr for words in ("node_layer names no layer", "do not fit", "checksum"))
    assert not (tmp_path / "m.h5").exists()


def test_merged_is_read_by_everything(tmp_path, parts):
    _, (a, b, _) = parts
    merged = merge(tmp_path / "m.h5", a, b)
    similarity = compare(merged, tmp_path / "s.h5")
    assert "0 problems" in run("verify", similarity).stdout
    for verb in ("status", "summary"):
        assert run(verb, merged).returncode == SETTLED
    with h5py.File(merged) as file:
        (cohort,) = file["cohorts"]
    with xr.open_dataset(merged, group=f"cohorts/{cohort}", engine="h5netcdf") as data:
        assert data.sizes["run"] == 10 and set(data.moments.dims) == {"run", "snapshot", "parameter", "moment"}
    report = subprocess.run(
        [sys.executable, "-m", "kindred.report", merged, similarity, "-o", tmp_path / "r.html"],
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert report.returncode == 0 and (tmp_path / "r.html").stat().st_size > 10000, report.stderr


def test_cohorts_and_settings_of_either_file(tmp_path, parts, sweep):
    _, (a, _, _) = parts
    cnn = train(
        sweep({"seeds": 2}, model__architecture="cnn", model__channels=[3], model__hidden=[8], train__epochs=1),
        tmp_path / "cnn.h5",
    )
    merged = merge(tmp_path / "m.h5", a, cnn)
    assert "8 runs checked, 0 problems" in run("verify", merged).stdout
    assert column(merged, "model.channels").tolist() == [""] * 6 + ["[3]"] * 2
    assert column(merged, "model.kernel").tolist() == [-1] * 6 + [3] * 2
    with h5py.File(merged) as file:
        assert len(file["cohorts"]) == 2
        for name, cohort in file["cohorts"].items():
            (source,) = [path for path in (a, cnn) if name in h5py.File(path)["cohorts"]]
            with h5py.File(source) as origin:
                for array in ("weights", "moments"):
                    np.testing.assert_array_equal(cohort[array][:], origin["cohorts"][name][array][:])
    refused(USAGE, ["m.h5", "a.h5", "--reuse"], "train", sweep({"seeds": 3}), "-o", merged)


def test_parts_of_one_sweep_become_its_file(tmp_path, parts):
    """What a killed job and another one left: every run is done in one of the copies."""
    (_, _, sweep), (_, _, whole) = parts
    copies = [tmp_path / "1.h5", tmp_path / "2.h5"]
    for copy, missing in zip(copies, ([0, 1, 2, 9], [4, 5, 9])):
        copy.write_bytes(whole.read_bytes())
        for index in missing:
            poke(copy, "runs/state", index, PENDING)
    poke(copies[0], "runs/state", 1, FAILED)
    poke(copies[0], "runs/message", 1, b"what went wrong")
    merged = merge(tmp_path / "m.h5", *copies)
    expected = states(whole)
    expected[9] = PENDING
    assert states(merged).tolist() == expected.tolist()
    with h5py.File(merged) as file:
        assert "merged" not in file.attrs
    assert_same_population(train(sweep, merged), whole)
    assert merge(tmp_path / "all.h5", whole, *copies) and masked(tmp_path / "all.h5") == masked(whole)


def test_a_failed_run_keeps_its_message(tmp_path, parts):
    _, (a, b, _) = parts
    copy = tmp_path / "1.h5"
    copy.write_bytes(b.read_bytes())
    poke(copy, "runs/state", 2, FAILED)
    poke(copy, "runs/message", 2, b"what went wrong")
    merged = merge(tmp_path / "m.h5", a, copy)
    assert states(merged)[8] == FAILED
    assert "run 8 failed: what went wrong" in run("status", merged).stdout


def test_runs_that_contradict_each_other(tmp_path, parts):
    _, (a, b, whole) = parts
    copy = tmp_path / "copy.h5"
    copy.write_bytes(whole.read_bytes())
    poke(copy, "runs/checksum", 4, np.uint64(12345))
    identity = f"{int(column(whole, 'id')[4]):016x}"
    refused(
        INPUT_OUTPUT, [identity, "run 4 of", "a.h5", "copy.h5"], "merge", a, copy, "-o", tmp_path / "m.h5"
    )
    folder_is(tmp_path, "copy.h5")


def test_damaged_data_is_not_merged(tmp_path, parts):
    _, (a, b, _) = parts
    copy = tmp_path / "copy.h5"
    copy.write_bytes(b.read_bytes())
    flip_byte(copy, row_offset(copy, "weights", 2) + 5)
    arguments = ["merge", a, copy, "-o", tmp_path / "m.h5", "--log-level", "error"]
    for ranks in (None, 2):
        refused(INPUT_OUTPUT, ["run 2 of", "copy.h5", "--repair"], *arguments, ranks=ranks)
    folder_is(tmp_path, "copy.h5")
    # Another file that has the run takes its place.
    merged = merge(tmp_path / "m.h5", a, b, copy)
    assert "10 runs checked, 0 problems" in run("verify", merged).stdout


@pytest.mark.parametrize(
    "record, words",
    [
        ({"record__histogram_bins": 99}, ["histogram", "101", "514", "record.histogram_bins"]),
        ({"record__histogram_range": [-1.0, 1.0]}, ["bin", "record.histogram_range"]),
        ({"record__weights": "none"}, ["weights", "record.weights"]),
        ({"record__probes": 40}, ["logits", "40", "150", "record.probes"]),
    ],
)
def test_other_records_are_refused(tmp_path, parts, sweep, record, words):
    _, (a, _, _) = parts
    other = train(sweep({"seeds": [7]}, **record), tmp_path / "other.h5")
    refused(USAGE, ["a.h5", "other.h5", *words], "merge", a, other, "-o", tmp_path / "m.h5")
    assert not list(tmp_path.glob("m.h5*"))


def test_refuses_what_is_there_or_missing(tmp_path, parts):
    _, (a, b, _) = parts
    precious = tmp_path / "m.h5"
    precious.write_text("precious")
    refused(INPUT_OUTPUT, ["m.h5", "already"], "merge", a, b, "-o", precious)
    assert precious.read_text() == "precious"
    refused(INPUT_OUTPUT, ["none.h5"], "merge", a, tmp_path / "none.h5", "-o", tmp_path / "n.h5")
    refused(INPUT_OUTPUT, ["m.h5", "HDF5"], "merge", a, precious, "-o", tmp_path / "n.h5", ranks=2)
    folder_is(tmp_path, "m.h5")


def test_a_killed_merge_starts_over(tmp_path, parts):
    _, (a, b, _) = parts
    output = tmp_path / "m.h5"
    process = start("merge", a, b, "-o", output)
    wait_for(lambda: list(tmp_path.glob("m.h5*")), process)
    process.kill()
    process.communicate(timeout=60)
    assert not output.exists() or states(output).all()
    output.unlink(missing_ok=True)
    (tmp_path / "m.h5.new").write_bytes(b"left by a merge that was killed")
    merge(output, a, b)
    folder_is(tmp_path, "m.h5")


@pytest.mark.parametrize("ranks", [None, 2])
def test_reused_runs_are_as_trained(tmp_path, parts, ranks):
    (_, _, sweep), (a, b, whole) = parts
    output = tmp_path / "p.h5"
    copy = tmp_path / "copy.h5"
    copy.write_bytes(a.read_bytes())
    flip_byte(copy, row_offset(copy, "moments", 2) + 5)
    poke(copy, "runs/state", 4, FAILED)
    process = run("train", sweep, "-o", output, "--reuse", copy, ranks=ranks)
    assert process.returncode == SETTLED, process.stderr
    assert "reused 4 of 10 runs to do; not: 4 that no file has, 1 not finished there, 1 damaged there" in process.stderr
    assert_same_population(output, whole)
    reused = [0, 1, 3, 5]
    assert column(output, "finished_unix")[reused].tolist() == column(a, "finished_unix")[reused].tolist()


def test_reuse_of_everything_trains_nothing(tmp_path, parts):
    (_, _, sweep), (a, b, whole) = parts
    output = train(sweep, tmp_path / "p.h5", "--reuse", a, b)
    assert_same_population(output, whole)
    expected = [*column(a, "finished_unix"), *column(b, "finished_unix")]
    assert column(output, "finished_unix").tolist() == expected
    assert "reused 0 of 0" in run("train", sweep, "-o", output, "--reuse", a).stderr


def test_reuse_needs_what_the_sweep_records(tmp_path, parts, sweep):
    """Arrays that the sweep does not want do not matter; those that it wants must be there, and the same."""
    _, (a, _, _) = parts
    block = {"seeds": [0, 1], "train.learning_rate": RATES}
    fewer = run("train", sweep(block, record__weights="none"), "-o", tmp_path / "fewer.h5", "--reuse", a)
    assert fewer.returncode == SETTLED and "reused 4 of 4 runs to do\n" in fewer.stderr
    assert_same_population(
        tmp_path / "fewer.h5", train(sweep(block, record__weights="none"), tmp_path / "trained.h5")
    )
    for change, words in [
        ({"record__probes": 40}, "logits of 150, not 40, along probe (record.probes)"),
        ({"record__snapshots": "final"}, "other snapshots (record.snapshots)"),
    ]:
        output = tmp_path / "other.h5"
        process = run("train", sweep(block, **change), "-o", output, "--reuse", a)
        assert process.returncode == SETTLED
        assert f"reused 0 of 4 runs to do; not: 4 recorded otherwise: {words}" in process.stderr
        output.unlink()


def test_reuse_refuses_what_it_cannot_read(tmp_path, parts):
    (sweep, _, _), _ = parts
    refused(INPUT_OUTPUT, ["none.h5"], "train", sweep, "-o", tmp_path / "p.h5", "--reuse", tmp_path / "none.h5")
