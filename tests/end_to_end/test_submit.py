"""What submit.sh asks Slurm for, and how the jobs end, with stand-ins for sbatch, squeue, scontrol and kindred."""

import os
import shlex
import signal
import subprocess
import sys

import pytest

from submission import JOBS, fake_build, script, site, submit, submitted
from support import SOURCE, wait_for

SWEEP = 'data.dataset = "mnist"\n[[sweep]]\nseeds = 3\n'


@pytest.fixture
def place(tmp_path):
    """A folder with a space, a % and a quote in its name, and a sweep file that a shell would stumble on."""
    folder = tmp_path / "it's 100% mine"
    folder.mkdir()
    (folder / "a $(touch bad) b.toml").write_text(SWEEP)
    return folder


@pytest.fixture
def here(tmp_path):
    """submit.sh with stand-ins: here(sweep, option, …, settings={of the site})."""
    sbatch = script(
        tmp_path / "tools" / "sbatch",
        f"""cd {shlex.quote(str(tmp_path))}
echo x >>count
number=$((100 + $(wc -l <count)))
printf '%s\\0' "$@" >"sbatch.$number"
echo "$number;cluster"
""",
    )

    def start(*arguments, settings=None, **environment):
        environment = {"PATH": f"{sbatch.parent}:{os.environ['PATH']}"} | environment
        return submit(
            *arguments,
            build=fake_build(tmp_path / "build"),
            site=site(tmp_path / "site.sh", **(settings or {})),
            **environment,
        )

    return start


def asked(tmp_path, number):
    """The arguments of a job's sbatch: its options, and its script with what follows."""
    words = (tmp_path / f"sbatch.{number}").read_bytes().decode().split("\0")[:-1]
    return split(words)


def split(words):
    at = next(i for i, word in enumerate(words) if word.endswith(".sbatch"))
    return words[:at], words[at:]


def printed(process):
    """The commands of a dry run, by job."""
    assert process.returncode == 0, process.stderr
    commands = [split(shlex.split(line)[1:]) for line in process.stdout.splitlines()]
    return {
        command[0].rpartition("/")[2].removesuffix(".sbatch"): (options, command)
        for options, command in commands
    }


def test_three_jobs_that_wait_for_each_other(tmp_path, place, here):
    out = place / "results"
    process = here(place / "a $(touch bad) b.toml", "-o", out)
    assert submitted(process) == {"a $(touch bad) b": {"train": "101", "compare": "102", "report": "103"}}
    folder = out / "a $(touch bad) b"
    assert sorted(entry.name for entry in folder.iterdir()) == ["jobs", "sweep.toml"]
    assert (folder / "jobs").read_text().split() == ["101", "102", "103"]
    assert (folder / "sweep.toml").read_text() == SWEEP
    options, command = asked(tmp_path, 101)
    assert command == [str(JOBS / "train.sbatch"), str(folder), "--device=cpu"]
    assert not [option for option in options if option.startswith("--dependency")]
    for number, job, before in ((102, "compare", 101), (103, "report", 102)):
        options, command = asked(tmp_path, number)
        assert command[:2] == [str(JOBS / f"{job}.sbatch"), str(folder)]
        assert {f"--dependency=afterok:{before}", "--kill-on-invalid-dep=yes"} <= set(options)
        assert {f"--chdir={folder}", f"--output={job}-%j.log", "--export=ALL"} <= set(options)
    assert not list(tmp_path.rglob("bad"))


def test_resources_follow_the_plan(place, here):
    """36 hours of work for one rank, to be done in one: 36 ranks; 5 blocks of runs; a quarter more memory."""
    jobs = printed(here(place, "--dry-run"))
    assert {"--ntasks=36", "--cpus-per-task=1", "--mem-per-cpu=125M"} <= set(jobs["train"][0])
    assert "--time=145" in jobs["train"][0]  # twice (3600 s + 432 s for the last run), and ten minutes
    assert {"--ntasks=5", "--dependency=afterok:TRAIN"} <= set(jobs["compare"][0])
    assert {"--ntasks=1", "--dependency=afterok:COMPARE"} <= set(jobs["report"][0])


def test_further_options_of_the_program(place, here):
    jobs = printed(here(place, "--dry-run", "--train", "--retry-failed  --reuse=a.h5", "--compare", "--probes 500"))
    assert jobs["train"][1][2:] == ["--device=cpu", "--retry-failed", "--reuse=a.h5"]
    assert jobs["compare"][1][2:] == ["--metrics=fast", "--probes", "500"]


