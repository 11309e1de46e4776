#!/bin/sh
# Exact search against faiss's flat index and torch's matmul and topk, in turns; see README.md.
# Usage: retrieval.sh [N [D [ROUNDS [K]]]]
#
# ISOGLOSS_CPU=avx2, KERNEL=AVX512-VNNI and the like limit our kernels; OPENBLAS_CORETYPE=Haswell with
# FAISS_OPT_LEVEL=avx2 those of faiss.
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
python=${PYTHON:-/usr/bin/python3}
n=${1:-30000}
d=${2:-300}
k=${4:-10}

data=$(mktemp)
trap 'rm -f "$data" "$data.turns"' EXIT
for round in $(seq "${3:-3}"); do
    printf -- '-- round %s\n' "$round"
    "$build/tests/bench/bench_retrieval" "$n" "$n" "$d" "$k" 1 "$data" ${KERNEL:+"$KERNEL"}
    for peer in faiss_flat torch_topk; do
        "$python" "tests/bench/$peer.py" "$data" "$n" "$n" "$d" "$k" || echo "no $peer"
    done
done | tee "$data.turns"

# Medians of the rounds, as ratios.
for what in sgemm cosine csls faiss torch; do
    sed -n "s/^what=$what seconds=\([0-9.]*\).*/\1/p" "$data.turns" | sort -n |
        awk -v w="$what" '{ t[NR] = $1 } END { if (NR) print w, t[int((NR + 1) / 2)] }'
done | awk '{ t[$1] = $2 }
END {
    for (w in t) if (w == "cosine" || w == "csls") {
        printf "%s both directions: %.2f s, %.2f of one sgemm", w, t[w], t[w] / t["sgemm"]
        if ("faiss" in t) printf "; faiss takes %.2f times as long", t["faiss"] / t[w]
        if ("torch" in t) printf "; torch %.2f", t["torch"] / t[w]
        print ""
    }
}'
