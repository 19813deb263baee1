#!/usr/bin/env bash
# The study of the paper's claims, from the committed sweep to findings.md's tables: trains the population (or what is
# missing of it), compares all with all, writes tables, figures and the summary of the runs.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../jobs/environment.sh"

if [ "${1:-}" = -h ] || [ "${1:-}" = --help ]; then
  cat <<'TEXT'
usage: analysis/study.sh [DIR] [--keep]

Leaves paper-small.h5, paper-small-similarity.h5 and study/ in DIR (default: study). With --keep also renews
analysis/study and the tables of analysis/findings.md. Started again it goes on where it was. Needs the datasets of
data/README.md.
Environment: KINDRED_VENV, KINDRED_BUILD  where the Python environment and the build are
             KINDRED_RANKS                MPI ranks (default: one per core)
             KINDRED_DATA                 the datasets' folder (default: data)
TEXT
  exit 0
fi
keep=
[ "${*: -1}" != --keep ] || keep=1
folder=study
[ -z "${1:-}" ] || [ "$1" = --keep ] || folder=$1
ranks=${KINDRED_RANKS:-$(nproc)}
mkdir -p "$folder"
kindred=$KINDRED_BUILD/bin/kindred
[ -x "$kindred" ] || fail "no $kindred (the program is not built) run jobs/quickstart.sh, which builds it"

population=$folder/paper-small.h5 similarity=$folder/paper-small-similarity.h5
say "training -> $population"
run_ranks "$ranks" "$kindred" train "$KINDRED_ROOT/jobs/sweeps/paper-small.toml" -o "$population"
say "comparing all with all -> $similarity"
run_ranks "$ranks" "$kindred" compare "$population" -o "$similarity"
say "the claims"
if [ -n "$keep" ]; then
  "$KINDRED_VENV/bin/python" -m kindred.study "$population" "$similarity" -o "$KINDRED_ROOT/analysis/study" \
    --findings "$KINDRED_ROOT/analysis/findings.md"
else
  "$KINDRED_VENV/bin/python" -m kindred.study "$population" "$similarity" -o "$folder/study"
fi