def test_a_folder_with_jobs_in_the_queue_is_left_alone(tmp_path, place, here):
    sweep = place / "a $(touch bad) b.toml"
    submitted(here(sweep, "-o", tmp_path / "out"))
    queue = script(tmp_path / "tools" / "squeue", 'echo 102\necho 103\n')
    process = here(sweep, "-o", tmp_path / "out")
    assert process.returncode == 1 and "has jobs in the queue (102 103)" in process.stderr
    assert not (tmp_path / "sbatch.104").exists()
    queue.write_text("#!/bin/sh\necho 'slurm_load_jobs error: Invalid job id specified' >&2\nexit 1\n")
    assert submitted(here(sweep, "-o", tmp_path / "out"))["a $(touch bad) b"]["train"] == "104"
    assert (tmp_path / "out" / "a $(touch bad) b" / "jobs").read_text().split() == ["104", "105", "106"]


def test_a_dry_run_changes_nothing(tmp_path, place, here):
    printed(here(place, "-o", tmp_path / "out", "--dry-run"))
    assert not (tmp_path / "out").exists() and not (tmp_path / "count").exists()


@pytest.mark.parametrize(
    "arguments, settings, expected",
    [
        (["--tasks", 8], {}, ["--ntasks=8", "--time=240"]),  # ten hours allowed, four at most
        (["--tasks", 8, "--time", 20], {}, ["--ntasks=8", "--time=20"]),
        (["--tasks", 1000], {}, ["--ntasks=300"]),  # no more than there are runs
        ([], {"max_tasks": 16}, ["--ntasks=16"]),
        ([], {"partition": "short", "account": "'my account'"}, ["--partition=short", "--account=my account"]),
        (["--", "--nodes=1"], {"options": "(--comment='a b')"}, ["--comment=a b", "--nodes=1"]),
    ],
)  # fmt: skip
def test_settings(place, here, arguments, settings, expected):
    assert set(expected) <= set(printed(here(place, "--dry-run", *arguments, settings=settings))["train"][0])


@pytest.mark.parametrize(
    "settings, expected",
    [
        ({}, ["--ntasks=6", "--gpus-per-task=1", "--time=240"]),
        ({"gpu_type": "a100"}, ["--gpus-per-task=a100:1"]),
        ({"gpu_binding": "node"}, ["--ntasks=6", "--gpus-per-node=4", "--ntasks-per-node=4"]),
        ({"gpu_binding": "node", "gpu_type": "a100", "gpus_per_node": 8}, ["--gpus-per-node=a100:6"]),
        ({"partition": "cpu", "gpu_partition": "gpu"}, ["--partition=gpu"]),
        ({"cpus_per_gpu": 8, "gpu_memory": 20000}, ["--cpus-per-task=8", "--mem-per-cpu=2500M"]),
    ],
)
def test_gpus(place, here, settings, expected):
    jobs = printed(here(place, "--gpus", 6, "--dry-run", settings=settings))
    assert set(expected) <= set(jobs["train"][0])
    assert jobs["train"][1][2:] == ["--device=cuda"]
    assert not [option for option in jobs["compare"][0] if "gpu" in option]


def test_several_sweeps_and_folders(tmp_path, place, here):
    more = tmp_path / "more"
    more.mkdir()
    for name in ("one", "two"):
        (more / f"{name}.toml").write_text(SWEEP)
    (more / "notes.txt").write_text("no sweep")
    jobs = submitted(here(place / "a $(touch bad) b.toml", more, "-o", tmp_path / "out"))
    assert list(jobs) == ["a $(touch bad) b", "one", "two"]
    assert jobs["two"] == {"train": "107", "compare": "108", "report": "109"}
    assert "--dependency=afterok:107" in asked(tmp_path, 108)[0]


def test_nothing_is_submitted_when_something_is_wrong(tmp_path, place, here):
    out = tmp_path / "out"
    (tmp_path / "same").mkdir()
    for wrong, message in (
        ([place, "--tasks", 0], "not a whole number"),
        (["--gpus"], "lacks its value"),
        ([place, "--gpus", 2, "--tasks", 2], "exclude each other"),
        ([place, "--fast"], "no option --fast"),
        ([tmp_path / "same"], "no sweep files"),
        ([place, place], "two sweep files are called"),
    ):
        process = here("-o", out, *wrong)
        assert process.returncode == 1 and message in process.stderr
    assert here("-o", out).returncode == 2
    other = out / "a $(touch bad) b"
    other.mkdir(parents=True)
    (other / "sweep.toml").write_text("another")
    process = here(place, "-o", out)
    assert process.returncode == 1 and "is of another sweep" in process.stderr
    assert not (tmp_path / "count").exists()


