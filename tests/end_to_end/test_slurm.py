"""The jobs under a real Slurm of one node: what Slurm interrupts goes on, and ends as if it had not been."""

import functools
import os
import signal
import time
from pathlib import Path

import pytest

from similarity import bits
from slurm_cluster import Cluster
from submission import fake_build, site, submit, submitted
from support import (
    PENDING,
    PROGRAM,
    assert_same_population,
    compare,
    settled,
    states,
    train,
    wait_for,
    write_sweep,
)

RUNS = 24
wait_for = functools.partial(wait_for, seconds=120)
BUILD = Path(PROGRAM).parents[1]
# What the daemons' node has; srun starts the distribution's Open MPI through PMIx.
SITE = {
    "partition": "test",
    "launcher": "(srun --mpi=pmix)",
    "compare_memory": 1024,
    "report_memory": 1024,
    "max_tasks": 2,
    "cpus_per_gpu": 1,
    "gpu_memory": 1024,
}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A sweep, and what it gives when nothing interrupts it: the population file, the similarities."""
    folder = tmp_path_factory.mktemp("undisturbed")
    sweep = write_sweep(
        folder / "a sweep.toml",
        {"seeds": RUNS // 3, "train.learning_rate": [1e20, 0.1, 0.01]},
        train__epochs=40,
        record__snapshots=[0, 20, 40],
    )
    population = train(sweep, folder / "p.h5", ranks=2)
    return sweep, population, bits(compare(population, folder / "s.h5"))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with Cluster(tmp_path_factory.mktemp("slurm")) as started:
        yield started


@pytest.fixture
def jobs(tmp_path, cluster):
    """jobs(sweep, options…): the numbers of the three jobs of one sweep."""

    def start(sweep, *options, build=BUILD, **settings):
        process = submit(
            sweep,
            "-o",
            tmp_path / "the results",
            *options,
            build=build,
            site=site(tmp_path / "site.sh", **SITE | settings),
            **cluster.environment,
        )
        (numbers,) = submitted(process).values()
        return numbers

    return start


def is_in(cluster, number, *expected):
    return cluster.job(number)["JobState"] in expected


def ranks(verb, folder):
    """The processes of a job's program."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
            ours = words[0] == os.fsencode(PROGRAM) and words[1] == verb.encode()
            if ours and (process / "cwd").readlink() == folder:
                found.append(int(process.name))
        except (OSError, IndexError):
            pass
    return found


def pause(processes):
    """They stand still: whatever the machine's speed, it is here that the signal finds them."""
    for process in processes:
        os.kill(process, signal.SIGSTOP)


def go_on(processes):
    for process in processes:
        os.kill(process, signal.SIGCONT)


def log(folder, job):
    return "".join(path.read_text() for path in folder.glob(f"{job}-*.log"))


