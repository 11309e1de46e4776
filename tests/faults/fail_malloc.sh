#!/bin/sh
# Runs a command again and again, its n-th allocation failing, also inside foreign libraries:
#
#     tests/faults/fail_malloc.sh FIRST LAST STEP PROGRAM ARGUMENT...     outputs by relative paths
#
# Each run must end by itself, with status 0, or 1 and one line, and leave its outputs whole or none.
# A line for each run that does not; `gdb` tells in which library one died. Needs glibc.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
first=$1 last=$2 step=$3 program=$4
shift 4
work=$(mktemp -d "${TMPDIR:-/tmp}/isogloss-faults-XXXXXX")
trap 'rm -rf "$work"' EXIT INT TERM
${CC:-cc} -O2 -shared -fPIC -o "$work/fail_malloc.so" "$here/fail_malloc.c"
runs=0 bad=0 n=$first
while [ "$n" -le "$last" ]; do
    mkdir "$work/run"
    status=0
    # one thread: n then means the same allocation each time
    (cd "$work/run" && OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 \
        LD_PRELOAD="$work/fail_malloc.so" FAIL_MALLOC="$n" FAIL_MALLOC_IN="$(basename "$program")" \
        timeout -s KILL 60 "$program" "$@" >"$work/out" 2>"$work/err") || status=$?
    left=$(ls -A "$work/run" | grep -v '\.part' | tr '\n' ' ') || true
    lines=$(grep -vc 'note:' "$work/err") || true
    runs=$((runs + 1))
    if [ "$status" -gt 1 ] || { [ "$status" = 1 ] && { [ -n "$left" ] || [ "$lines" != 1 ]; }; }; then
        bad=$((bad + 1))
        printf 'n = %d: status %d, %d lines, left: %s| %s\n' "$n" "$status" "$lines" "$left" "$(head -n 1 "$work/err")"
    fi
    rm -rf "$work/run"
    n=$((n + step))
done
echo "$runs runs, $bad bad"
[ "$bad" = 0 ]