def test_a_full_disk_is_told_before(tmp_path, place, here):
    fake_build(tmp_path / "full")
    program = tmp_path / "full" / "bin" / "kindred"
    program.write_text(program.read_text().replace('"file_bytes": 1000000', '"file_bytes": 1e18'))
    process = here(place, "-o", tmp_path / "out", KINDRED_BUILD=tmp_path / "full")
    assert process.returncode == 1 and "lacks space" in process.stderr
    assert not (tmp_path / "count").exists()


@pytest.fixture
def job(tmp_path):
    """Runs a job's script as Slurm would: job("train", "exit 3"), with the job in a `state`."""
    (tmp_path / "a folder").mkdir()

    def start(name, program, state="RUNNING", **environment):
        tools = script(tmp_path / "tools" / "squeue", f"echo {state}\n").parent
        script(tools / "scontrol", f'echo "$@" >>{shlex.quote(str(tmp_path / "scontrol"))}\n')
        return subprocess.Popen(
            [JOBS / f"{name}.sbatch", "a folder"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ
            | {"KINDRED_ROOT": str(SOURCE), "KINDRED_BUILD": str(fake_build(tmp_path / "build", program))}
            | {"KINDRED_SITE": str(site(tmp_path / "site.sh", launcher="()")), "KINDRED_VENV": sys.prefix}
            | {"SLURM_JOB_ID": "77", "PATH": f"{tools}:{os.environ['PATH']}"}
            | environment,
        )

    return start


def requeued(tmp_path):
    return (tmp_path / "scontrol").exists() and (tmp_path / "scontrol").read_text() == "requeue 77\n"


@pytest.mark.parametrize(
    "name, code, strict, expected",
    [
        ("train", 0, "no", 0),
        ("train", 1, "no", 1),
        ("train", 2, "no", 2),
        ("train", 3, "no", 0),  # some runs failed: the others are compared
        ("train", 3, "yes", 3),
        ("train", 127, "no", 127),
        ("train", 137, "no", 137),
        ("compare", 0, "no", 0),
        ("compare", 1, "no", 1),
    ],
)
def test_ends_as_the_program_did(tmp_path, job, name, code, strict, expected):
    process = job(name, f"exit {code}", KINDRED_STRICT=strict)
    process.communicate(timeout=30)
    assert process.returncode == expected and not requeued(tmp_path)


@pytest.mark.parametrize("name", ["train", "compare"])
def test_work_left_is_requeued(tmp_path, job, name):
    process = job(name, "exit 85")
    process.communicate(timeout=30)
    assert process.returncode == 85 and requeued(tmp_path)


def test_a_job_that_slurm_is_ending_is_not_requeued(tmp_path, job):
    process = job("train", "exit 85", state="COMPLETING")
    process.communicate(timeout=30)
    assert process.returncode == 85 and not requeued(tmp_path)


@pytest.mark.parametrize(
    "program",
    [
        "trap 'sleep 0.5; exit 85' USR1",  # as kindred does
        "trap - USR1",  # before it listens
    ],
)
def test_the_signal_is_passed_on(tmp_path, job, program):
    process = job("train", f"{program}; touch ready; while :; do sleep 0.05; done")
    wait_for((tmp_path / "a folder" / "ready").exists, process)
    process.send_signal(signal.SIGTERM)  # of no consequence: Slurm sends it to the ranks too
    process.send_signal(signal.SIGUSR1)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 85 and requeued(tmp_path), output


def test_the_rest_is_done_when_the_signal_comes_late(tmp_path, job):
    process = job("train", "trap 'exit 0' USR1; touch ready; while :; do sleep 0.05; done")
    wait_for((tmp_path / "a folder" / "ready").exists, process)
    process.send_signal(signal.SIGUSR1)
    process.communicate(timeout=30)
    assert process.returncode == 0 and not requeued(tmp_path)


def test_a_rank_takes_memory_that_the_job_has(tmp_path, job):
    process = job("compare", 'echo "$@"', SLURM_MEM_PER_CPU="4096")
    output, _ = process.communicate(timeout=30)
    assert output == "compare population.h5 -o similarity.h5 --device=cpu --memory=2048MiB\n"
