#!/usr/bin/env bash
# Submits the training of sweeps, the comparison of what was trained and the report as jobs that wait for each other.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../environment.sh"
export KINDRED_ROOT
KINDRED_SITE=$(realpath -- "${KINDRED_SITE:-$KINDRED_ROOT/jobs/slurm/site.sh}")
export KINDRED_SITE
# shellcheck source=site.sh
source "$KINDRED_SITE"

usage() {
  cat <<'TEXT'
usage: jobs/slurm/submit.sh SWEEP.toml|FOLDER... [options] [-- options of every sbatch]

For each sweep file, and each *.toml of a FOLDER: three jobs, each after the one before. They leave population.h5,
similarity.h5, report.html, their logs and the sweep file in OUT/<the sweep file's name>/. Started again it goes on
where that was. A line of job numbers for each sweep is printed.

  -o OUT         the folder for the results (default: this one)
  --gpus N       train on N GPUs, one rank each
  --tasks N      train with N ranks (default: by the estimated time)
  --time MIN     time limit of the training job in minutes (default: by the estimated time); longer work is requeued
  --metrics M    what kindred compare computes (default: fast)
  --train OPTS   further options of kindred train, in one word: --train "--retry-failed --reuse other.h5"
  --compare OPTS further options of kindred compare
  --strict       compare only when no run failed
  --dry-run      print the commands, submit nothing
Environment: KINDRED_SITE   the site's settings (default: jobs/slurm/site.sh)
             KINDRED_BUILD, KINDRED_VENV, KINDRED_DATA   where the program, Python and the datasets are
TEXT
}

