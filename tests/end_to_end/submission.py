"""Starting jobs/slurm/submit.sh in a test: a site, and a program that only says what is asked of it."""

import os
import subprocess
import sys

from support import SOURCE

JOBS = SOURCE / "jobs" / "slurm"
PLAN = """{"sweep": "", "runs": 300, "duplicates": 0, "ranks": 8, "file_bytes": 1000000, "memory_bytes": 104857600,
"seconds": 18000.0, "utilisation": 0.9, "cohorts": [{"packs": 300, "pack": 1, "seconds_per_run": 432.0}]}"""


def script(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/usr/bin/env bash\n" + text)
    path.chmod(0o755)
    return path


def fake_build(folder, train="exit 0"):
    """A build folder whose program answers `plan` with PLAN and does `train` for all else."""
    body = f'if [ "$1" = plan ]; then cat <<"TEXT"\n{PLAN}\nTEXT\nelse\n{train}\nfi\n'
    return script(folder / "bin" / "kindred", body).parents[1]


def site(path, **settings):
    """jobs/slurm/site.sh with some settings of its own, each a bash literal."""
    lines = [f"site_{name}={value}" for name, value in settings.items()]
    path.write_text((JOBS / "site.sh").read_text() + "\n" + "\n".join(lines) + "\n")
    return path


def submit(*arguments, build, site, **environment):
    return subprocess.run(
        [JOBS / "submit.sh", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ
        | {"KINDRED_BUILD": str(build), "KINDRED_VENV": sys.prefix, "KINDRED_SITE": str(site)}
        | {name: str(value) for name, value in environment.items()},
    )


def submitted(process):
    """The job numbers of each sweep that submit.sh printed."""
    assert process.returncode == 0, process.stdout + process.stderr
    found = {}
    for line in process.stdout.splitlines():
        *name, train, compare, report = line.split(" ")
        jobs = (word.partition("=") for word in (train, compare, report))
        found[" ".join(name)] = {job: number for job, _, number in jobs}
    return found
