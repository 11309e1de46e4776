#!/bin/sh
# From a fresh clone to a report: installs what is missing, builds, runs the bundled model over the
# bundled texts, measures its states, ends with the path of report.html. Safe to repeat.
set -eu
cd "$(dirname "$0")/.."
. examples/packages.sh

need_packages $BUILD_PACKAGES
mkdir -p out
build_in build -Dtests=false
rm -f out/states.h5.part out/states.h5.part.journal # of an interrupted run
build/bin/isogloss embed --model examples/mini --corpus examples/corpus --src en -o out/states.h5
build/bin/isogloss report out/states.h5 --model examples/mini --corpus examples/corpus --src en -o out/report
printf '%s\n' "$PWD/out/report/report.html"
