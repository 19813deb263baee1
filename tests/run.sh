#!/usr/bin/env bash
# Sets up, builds and runs every test: C++ suites (GoogleTest at 1 to 4 ranks), the end-to-end tests and the
# Python package's.   tests/run.sh [--no-packages]: without it missing distribution packages are installed.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../jobs/environment.sh"

"$KINDRED_ROOT/jobs/setup.sh" --tests "$@"
say "building"
build
say "testing"
ctest --test-dir "$KINDRED_BUILD" --output-on-failure -j "$(nproc)"
