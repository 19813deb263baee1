#!/usr/bin/env bash
# The whole of Kindred in one go: set up, build, train a population of networks on MNIST on all cores, compare
# all with all, and write a report. Started again with the same folder it goes on where it was.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

usage() {
  cat <<'TEXT'
usage: jobs/quickstart.sh [DIR] [--no-packages]

Leaves population.h5, similarity.h5 and report.html in DIR (default: quickstart).

  --no-packages  install no distribution packages (they are there, or a cluster's modules supply them)

Environment: KINDRED_VENV, KINDRED_BUILD  where the Python environment and the build are
             KINDRED_RANKS                MPI ranks (default: one per core)
TEXT
}

folder=quickstart
setup=()
for argument in "$@"; do
  case $argument in
    --no-packages) setup=("$argument") ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; exit 2 ;;
    *) folder=$argument ;;
  esac
done
ranks=${KINDRED_RANKS:-$(nproc)}
mkdir -p -- "$folder"

"$KINDRED_ROOT/jobs/setup.sh" "${setup[@]}"
say "building"
build kindred
kindred=$KINDRED_BUILD/bin/kindred
sweep=$KINDRED_ROOT/jobs/sweeps/quickstart.toml

say "training $("$kindred" plan "$sweep" --ranks "$ranks" --log-level warn | tail -1) -> $folder/population.h5"
run_ranks "$ranks" "$kindred" train "$sweep" -o "$folder/population.h5"
say "comparing all with all -> $folder/similarity.h5"
run_ranks "$ranks" "$kindred" compare "$folder/population.h5" -o "$folder/similarity.h5"
say "writing the report"
"$KINDRED_VENV/bin/kindred-report" "$folder/population.h5" "$folder/similarity.h5" -o "$folder/report.html" --summary
echo "Report: $(cd "$folder" && pwd)/report.html"
