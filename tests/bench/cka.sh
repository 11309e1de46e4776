#!/bin/sh
# CKA of 13 × 13 layers, intervals included, against loops of torch and numpy that form self products
# once, in turns; see README.md. Usage: cka.sh [ROUNDS [N [D [LAYERS]]]]
#
# PYTHON is one with torch or numpy, or both; what it lacks is left out.
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
python=${PYTHON:-/usr/bin/python3}
rounds=${1:-5}
[ $# -eq 0 ] || shift

turns=$(mktemp)
trap 'rm -f "$turns"' EXIT
for round in $(seq "$rounds"); do
    "$build/tests/bench/bench_cka" "${1:-10000}" "${2:-768}" "${3:-13}" 2
    for library in torch numpy; do
        "$python" -c "import $library" 2>/dev/null || continue
        "$python" tests/bench/cached_cka.py "$library" "${1:-10000}" "${2:-768}" "${3:-13}" 1
    done
done | tee "$turns"

# Medians of the rounds, and ratios; the best product of anybody's is the yardstick.
awk '{
    for (i = 1; i <= NF; i++) {
        split($i, kv, "=")
        if (kv[1] == "sgemm" && kv[2] + 0 > best) best = kv[2] + 0
        if (kv[1] == "operations") work = kv[2] / 1e9
        if (kv[1] == "first" || kv[1] == "later" || kv[1] == "torch" || kv[1] == "numpy") {
            list[kv[1], count[kv[1]]++] = kv[2] + 0
        }
    }
}
function median(what,   i, j, t, v, n) {
    n = count[what]
    for (i = 0; i < n; i++) v[i] = list[what, i]
    for (i = 1; i < n; i++)
        for (j = i; j > 0 && v[j - 1] > v[j]; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
    return n % 2 ? v[(n - 1) / 2] : (v[n / 2 - 1] + v[n / 2]) / 2
}
END {
    first = median("first"); later = median("later")
    printf "first pass %.2f s, %.3f of a later one; %.3f of the best sgemm (%.0f GFLOP/s)\n",
        first, first / later, work / first / best, best
    if (count["torch"]) printf "torch, no intervals: %.2f s, %.2f times as long\n", median("torch"), median("torch") / first
    if (count["numpy"]) printf "numpy, no intervals: %.2f s, %.2f times as long\n", median("numpy"), median("numpy") / first
}' "$turns"