# `undisturbed` first: the cluster's half minutes begin with the cluster.
def test_time_limits_and_preemption(undisturbed, tmp_path, cluster, jobs):
    sweep, expected, similar = undisturbed
    folder = tmp_path / "the results" / "a sweep"
    path = folder / "population.h5"

    # A minute is the shortest limit there is, and Slurm looks at limits twice a minute: the signal comes when the job
    # has run for 10 to 40 seconds.
    numbers = jobs(sweep, "--tasks", 2, "--time", 1, "--", "--signal=B:USR1@20")
    for times in (1, 2):
        wait_for(lambda: path.exists() and len(ranks("train", folder)) == 2)
        processes, told = ranks("train", folder), log(folder, "train").count("told to stop")
        goal = max(10, settled(path) + 1)  # 8 diverge at once
        wait_for(lambda: settled(path) >= goal)
        pause(processes)
        assert goal <= settled(path) < RUNS
        wait_for(lambda: log(folder, "train").count("told to stop") > told)
        go_on(processes)
        wait_for(lambda: log(folder, "train").count("work is left: requeued") == times)
        wait_for(lambda: is_in(cluster, numbers["train"], "PENDING"))
        before = states(path)
        assert goal <= settled(path) < RUNS
        # As if the node that it ran on had been lost, and the lock with it.
        path.with_name("population.h5.lock").write_text(
            f"host=elsewhere\nprocess=1\njob={numbers['train']}\nrestart={times - 1}\n"
            f"since=1\nheartbeat={int(time.time()):012}\n"
        )
        assert all(is_in(cluster, number, "PENDING") for number in numbers.values())
    wait_for(lambda: is_in(cluster, numbers["train"], "COMPLETED"))
    kept = before != PENDING
    assert (states(path)[kept] == before[kept]).all()
    assert int(cluster.job(numbers["train"])["Restarts"]) >= 2

    wait_for(lambda: ranks("compare", folder))
    processes = ranks("compare", folder)
    pause(processes)
    cluster.command("scancel", "--batch", "--signal=USR1", numbers["compare"])
    wait_for(lambda: "told to stop" in log(folder, "compare"))
    go_on(processes)
    wait_for(lambda: is_in(cluster, numbers["report"], "COMPLETED"))
    assert int(cluster.job(numbers["compare"])["Restarts"]) == 1

    assert_same_population(path, expected)
    assert bits(folder / "similarity.h5") == similar
    assert (folder / "report.html").stat().st_size > 100_000
    left = {entry.name for entry in folder.iterdir() if entry.suffix != ".log"}
    assert left == {"sweep.toml", "jobs", "population.h5", "similarity.h5", "report.html"}


def test_a_cancelled_job_stops_cleanly_and_stays_so(tmp_path, cluster, jobs):
    sweep = write_sweep(tmp_path / "long.toml", {"seeds": 2}, train__epochs=20000, record__snapshots="final")
    folder = tmp_path / "the results" / "long"
    numbers = jobs(sweep, "--tasks", 2)
    wait_for(lambda: (folder / "population.h5").exists() and len(ranks("train", folder)) == 2)
    cluster.command("scancel", numbers["train"])
    wait_for(lambda: all(is_in(cluster, number, "CANCELLED") for number in numbers.values()))
    wait_for(lambda: not ranks("train", folder))
    assert cluster.job(numbers["train"])["Restarts"] == "0"
    assert list(states(folder / "population.h5")) == [PENDING, PENDING]
    assert not list(folder.glob("*.lock"))


@pytest.mark.parametrize("options, outcome", [([], "COMPLETED"), (["--strict"], "CANCELLED")])
def test_failed_runs(tmp_path, cluster, jobs, options, outcome):
    """The others are compared, unless the user is strict."""
    sweep = tmp_path / "some.toml"
    sweep.write_text("")
    build = fake_build(tmp_path / "build", '[ "$1" = compare ] || exit 3')
    numbers = jobs(sweep, *options, build=build)
    wait_for(lambda: is_in(cluster, numbers["compare"], "COMPLETED", "CANCELLED", "FAILED"))
    assert is_in(cluster, numbers["compare"], outcome), log(tmp_path / "the results" / "some", "compare")


@pytest.mark.parametrize("binding, visible", [("task", {"0", "1"}), ("node", {"0,1"})])
def test_gpus_of_a_rank(tmp_path, cluster, jobs, binding, visible):
    """Bound per task, or all of a node's; the options are ones that Slurm takes. (The node's GPUs are made up.)"""
    sweep = tmp_path / "gpu.toml"
    sweep.write_text("")
    build = fake_build(tmp_path / "build", 'echo "visible: $CUDA_VISIBLE_DEVICES"; exit 1')
    numbers = jobs(sweep, "--gpus", 2, build=build, gpu_binding=binding, gpus_per_node=2)
    wait_for(lambda: is_in(cluster, numbers["train"], "FAILED"))
    seen = log(tmp_path / "the results" / "gpu", "train")
    found = [line.removeprefix("visible: ") for line in seen.splitlines() if line.startswith("visible: ")]
    assert len(found) == 2 and set(found) == visible, seen
