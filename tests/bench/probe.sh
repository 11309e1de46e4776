#!/bin/sh
# Probes of 15 languages, 7 layers, 800 labelled sentences of 192 dims; see README.md.
# Usage: probe.sh [STATES [ROUNDS]]    (without STATES random ones are made)
set -eu
cd "$(dirname "$0")/../.."
build=$(realpath "${BUILD:-build}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
states=${1:-$work/states.h5}
if [ $# -eq 0 ]; then
    words="source=en classes=7"
    for lang in en ar bg de el es fr hi ru sw th tr ur vi zh; do
        words="$words labels:$lang=800,7"
        for layer in 0 1 2 3 4 5 6; do words="$words $lang:$layer=800x192,by:7"; done
    done
    # shellcheck disable=SC2086
    "$build/tests/craft" "$states" $words
fi

"$build/bin/isogloss" doctor | grep -E '^(cpu|threads|sgemm)'
for measures in accuracy:probe accuracy,f1,gap accuracy:language-id; do
    for round in $(seq "${2:-3}"); do
        cat >"$work/run" <<EOF
"$build/bin/isogloss" probe "$states" --measure $measures --csv "$work/records.csv" --quiet
EOF
        began=$(date +%s.%N)
        # times(1p): the second line is of children
        cpu=$(sh -c '. "$1"; times' sh "$work/run" | awk 'NR == 2 { for (i = 1; i <= 2; i++) { split($i, t, /[ms]/); s += 60 * t[1] + t[2] } print s }')
        awk -v m="$measures" -v a="$began" -v b="$(date +%s.%N)" -v cpu="$cpu" \
            'BEGIN { printf "%-22s %6.2f s, %6.2f s of processor time\n", m, b - a, cpu }'
    done
done
