#!/bin/sh
# Exact search against faiss's flat index (Debian: python3-faiss), in turns; see README.md.
# Usage: retrieval.sh [N [D [ROUNDS]]]
#
# OPENBLAS_CORETYPE=Haswell and the like force the kernels of both; as installed is without.
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
python=${PYTHON:-/usr/bin/python3}
n=${1:-30000}
d=${2:-300}
export OMP_WAIT_POLICY=passive

data=$(mktemp)
trap 'rm -f "$data" "$data.turns"' EXIT
for round in $(seq "${3:-3}"); do
    printf -- '-- round %s\n' "$round"
    "$build/tests/bench/bench_retrieval" "$n" "$n" "$d" 10 1 "$data"
    "$python" tests/bench/faiss_flat.py "$data" "$n" "$n" "$d" 10
done | tee "$data.turns"

# The best of the rounds, as ratios.
awk '/^what=/ {
    for (i = 1; i <= NF; i++) { split($i, kv, "="); f[kv[1]] = kv[2] }
    if (!(f["what"] in best) || f["seconds"] + 0 < best[f["what"]]) best[f["what"]] = f["seconds"] + 0
}
END {
    for (w in best) if (w == "cosine" || w == "csls")
        printf "%s both directions: %.2f of one sgemm, faiss takes %.2f times as long\n",
            w, best[w] / best["sgemm"], best["faiss"] / best[w]
}' "$data.turns"
