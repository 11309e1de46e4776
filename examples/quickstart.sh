#!/bin/sh
# From a fresh clone to a report: installs what is missing, builds, measures the bundled states, ends
# with the path of report.html. Safe to repeat.
set -eu
cd "$(dirname "$0")/.."
. examples/packages.sh

need_packages $BUILD_PACKAGES
mkdir -p out
build_in build -Dtests=false
build/bin/isogloss report examples/states/mini.h5 -o out/report
printf '%s\n' "$PWD/out/report/report.html"
