#!/bin/sh
# The library alone, without an environment, against the program, in turns; see README.md.
# Usage: alone.sh [ROUNDS [MODEL [LANG=TEXT]]]
#
# WORK keeps the states that are made, for another call; ROWS of the comparison (10000).
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
rounds=${1:-5} model=${2:-examples/mini} text=${3:-en=examples/corpus/en.tsv}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
made=${WORK:-$work}
[ -f "$made/layers.h5" ] || "$build/tests/bench/make_states" "$made/layers.h5" "${ROWS:-10000}" 768 13
[ -f "$made/rows.h5" ] || "$build/tests/bench/make_states" "$made/rows.h5" 20000 300

turn() { # WHAT WHO COMMAND...
    what=$1 who=$2
    shift 2
    began=$(date +%s.%N)
    env -i "$@" >/dev/null 2>"$work/errors" || { cat "$work/errors" >&2; exit 1; }
    awk -v a="$began" -v b="$(date +%s.%N)" -v what="$what" -v who="$who" 'BEGIN { print what, who, b - a }'
}

for round in $(seq "$rounds"); do
    turn compare alone "$build/tests/bench/alone" compare "$made/layers.h5"
    turn compare program "$build/bin/isogloss" compare "$made/layers.h5" --across --quiet
    turn retrieve alone "$build/tests/bench/alone" retrieve "$made/rows.h5"
    turn retrieve program "$build/bin/isogloss" retrieve "$made/rows.h5" --measure p@10:cosine,p@10:csls --quiet
    turn embed alone "$build/tests/bench/alone" embed "$model" "$text" "$work/alone.h5"
    turn embed program "$build/bin/isogloss" embed --model "$model" "$text" --out "$work/program.h5" --quiet
done >"$work/turns"

for what in compare retrieve embed; do
    for who in alone program; do
        printf '%s %s ' "$what" "$who"
        awk -v what="$what" -v who="$who" '$1 == what && $2 == who { print $3 }' "$work/turns" | sort -n |
            awk '{ t[NR] = $1 } END { print (t[int((NR + 1) / 2)] + t[int(NR / 2) + 1]) / 2 }'
    done
done | awk '$2 == "alone" { alone = $3 } $2 == "program" { printf "%s: %.2f s alone, %.2f s the program: %.3f\n", $1, alone, $3, alone / $3 }'
