"""From `kindred plan --json` to what jobs ask Slurm for. Prints the training's ranks, its minutes, the MiB of a
rank, and the comparison's ranks."""

import argparse
import json
import math
import pathlib
import shutil
import sys

MARGIN_MINUTES = 10  # for start, reading data and the statistics over the population
BLOCK = 64  # runs that `kindred compare` takes together


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path, help="where the population file will be")
    parser.add_argument("--max-tasks", type=int, required=True)
    parser.add_argument("--max-minutes", type=int, required=True)
    parser.add_argument("--aim-minutes", type=int, required=True)
    parser.add_argument("--tasks", type=int, help="this many ranks, if there is work for them")
    options = parser.parse_args()
    plan = json.load(sys.stdin)
    check_space(options.folder, plan["file_bytes"])
    tasks, seconds = choose(plan, options)
    # Timed on this machine, perhaps beside others: twice as long is allowed.
    minutes = min(options.max_minutes, math.ceil(2 * seconds / 60) + MARGIN_MINUTES)
    memory = math.ceil(1.25 * plan["memory_bytes"] / 2**20)
    comparing = min(options.max_tasks, math.ceil(plan["runs"] / BLOCK))
    print(tasks, minutes, memory, comparing)


def choose(plan, options):
    """Ranks, and the seconds that they take."""
    packs = sum(cohort["packs"] for cohort in plan["cohorts"])
    work = plan["seconds"] * plan["ranks"] * plan["utilisation"]
    wanted = options.tasks or min(options.max_tasks, math.ceil(work / (60 * options.aim_minutes)))
    tasks = max(1, min(wanted, packs))
    # No rank begins its last pack later than the others' share of the work allows (Graham 1969).
    longest = max(cohort["seconds_per_run"] * cohort["pack"] for cohort in plan["cohorts"])
    return tasks, plan["seconds"] if tasks == plan["ranks"] else work / tasks + longest


def check_space(folder, needed):
    """Told now, and not when the job has waited its turn."""
    if (folder / "population.h5").exists():
        return
    there = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(there).free
    if needed > free:
        gib = 2**30
        sys.exit(
            f"kindred: {folder} lacks space (the population file takes {needed / gib:.1f} GiB, "
            f"{free / gib:.1f} GiB are free) give another folder with -o"
        )


if __name__ == "__main__":
    main()
