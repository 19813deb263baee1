# Read by the other scripts: where things are. Each can be set from outside.
KINDRED_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export KINDRED_VENV=${KINDRED_VENV:-$KINDRED_ROOT/.venv}
export KINDRED_BUILD=${KINDRED_BUILD:-$KINDRED_ROOT/build/release}

say() { printf '\n== %s\n' "$*" >&2; }
fail() {
  printf 'kindred: %s\n' "$*" >&2
  exit 1
}

# Configures and builds the given targets, or all without any. What the tests need comes with setup.sh --tests:
# with targets they are configured only where they were before.
build() {
  local log=$KINDRED_BUILD/configure.log tests=ON
  [ $# -eq 0 ] || grep -qs '^KINDRED_BUILD_TESTS:BOOL=ON' "$KINDRED_BUILD/CMakeCache.txt" || tests=OFF
  mkdir -p "$KINDRED_BUILD"
  local -a fresh=()
  # A build folder that served another clone starts anew.
  if [ -f "$KINDRED_BUILD/CMakeCache.txt" ] &&
    ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$KINDRED_ROOT" "$KINDRED_BUILD/CMakeCache.txt"; then
    fresh=(--fresh)
  fi
  if ! cmake "${fresh[@]}" -S "$KINDRED_ROOT" -B "$KINDRED_BUILD" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DKINDRED_VENV="$KINDRED_VENV" -DKINDRED_BUILD_TESTS=$tests >"$log" 2>&1; then
    cat "$log" >&2
    fail "the build could not be configured (see above)"
  fi
  cmake --build "$KINDRED_BUILD" "${@/#/--target=}" >&2
}

# mpirun on this machine with N ranks. Open MPI refuses root and more ranks than cores unless told.
run_ranks() {
  local ranks=$1
  shift
  local -a flags=()
  if mpirun --version 2>/dev/null | grep -q 'Open MPI'; then
    [ "$(id -u)" -ne 0 ] || flags+=(--allow-run-as-root)
    flags+=(--oversubscribe --bind-to none)
  fi
  mpirun "${flags[@]}" -n "$ranks" "$@"
}
