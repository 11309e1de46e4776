#!/bin/sh
# From a fresh clone to a report: installs what is missing, builds, runs the bundled model over the
# bundled texts, and the same network with random weights beside it; measures their states, ends with
# the path of report.html. Safe to repeat. LIMIT=N in the environment: the first N sentences alone.
set -eu
cd "$(dirname "$0")/.."
. examples/packages.sh

began=$(date +%s)
step() {
    printf '[%s/4] %s (%d s so far)\n' "$1" "$2" $(($(date +%s) - began)) >&2
}

step 1 "packages of the system that a build needs"
need_packages $BUILD_PACKAGES
step 2 "building the program; minutes the first time"
mkdir -p out
build_in build -Dtests=false
step 3 "running a real model over ten languages, every layer kept, and its twin with random weights"
embed() { # embed OUT.h5 OPTION...
    rm -f "$1.part" "$1.part.journal" # of an interrupted run
    build/bin/isogloss embed --model examples/e5-mini --corpus examples/corpus --src en --prompt "query: " ${LIMIT:+--limit "$LIMIT"} -o "$@"
}
embed out/states.h5
embed out/random.h5 --random-weights 1
step 4 "measuring the states, mixing languages, drawing the page"
build/bin/isogloss report out/states.h5 --model examples/e5-mini --corpus examples/corpus --src en \
    --baseline random --baseline-states out/random.h5 ${LIMIT:+--limit "$LIMIT"} -o out/report
cat >&2 <<END

Done in $(($(date +%s) - began)) s. Open the page in a browser: xdg-open out/report/report.html, or the path below.
The program is $PWD/build/bin/isogloss; for this shell: PATH="$PWD/build/bin:\$PATH"
Next:
  isogloss inspect out/states.h5                         what is in the file
  isogloss compare out/states.h5 --src en --layers last  how similar the languages are
  isogloss help embed                                    the same with your texts and checkpoint

END
printf '%s\n' "$PWD/out/report/report.html"
