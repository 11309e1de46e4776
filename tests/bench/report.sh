#!/bin/sh
# `isogloss report` of the bundled states, with mixing: as it is, and with all baselines; see README.md.
# Usage: report.sh [ROUNDS]
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# timed NAME ARGUMENT...: seconds of the clock.
timed() {
    name=$1
    shift
    began=$(date +%s.%N)
    "$build/bin/isogloss" report examples/states/mini.h5 --model examples/mini --src en -o "$work/$name" --force --quiet "$@" >/dev/null
    printf '%s seconds=%s\n' "$name" "$(awk -v a="$began" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f", b - a }')"
}

for round in $(seq "${1:-3}"); do
    timed plain --corpus examples/corpus
    timed baselines --corpus examples/corpus --baseline random,pieces,length
done | tee "$work/turns"
awk '{ split($2, kv, "="); n[$1]++; sum[$1] += kv[2] }
END { printf "with all baselines %.1f s, without %.1f s: %.2f times\n", sum["baselines"] / n["baselines"],
    sum["plain"] / n["plain"], sum["baselines"] / sum["plain"] }' "$work/turns"
