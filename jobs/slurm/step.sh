# Read by the jobs. submit.sh hands over KINDRED_ROOT, KINDRED_SITE, KINDRED_BUILD and KINDRED_VENV: Slurm runs a
# copy of a job's script, which is in another folder.
# shellcheck shell=bash
# shellcheck source=../environment.sh
source "${KINDRED_ROOT:?submit the jobs with jobs/slurm/submit.sh}/jobs/environment.sh"
# shellcheck source=site.sh
source "$KINDRED_SITE"
site_environment
# Slurm's srun no longer takes it from the job by itself (since 22.05).
[ -z "${SLURM_CPUS_PER_TASK:-}" ] || export SRUN_CPUS_PER_TASK=$SLURM_CPUS_PER_TASK

# Puts the job back into the queue, as the same job with a higher restart count, and ends it. Not one that Slurm is
# ending: `scontrol requeue` would bring a cancelled job back.
again() {
  if [ "$(squeue --noheader --jobs="$SLURM_JOB_ID" --format=%T)" = RUNNING ]; then
    say "work is left: requeued"
    scontrol requeue "$SLURM_JOB_ID"
  fi
  exit 85
}

# Runs a program on all ranks and returns its exit code. SIGUSR1, which Slurm sends to this script before the time limit
# and before pre-emption, is passed on; what stopped with work left goes on when the job runs again.
run_step() {
  local told=no seconds=0 step code
  trap 'told=yes' USR1
  trap 'say "ended by Slurm"' TERM # which tells the ranks too: wait for them
  "${site_launcher[@]}" "$@" &
  step=$!
  # Not one long wait: bash can overlook a signal that comes as it begins to wait. Told again every ten seconds: srun
  # can lose a signal that comes while it starts the ranks.
  while [ -n "$(jobs -rp)" ]; do
    if [ "$told" = yes ] && [ $((seconds++ % 10)) -eq 0 ]; then
      say "told to stop"
      kill -USR1 "$step"
    fi
    sleep 1
  done
  wait "$step"
  code=$?
  # Other codes when it was told: the signal came before the launcher or a rank had begun to listen.
  case $told-$code in
    *-85) again ;;
    yes-[023]) ;;
    yes-*) again ;;
  esac
  return "$code"
}
