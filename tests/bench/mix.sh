#!/bin/sh
# A whole sweep of `isogloss mix`, measures included, against the layers it must run; see README.md.
# Usage: mix.sh MODEL CORPUS SRC TGT,TGT... [ROUNDS]    (CORPUS holds LANG.tsv or LANG.txt)
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
longest=${MAX_LENGTH:-128}
model=$1 corpus=$2 src=$3 targets=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for lang in $src $(printf %s "$targets" | tr , ' '); do
    for suffix in tsv txt; do
        [ -f "$corpus/$lang.$suffix" ] || continue
        "$build/bin/isogloss" tokenize --model "$model" --max-length "$longest" "$corpus/$lang.$suffix" | cut -f 2 >"$work/$lang.ids"
    done
done

for round in $(seq "${5:-3}"); do
    # shellcheck disable=SC2046
    "$build/tests/bench/bench_layers" "$model" 1024 $(for l in $(printf %s "$targets" | tr , ' '); do printf '%s ' "$work/$l.ids"; done) |
        sed 's/^/targets /'
    "$build/tests/bench/bench_layers" "$model" 1024 "$work/$src.ids" | sed 's/^/source /'
    began=$(date +%s.%N)
    "$build/bin/isogloss" mix --model "$model" --corpus "$corpus" --src "$src" --tgt "$targets" --layer sweep --max-length "$longest" \
        --csv "$work/records.csv" --quiet
    printf 'mix seconds=%s\n' "$(awk -v a="$began" -v b="$(date +%s.%N)" 'BEGIN { print b - a }')"
done | tee "$work/turns"

# Layers of a target: the plain pass, and for three ways (xmixup, fixed:0, shuffled) L, L - 1 ... 1.
awk '{ for (i = 2; i <= NF; i++) { split($i, kv, "="); f[kv[1]] = kv[2] } }
$1 == "targets" { L = f["layers"]; floor = f["per_layer"] * (L + 3 * L * (L + 1) / 2) }
$1 == "source" { floor += f["seconds"] }
$1 == "mix" { printf "round: %.1f s of layers, %.1f s in all: %.2f\n", floor, f["seconds"], f["seconds"] / floor }' \
    "$work/turns"
