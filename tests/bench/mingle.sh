#!/bin/sh
# Mingling of all layers of STATES, in parts and whole, and exact t-SNE of POINTS rows of its last layer, beside scikit-learn's exact
# method where PEERS names a Python that has it; see README.md.
# Usage: mingle.sh STATES [ROUNDS [POINTS]]
set -eu
build=${BUILD:-build}
states=$1 rounds=${2:-3} points=${3:-2000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$build/bin/isogloss" doctor | grep -E '^(cpu|threads|sgemm)'
for measures in mingle mingle,ilo,silhouette accuracy centroid:relative,cka all; do
    for round in $(seq "$rounds"); do
        set -- "$states" --quiet --csv "$work/records.csv"
        [ $measures = all ] || set -- "$@" --measure $measures
        began=$(date +%s.%N)
        "$build/bin/isogloss" mingle "$@"
        awk -v m=$measures -v a="$began" -v b="$(date +%s.%N)" 'BEGIN { printf "%-24s %6.2f s\n", m, b - a }'
    done
done
for round in $(seq "$rounds"); do
    "$build/tests/bench/bench_tsne" "$states" last "$points" "$work/rows"
    [ -z "${PEERS:-}" ] || "$PEERS" tests/bench/tsne_peer.py "$work/rows"
done