out=. gpus='' tasks='' minutes='' metrics=fast dry=no
train_options=() compare_options=()
export KINDRED_STRICT=no
sweeps=()
number() { [[ $2 =~ ^[1-9][0-9]*$ ]] || fail "$1 $2: not a whole number of at least 1"; }
while [ $# -gt 0 ]; do
  case $1 in
    -o | --gpus | --tasks | --time | --metrics | --train | --compare)
      [ $# -ge 2 ] || fail "$1 lacks its value (see --help)"
      case $1 in
        -o) out=$2 ;;
        --gpus) number "$1" "$2"; gpus=$2 ;;
        --tasks) number "$1" "$2"; tasks=$2 ;;
        --time) number "$1" "$2"; minutes=$2 ;;
        --metrics) metrics=$2 ;;
        --train) read -ra train_options <<<"$2" ;;
        --compare) read -ra compare_options <<<"$2" ;;
      esac
      shift
      ;;
    --strict) KINDRED_STRICT=yes ;;
    --dry-run) dry=yes ;;
    -h | --help) usage; exit 0 ;;
    --) shift; site_options+=("$@"); break ;;
    -*) fail "there is no option $1 (see --help)" ;;
    *)
      if [ -d "$1" ]; then
        found=("$1"/*.toml)
        [ -e "${found[0]}" ] || fail "$1 has no sweep files (*.toml)"
        sweeps+=("${found[@]}")
      else
        sweeps+=("$1")
      fi
      ;;
  esac
  shift
done
[ ${#sweeps[@]} -gt 0 ] || { usage >&2; exit 2; }
[ -z "$gpus" ] || [ -z "$tasks" ] || fail "--tasks and --gpus (one rank a GPU) exclude each other: give one"
given=$gpus$tasks
for place in KINDRED_BUILD KINDRED_VENV KINDRED_DATA; do
  [ -z "${!place:-}" ] || export "$place=$(realpath -m -- "${!place}")"
done
out=$(realpath -m -- "$out")
set +eu # modules' functions do not bear them
site_environment
set -eu

# What the plan can tell is told before the first job is submitted.
declare -A planned
for sweep in "${sweeps[@]}"; do
  name=$(basename -- "$sweep" .toml)
  [ -z "${planned[$name]:-}" ] ||
    fail "two sweep files are called $name.toml (their results would be in one folder) rename one"
  if [ -e "$out/$name/sweep.toml" ] && ! cmp -s -- "$sweep" "$out/$name/sweep.toml"; then
    fail "$out/$name is of another sweep (its sweep.toml differs from $sweep) give another folder with -o"
  fi
  if [ -e "$out/$name/jobs" ]; then
    queued=$(squeue --noheader --format=%i --jobs="$(paste -sd , "$out/$name/jobs")" 2>/dev/null | paste -sd ' ') ||
      queued= # squeue knows none of them any more
    [ -z "$queued" ] ||
      fail "$out/$name has jobs in the queue ($queued): they go on by themselves; wait for them or scancel them"
  fi
  say "planning $sweep"
  plan=$("$KINDRED_BUILD/bin/kindred" plan "$sweep" --json --log-level=warn --device=cpu \
    --ranks="${given:-$site_max_tasks}")
  planned[$name]=$("$KINDRED_VENV/bin/python3" "$KINDRED_ROOT/jobs/slurm/resources.py" "$out/$name" \
    --max-tasks="$site_max_tasks" --max-minutes="$site_max_minutes" --aim-minutes="$site_aim_minutes" \
    ${given:+"--tasks=$given"} <<<"$plan")
done

# Options of sbatch for training on $1 ranks with $2 MiB each for $3 minutes, into `resources`.
train_resources() {
  resources=(--ntasks="$1" --time="$3")
  local each=$2 cores=1 partition=$site_partition type=${site_gpu_type:+$site_gpu_type:}
  if [ -n "$gpus" ]; then
    each=$((each > site_gpu_memory ? each : site_gpu_memory)) cores=$site_cpus_per_gpu
    partition=${site_gpu_partition:-$site_partition}
    case $site_gpu_binding in
      task) resources+=(--gpus-per-task="${type}1") ;;
      node)
        local there=$(($1 < site_gpus_per_node ? $1 : site_gpus_per_node))
        resources+=(--gpus-per-node="$type$there" --ntasks-per-node="$there")
        ;;
      *) fail "site_gpu_binding=$site_gpu_binding: task or node (in $KINDRED_SITE)" ;;
    esac
  fi
  resources+=(--cpus-per-task="$cores" --mem-per-cpu="$(((each + cores - 1) / cores))M"
    ${partition:+"--partition=$partition"})
}

# submit JOB AFTER: with the options in `resources`; the job's number, into `number`. `arguments` are its program's.
submit() {
  local job=$1 after=$2
  # What the user gives after -- wins over what is above it.
  local -a command=(sbatch --parsable --export=ALL --chdir="$folder" --output="$job-%j.log" --job-name="$name-$job"
    "${resources[@]}" ${site_account:+"--account=$site_account"} "${site_options[@]}"
    ${after:+"--dependency=afterok:$after" --kill-on-invalid-dep=yes}
    "$KINDRED_ROOT/jobs/slurm/$job.sbatch" "$folder" "${arguments[@]}")
  if [ "$dry" = yes ]; then
    printf '%q ' "${command[@]}"
    echo
    number=${job^^}
  else
    number=$("${command[@]}")
    number=${number%%;*} # "number;cluster" where there are several
    echo "$number" >>"$folder/jobs"
  fi
}

for sweep in "${sweeps[@]}"; do
  name=$(basename -- "$sweep" .toml)
  folder=$out/$name
  read -r ranks limit memory comparing <<<"${planned[$name]}"
  [ -z "$gpus" ] || limit=$site_max_minutes # the estimate is for CPUs
  if [ "$dry" = no ]; then
    mkdir -p -- "$folder"
    cp -- "$sweep" "$folder/sweep.toml" # later changes are another sweep's
    : >"$folder/jobs"
  fi
  train_resources "$ranks" "$memory" "${minutes:-$limit}"
  arguments=(--device="$([ -n "$gpus" ] && echo cuda || echo cpu)" "${train_options[@]}")
  submit train ''
  train=$number
  resources=(--ntasks="$comparing" --cpus-per-task=1 --mem-per-cpu="${site_compare_memory}M"
    --time="$site_compare_minutes" ${site_partition:+"--partition=$site_partition"})
  arguments=(--metrics="$metrics" "${compare_options[@]}")
  submit compare "$train"
  compare=$number
  resources=(--ntasks=1 --mem="${site_report_memory}M" --time=30 ${site_partition:+"--partition=$site_partition"})
  arguments=()
  submit report "$compare"
  [ "$dry" = yes ] || echo "$name train=$train compare=$compare report=$number"
done
