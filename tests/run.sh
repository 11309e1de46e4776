#!/bin/sh
# Installs what is missing, builds, runs the tests; the last line counts them. Safe to repeat.
#
#     tests/run.sh [--sanitize]    --sanitize (or CI=true): once more under ASan and UBSan
#
# Data that is not in the repository is found through ISOGLOSS_TEST_DATA (default: ../shared when
# that exists); tests that need it are skipped without it, and counted.
set -eu
cd "$(dirname "$0")/.."
. examples/packages.sh

need_packages $BUILD_PACKAGES libcmocka-dev g++ libsentencepiece-dev
if [ -z "${ISOGLOSS_TEST_DATA:-}" ] && [ -d ../shared ]; then
    ISOGLOSS_TEST_DATA=$(cd ../shared && pwd)
fi
export ISOGLOSS_TEST_DATA="${ISOGLOSS_TEST_DATA:-}"

# run_in FOLDER: the tests of one build; what failed is shown.
run_in() {
    meson test -C "$1" --no-rebuild --print-errorlogs >"$1/tests.log" 2>&1 || cat "$1/tests.log"
    cat "$1/meson-logs/testlog.txt" >>build/all-tests.txt
}

build_in build -Dtests=true
: >build/all-tests.txt
run_in build
if [ "${1:-}" = --sanitize ] || [ "${CI:-}" = true ]; then
    build_in build/sanitized -Dtests=true -Db_sanitize=address,undefined -Db_lundef=false
    run_in build/sanitized
fi
awk -f tests/count.awk build/all-tests.txt
