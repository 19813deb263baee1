#!/usr/bin/env bash
# Builds the fuzz targets with libFuzzer and lets each run for a while over its seeds and what grows from them.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../jobs/environment.sh"

usage() {
  cat <<'TEXT'
usage: tests/fuzz/run.sh [--seconds N] [--corpus DIR] [target ...]

  --seconds N    of each target (default 60)
  --corpus DIR   keep what was found in DIR, and go on from there (default build/fuzz/corpus)
  target         sweep, idx, cifar, safetensors, network, csv, checkpoint, population, similarity (default: all)

Needs clang and its libFuzzer (Debian: clang, libclang-rt-dev). Exit code 1 when a target crashed; the input and the
report are then in build/fuzz/artifacts.
TEXT
}

build_folder=$KINDRED_ROOT/build/fuzz
seconds=60
corpus=$build_folder/corpus
targets=()
while (($#)); do
  case $1 in
    --seconds | --corpus)
      [ $# -ge 2 ] || { usage >&2; exit 2; }
      declare "${1#--}=$2"
      shift
      ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; exit 2 ;;
    *) targets+=("$1") ;;
  esac
  shift
done
[ ${#targets[@]} -gt 0 ] || targets=(sweep idx cifar safetensors network csv checkpoint population similarity)

here=$KINDRED_ROOT/tests/fuzz
log=$build_folder/configure.log
mkdir -p "$build_folder/artifacts"
(cd "$KINDRED_ROOT" && cmake --preset fuzz) >"$log" 2>&1 || { cat "$log" >&2; fail "the fuzz targets could not be configured"; }
cmake --build "$build_folder" "${targets[@]/#/--target=fuzz_}" >&2

# The targets' files are in memory where there is a place for that.
if [ -d /dev/shm ]; then TMPDIR=$(mktemp -d -p /dev/shm); else TMPDIR=$(mktemp -d); fi
export TMPDIR
trap 'rm -rf -- "$TMPDIR"' EXIT

failed=0
for target in "${targets[@]}"; do
  length=512
  case $target in
    network) length=2048 ;;
    idx) length=128 ;;
    cifar | checkpoint | population | similarity) length=96 ;;
  esac
  options=(-max_len=$length -max_total_time="$seconds" -entropic=0 -timeout=60 -rss_limit_mb=2048 -malloc_limit_mb=64
    -print_final_stats=1 -artifact_prefix="$build_folder/artifacts/$target-")
  [ ! -f "$here/dictionaries/$target.dict" ] || options+=(-dict="$here/dictionaries/$target.dict")
  mkdir -p "$corpus/$target"
  report=$build_folder/artifacts/$target.log
  if "$build_folder/tests/fuzz/fuzz_$target" "${options[@]}" "$corpus/$target" "$here/seeds/$target" >"$report" 2>&1; then
    printf '%-12s %s inputs\n' "$target" "$(sed -n 's/stat::number_of_executed_units: *//p' "$report")"
  else
    failed=1
    printf '%-12s crashed, see %s\n' "$target" "$report"
    grep -m1 -aE '^SUMMARY|^broken property|what\(\)' "$report" || true
  fi
done
exit $failed
