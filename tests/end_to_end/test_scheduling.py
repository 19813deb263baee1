"""Costliest runs first, and how busy the ranks were."""

import json
import re

import h5py
import numpy as np

from support import SETTLED, USAGE, run, train

MIXED = ({"seeds": 3, "model.hidden": [[4], [400, 200]]}, {"seeds": 3, "train.epochs": 6})


def busy(path):
    with h5py.File(path) as file:
        return file["training/busy_seconds"][()], file["training/rank_seconds"][()]


def test_the_costliest_runs_come_first(tmp_path, sweep):
    with h5py.File(train(sweep(*MIXED), tmp_path / "p.h5")) as file:
        order = np.argsort(file["runs/finished_unix"])
        hidden, packs = file["runs/model.hidden"].asstr()[:][order], file["runs/pack"][:][order]
    assert list(packs) == list(range(9))
    assert list(hidden) == ["[400, 200]"] * 3 + ["[16, 8]"] * 3 + ["[4]"] * 3


def test_utilisation_is_told_and_recorded(tmp_path, sweep):
    path = sweep(*MIXED)
    output = tmp_path / "p.h5"
    process = run("train", path, "-o", output, ranks=3)
    assert process.returncode == SETTLED, process.stderr
    (share,) = re.findall(r"utilisation ([\d.]+) % \(3 ranks busy", process.stderr)
    busy_seconds, rank_seconds = busy(output)
    with h5py.File(output) as file:
        # What the runs took is part of it; writing comes on top.
        assert np.sum(file["runs/wall_seconds"]) <= busy_seconds <= rank_seconds
    assert abs(float(share) - 100 * busy_seconds / rank_seconds) < 0.051
    status = json.loads(run("status", output, "--json").stdout)
    assert status["utilisation"] == busy_seconds / rank_seconds
    assert f"busy {share} % of their time" in run("status", output).stdout

    with h5py.File(output, "r+") as file:
        file["runs/state"][4] = 0
    train(path, output)
    assert all(after > before for before, after in zip((busy_seconds, rank_seconds), busy(output)))


def test_a_file_without_a_record_of_it(tmp_path, sweep):
    output = train(sweep({"seeds": 2}), tmp_path / "p.h5")
    with h5py.File(output, "r+") as file:
        del file["training"]
        file["runs/state"][0] = 0
    assert json.loads(run("status", output, "--json").stdout)["utilisation"] is None
    train(sweep({"seeds": 2}), output)


def test_plan_and_train_take_the_same_options(tmp_path, sweep):
    path = sweep({"seeds": 10})
    for pack, packs, most in (("auto", 10, 1), ("1", 10, 1), ("4", 3, 4)):
        process = run("plan", path, "--json", "--device", "cpu", "--engine", "torch", "--pack", pack)
        (cohort,) = json.loads(process.stdout)["cohorts"]
        assert (cohort["packs"], cohort["pack"]) == (packs, most)
        output = train(path, tmp_path / f"{pack}.h5", "--device", "cpu", "--engine", "torch", "--pack", pack)
        with h5py.File(output) as file:
            assert len(set(file["runs/pack"])) == packs
    for verb in (["plan", path], ["train", path, "-o", tmp_path / "p.h5"]):
        for option in (["--pack", "0"], ["--pack", "many"], ["--device", "abacus"], ["--engine", "steam"]):
            process = run(*verb, *option)
            assert process.returncode == USAGE and option[1] in process.stderr
