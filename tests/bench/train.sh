#!/bin/sh
# A whole training step (forward, backward, AdamW) against PyTorch's, in turns; see README.md.
# Usage: PEERS=python train.sh [ROUNDS]
#
# PEERS is a Python that has torch and transformers; without it ours runs alone. CASES has NAME=layers,d,heads,inner,vocabulary/BxT
# or .../BxT:mixed. RUNS: PyTorch's steps a round (3). ISOGLOSS_CPU=avx2 limits all.
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
cases=${CASES:-m15=6,192,6,768,15999/64x32 d384=12,384,12,1536,30522/32x40 base=12,768,12,3072,30522/16x128 m15-mixed=6,192,6,768,15999/64x128:mixed d384-mixed=12,384,12,1536,30522/32x128:mixed}
# shellcheck source=/dev/null
[ "${ISOGLOSS_CPU:-}" != avx2 ] || . tests/bench/peers_avx2.sh
SGEMM=${SGEMM:-$("$build/tests/bench/bench_sgemm" | sed -n 's/^best //p')}
export SGEMM
turns=$(mktemp)
trap 'rm -f "$turns"' EXIT

for turn in $(seq "${1:-5}"); do
    for case in $cases; do
        rest=${case#*=}
        shape=${rest%/*} size=${rest#*/} mixed=
        [ "${size%:mixed}" = "$size" ] || mixed=mixed
        size=${size%:mixed}
        printf -- '-- %s, round %s: %s %s %s\n' "${case%%=*}" "$turn" "$shape" "$size" "$mixed"
        # shellcheck disable=SC2086 # mixed may be nothing
        "$build/tests/bench/bench_train_step" "$shape" "${size%x*}" "${size#*x}" $mixed
        [ -z "${PEERS:-}" ] || SHAPE=$shape RUNS=${RUNS:-3} "$PEERS" tests/bench/train_peer.py "$size${mixed:+:mixed}" 2>/dev/null
    done
done | tee "$turns"

# Medians of the rounds.
awk '
    function note(what, value) { seen[what] = seen[what] " " value }
    function median(what,   n, i, j, t, v) {
        n = split(seen[what], v, " ")
        for (i = 2; i <= n; i++)
            for (j = i; j > 1 && v[j] + 0 < v[j - 1] + 0; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
        return n ? v[int((n + 1) / 2)] + 0 : 0
    }
    function between(before, after,   s) { s = $0; sub(".*" before, "", s); sub(after ".*", "", s); return s }
    $1 == "--" { name = $2; sub(/,/, "", name); if (!(name in known)) { known[name]; order[++count] = name } }
    /^best sgemm/ { note("sgemm", between("best sgemm ", " GFLOP")) }
    / tok\/s/ { note(name " " $1, between(" s, ", " tok")) }
    $1 == "isogloss" { note(name " share", between("= ", " of the best")); note(name " optimizer", between("optimizer ", "[)]")); note(name " step", between("tokens: ", " s,")) }
    END {
        printf "\nbest sgemm %s GFLOP/s (median of the rounds)\n", median("sgemm")
        for (i = 1; i <= count; i++) {
            name = order[i]
            printf "%-12s %6.0f tok/s, %.2f of the best sgemm, optimizer %.2f of the step", name, median(name " isogloss"), median(name " share"),
                median(name " optimizer") / median(name " step")
            for (k = 1; k <= 2; k++) {
                peer = k == 1 ? "torch" : "torch-fused"
                if (median(name " " peer)) printf "; %s %.0f tok/s, ratio %.2f", peer, median(name " " peer), median(name " isogloss") / median(name " " peer)
            }
            print ""
        }
    }' "$turns"
