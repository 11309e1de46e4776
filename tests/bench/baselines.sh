#!/bin/bash
# What baselines cost beside the study itself, and the values that they must have; see README.md.
# Usage: baselines.sh STATES MODEL [COMMAND...]; with the development set's: baselines.sh m15-sib.h5 m15
#
# Means over all targets at the last layer: CKA, P@1 of cosines, raw and centred.
set -eu
cd "$(dirname "$0")/../.."
isogloss=${BUILD:-build}/bin/isogloss states=$1 model=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# The mean of each baseline, and the seconds of processor time.
measure() {
    name=$1
    shift
    for kind in none length pieces random; do
        if [ "$kind" = none ]; then
            ( time -p "$isogloss" "$@" --csv "$folder/out.csv" --quiet >/dev/null ) 2>"$folder/time"
        else
            ( time -p "$isogloss" "$@" --baseline "$kind" --model "$model" --csv "$folder/out.csv" \
                --force --quiet >/dev/null ) 2>"$folder/time"
        fi
        awk -F, -v kind="$kind" -v name="$name" -v time="$(awk '/user|sys/ { s += $2 } END { print s }' "$folder/time")" '
            NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
            $column["baseline"] == (kind == "none" ? "" : kind) && $column["value"] != "" {
                sum += $column["value"]; n++
            }
            END { printf "%-14s %-7s mean %.4f over %d, %.1f s\n", name, kind, sum / n, n, time }
        ' "$folder/out.csv"
        rm -f "$folder/out.csv"
    done
}

measure cka compare "$states" --layers last --interval none
measure p@1 retrieve "$states" --layers last --measure p@1:cosine --direction forward --interval none
measure p@1,centred retrieve "$states" --layers last --measure p@1:cosine --direction forward --interval none --prep center
