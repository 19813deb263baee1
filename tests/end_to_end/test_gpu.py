"""Training and comparing on a GPU, with the CPU in its place: all but CUDA itself (stand_in/)."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import h5py
import numpy as np
import pytest

from similarity import METRICS, ROUNDING, bits, least_memory
from support import DONE, ENVIRONMENT, MPIRUN, SETTLED, USAGE, compare, run, write_sweep

STAND_IN = Path(os.environ["KINDRED_STAND_IN"])
PRODUCTS = ["cosine", "cka", "cka_debiased", "procrustes", "svcca", "pwcca"]


def on_gpu(*arguments, ranks=None, of_ranks=None, stand_in=STAND_IN, **environment):
    """Started with a stand-in; `of_ranks`: what is in the environment of each rank beside that of all."""
    program = [stand_in / "kindred", *map(str, arguments)]
    if of_ranks:
        launcher = [MPIRUN]
        for own in of_ranks:
            launcher += [":"] if own is not of_ranks[0] else []
            launcher += ["-n", "1"]
            for name, value in own.items():
                launcher += ["-x", f"{name}={value}"]
            launcher += program
        program = launcher
    elif ranks:
        program = [MPIRUN, "-n", str(ranks), *program]
    variables = ENVIRONMENT | {"LD_LIBRARY_PATH": str(stand_in)} | environment
    return subprocess.run(program, capture_output=True, text=True, timeout=240, env=variables)


def settled(process):
    assert process.returncode == SETTLED, process.stderr
    return process


def compare_on_gpu(population, output, *options, **how):
    settled(on_gpu("compare", population, "-o", output, *options, **how))
    return output


@pytest.fixture(scope="module")
def population(folder):
    """Three architectures; of dense networks two blocks of 64 runs, some of which diverge."""
    sweep = write_sweep(
        folder / "sweep.toml",
        {"seeds": 24, "train.learning_rate": [0.1, 0.01, 1e20]},
        {"seeds": 3, "model.architecture": "cnn", "model.channels": [2, 4]},
        {"seeds": 3, "model.architecture": "vit", "model.dim": 8, "model.depth": 2},
        data__train_limit=300,
        data__test_limit=300,
        train__epochs=1,
        record__weights="final",
        record__probes=40,
    )
    path = folder / "population.h5"
    process = settled(on_gpu("train", sweep, "-o", path, "--pack", 8))
    assert "training on stand-in" in process.stderr
    return path


@pytest.fixture(scope="module")
def similarity(folder, population):
    path = folder / "gpu.h5"
    process = settled(on_gpu("compare", population, "-o", path, "--metrics", "all", "--probes", 300))
    assert re.search(r", at most about .* on stand-in\n", process.stderr)
    return path


def test_packs_are_trained(population):
    with h5py.File(population) as file:
        assert set(file["runs/engine"].asstr()) == {"torch-cuda"}
        states = np.bincount(file["runs/state"], minlength=3)
        assert list(states) == [0, 54, 24]


def test_values_are_those_of_a_cpu_but_for_rounding(folder, population, similarity):
    expected = compare(population, folder / "cpu.h5", "--metrics", "all", "--probes", 300)
    compared = set()
    with h5py.File(similarity) as ours, h5py.File(expected) as theirs:
        assert (ours.attrs["device"], theirs.attrs["device"]) == ("stand-in", "cpu")

        def check(name, item):
            metric = name.split("/")[-1]
            if metric not in METRICS:
                return
            compared.add(metric)
            assert item.attrs["undefined"] == theirs[name].attrs["undefined"]
            if metric in PRODUCTS:
                np.testing.assert_allclose(item, theirs[name], rtol=0, atol=5 * ROUNDING, err_msg=name)
            else:
                np.testing.assert_array_equal(item, theirs[name], err_msg=name)

        ours.visititems(check)
    assert compared == set(METRICS)


@pytest.mark.parametrize("setting", [{"ranks": 2}, {"ranks": 3}, {"ranks": 4}, {"memory": "least"}], ids=str)
def test_ranks_and_memory_change_no_bit(folder, population, similarity, setting):
    options = ["--metrics", "all", "--probes", 300]
    if "memory" in setting:
        options += ["--memory", least_memory(population, folder / "least.h5", *options, start=on_gpu)]
    output = folder / f"{setting}.h5"
    found = compare_on_gpu(population, output, *options, ranks=setting.get("ranks"))
    assert bits(found) == bits(similarity)


@pytest.mark.parametrize(
    "other, problem, refusal",
    [
        (
            {"STAND_IN_GPUS": 0},
            "1 of 2 ranks have a GPU",
            "--device cuda (the CUDA driver sees no device) use ",
        ),
        (
            {"STAND_IN_NAME": "another"},
            "ranks have different GPUs",
            "(ranks have different GPUs, and values ",
        ),
    ],
    ids=["none", "another"],
)
def test_all_ranks_have_the_same_gpu_or_none(folder, population, other, problem, refusal):
    """Values that differ in their last bits would depend on who computed them."""
    expected = compare(population, folder / "none.h5", "--metrics", "cosine,cka")
    path = folder / "some.h5"
    arguments = ["compare", population, "-o", path, "--metrics", "cosine,cka"]
    process = settled(on_gpu(*arguments, of_ranks=[{"STAND_IN_GPUS": 1}, other]))
    assert problem + ": comparing on CPUs" in process.stderr
    assert bits(path) == bits(expected)
    process = on_gpu(*arguments, "--device", "cuda", of_ranks=[{"STAND_IN_GPUS": 1}, other])
    assert process.returncode == USAGE and refusal in process.stderr
    path.unlink()


def test_a_gpu_that_cannot_be_used_is_told(folder, population):
    arguments = ["compare", population, "-o", folder / "broken.h5", "--metrics", "cosine"]
    why = "no kernel image is available"
    process = settled(on_gpu(*arguments, STAND_IN_BROKEN=why))
    assert f"there is a GPU, which is not used ({why})" in process.stderr
    process = on_gpu(*arguments, "--device", "cuda", STAND_IN_BROKEN=why)
    assert process.returncode == USAGE
    assert process.stderr.endswith(f"--device cuda ({why}) use --device cpu, or auto\n")


def test_a_library_of_another_build_is_told(tmp_path, population):
    shutil.copytree(STAND_IN, tmp_path, dirs_exist_ok=True)
    shutil.copy(STAND_IN / "libcuda.so.1", tmp_path / "libkindred_cuda.so")  # it has other functions
    arguments = ["compare", population, "-o", tmp_path / "s.h5", "--metrics", "cosine"]
    process = settled(on_gpu(*arguments, stand_in=tmp_path))
    assert "there is a GPU, which is not used (the CUDA part of this build does not load: " in process.stderr
    assert "undefined symbol: kindred_cuda_accelerator)" in process.stderr
    process = on_gpu(*arguments, "--device", "cuda", stand_in=tmp_path)
    assert process.returncode == USAGE


def test_where_it_is_of_no_use_no_gpu_is_looked_for(folder, population):
    path = folder / "moment.h5"
    for device in ("auto", "cuda"):
        process = settled(
            on_gpu("compare", population, "-o", path, "--metrics", "moment", "--device", device)
        )
        assert "stand-in" not in process.stderr
    assert "everything that was asked for is there" in process.stderr


def test_another_device_starts_anew(folder, population):
    path = folder / "twice.h5"
    arguments = ["compare", population, "-o", path, "--metrics", "cosine"]
    names = ["stand-in", "another"]
    for name in names:
        process = settled(on_gpu(*arguments, STAND_IN_NAME=name))
        assert "everything that was asked for is there" not in process.stderr
    process = settled(on_gpu(*arguments, STAND_IN_NAME=names[-1]))
    assert "everything that was asked for is there" in process.stderr
    settled(run(*arguments))
    with h5py.File(path) as file:
        assert file.attrs["device"] == "cpu"


@pytest.mark.parametrize("verb", ["train", "compare"])
def test_unknown_devices_are_refused(folder, population, verb):
    what = {"train": folder / "sweep.toml", "compare": population}[verb]
    process = run(verb, what, "-o", folder / "refused.h5", "--device", "gpu")
    assert process.returncode == USAGE
    assert process.stderr.splitlines()[-1].endswith('unknown device "gpu" (known: auto, cpu, cuda)')


@pytest.mark.parametrize("metric, ranks", [("cosine", None), ("cosine", 2), ("cka", None)])
def test_a_comparison_that_the_device_does_not_hold(folder, population, metric, ranks):
    """The images do fit, a block of 64 runs does not."""
    arguments = ["compare", population, "-o", folder / f"full-{metric}-{ranks}.h5", "--metrics", metric]
    process = on_gpu(*arguments, ranks=ranks, STAND_IN_BYTES="1500000")
    assert process.returncode == USAGE
    (line,) = [line for line in process.stderr.splitlines() if "memory" in line]
    assert re.search(rf"{metric} of cohort mnist-\w+-\w+ does not fit in the memory of stand-in \(", line)
    assert line.endswith("start fewer ranks on a GPU, or give --device cpu")


def test_all_ranks_train_with_one_engine(folder):
    """A run's values, and the use of its checkpoint, depend on it."""
    sweep = write_sweep(folder / "mixed.toml", {"seeds": 6}, train__epochs=1)
    path = folder / "mixed.h5"
    ranks = [{"STAND_IN_GPUS": 1}, {"STAND_IN_GPUS": 0}]
    process = settled(on_gpu("train", sweep, "-o", path, of_ranks=ranks))
    assert "1 of 2 ranks have a GPU: training on CPUs" in process.stderr
    with h5py.File(path) as file:
        assert set(file["runs/engine"].asstr()) == {"native"}
    process = on_gpu("train", sweep, "-o", folder / "none.h5", "--device", "cuda", of_ranks=ranks)
    assert process.returncode == USAGE
    assert "--device cuda (the CUDA driver sees no device) use --device cpu, or auto" in process.stderr


@pytest.mark.parametrize("datasets", [["cifar10", "mnist"], ["mnist", "cifar10"]], ids="-".join)
def test_a_plan_of_several_datasets(folder, datasets):
    """The images that it times lie where those of the dataset before lay."""
    sweep = write_sweep(folder / f"{datasets[0]}.toml", {"data.dataset": datasets})
    process = settled(on_gpu("plan", sweep, "--device", "cuda"))
    for name in datasets:
        assert f"{name}-mlp-" in process.stdout


def test_a_pack_that_the_device_does_not_hold_is_halved(folder):
    sweep = write_sweep(folder / "halved.toml", {"seeds": 8}, model__hidden=[200], train__epochs=1)
    path = folder / "halved.h5"
    # A network's largest matrix takes 627,200 bytes, of a pack of 8 5.0 MB.
    process = settled(on_gpu("train", sweep, "-o", path, "--pack", 8, STAND_IN_BYTES="3000000"))
    assert "8 runs of" in process.stderr and "from now on 4 train together" in process.stderr
    with h5py.File(path) as file:
        assert (file["runs/state"][:] == DONE).all()
