#!/usr/bin/env bash
# Sets up what Kindred needs on Debian 12 or Ubuntu 24.04 (and later ones): the distribution's packages and a
# Python environment with PyTorch and the analysis package. Safe to start again; a second start takes seconds.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

usage() {
  cat <<'TEXT'
usage: jobs/setup.sh [--no-packages] [--tests]

  --no-packages  install no distribution packages (a cluster's modules supply them)
  --tests        also what only the tests need

Environment: KINDRED_VENV   the Python environment (default .venv in the source folder)
TEXT
}

packages=yes
tests=no
for argument in "$@"; do
  case $argument in
    --no-packages) packages=no ;;
    --tests) tests=yes ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      usage >&2
      exit 2
      ;;
  esac
done

build_packages=(g++ cmake ninja-build ccache git pkg-config python3 python3-venv python3-dev
  openmpi-bin libopenmpi-dev libhdf5-openmpi-dev libhwy-dev librandom123-dev libtomlplusplus-dev libcli11-dev
  libspdlog-dev libfmt-dev nlohmann-json3-dev libxxhash-dev zlib1g-dev libarchive-dev)
test_packages=(libgtest-dev libgmock-dev libbenchmark-dev curl faketime munge slurmctld slurmd slurm-client)

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null)" = "ii " ]; }
is_known() { apt-cache show "$1" >/dev/null 2>&1; }

install_packages() {
  command -v apt-get >/dev/null ||
    fail "no apt-get here (this script knows Debian and Ubuntu): install the packages that it lists, then use --no-packages"
  local wanted=("${build_packages[@]}")
  if [ "$tests" = yes ]; then
    wanted+=("${test_packages[@]}")
    command -v chromedriver >/dev/null || wanted+=(chromium chromium-driver) # the report's page is tested in it
  fi
  local missing=() package
  for package in "${wanted[@]}"; do is_installed "$package" || missing+=("$package"); done
  # Kokkos is a package of its own in newer releases and part of Trilinos in older ones.
  if ! is_installed libkokkos-dev && ! is_installed libtrilinos-kokkos-dev && [ -z "${Kokkos_ROOT:-}" ]; then
    missing+=(kokkos)
  fi
  [ ${#missing[@]} -gt 0 ] || return 0
  local -a as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "packages are missing (${missing[*]}) and there is no sudo: install them as root, then use --no-packages"
    as_root=(sudo)
  fi
  say "installing ${missing[*]}"
  "${as_root[@]}" apt-get update -qq >&2
  if ! is_known chromium-driver; then # Ubuntu's names
    missing=("${missing[@]/#chromium-driver/chromium-chromedriver}")
    missing=("${missing[@]/%chromium/chromium-browser}")
  fi
  if [ "${missing[-1]}" = kokkos ]; then
    if is_known libkokkos-dev; then missing[-1]=libkokkos-dev; else missing[-1]=libtrilinos-kokkos-dev; fi
  fi
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

# The environment is made anew only when what it should hold changed. CUDA's headers come with PyTorch but for
# those of the compiler.
install_python() {
  local stamp=$KINDRED_VENV/kindred.stamp wanted
  local -a torch=('torch==2.11.0') headers=('nvidia-cuda-crt==13.0.*' 'nvidia-cuda-cccl==13.0.*')
  wanted=$(echo "${torch[*]} ${headers[*]}" && echo "$KINDRED_ROOT" && cat "$KINDRED_ROOT/analysis/pyproject.toml")
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then return 0; fi
  local python
  python=$(command -v python3) || fail "python3 is missing: load a module that has it, or install it"
  say "making the Python environment $KINDRED_VENV (a download of about 3 GB the first time)"
  [ -x "$KINDRED_VENV/bin/pip" ] || "$python" -m venv "$KINDRED_VENV"
  "$KINDRED_VENV/bin/pip" install --quiet --disable-pip-version-check "${torch[@]}" >&2
  "$KINDRED_VENV/bin/pip" install --quiet --disable-pip-version-check -e "$KINDRED_ROOT/analysis[test]" >&2
  if ! "$KINDRED_VENV/bin/pip" install --quiet --disable-pip-version-check "${headers[@]}" >&2; then
    say "without CUDA's headers (see above) the program is built without its part for GPUs"
    return 0
  fi
  printf '%s\n' "$wanted" >"$stamp"
}

[ "$packages" = no ] || install_packages
install_python
