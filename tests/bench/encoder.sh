#!/bin/sh
# The encoder in BERT-base's shape against PyTorch and ONNX Runtime, in turns; see README.md.
# Usage: PEERS=python [FOLDER=dir] encoder.sh [ROUNDS]
#
# PEERS is a Python that has torch, transformers, onnx and onnxruntime; it makes a random checkpoint and
# its ONNX file in FOLDER (default: a temporary one; keep one for the next time). Without it ours runs
# alone, on a checkpoint that is there. ISOGLOSS_CPU=avx2 limits all but ONNX Runtime.
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
shapes=${SHAPES:-32x128 1x128 1x16}
# shellcheck source=/dev/null
[ "${ISOGLOSS_CPU:-}" != avx2 ] || . tests/bench/peers_avx2.sh

if [ -z "${FOLDER:-}" ]; then
    FOLDER=$(mktemp -d)
    trap 'rm -rf "$FOLDER"' EXIT
fi
[ -f "$FOLDER/model.safetensors" ] || "$PEERS" tests/bench/bert_peers.py make "$FOLDER" >/dev/null 2>&1
SGEMM=${SGEMM:-$("$build/tests/bench/bench_sgemm" | sed -n 's/^best //p')}
export SGEMM

for turn in $(seq "${1:-5}"); do
    printf -- '-- round %s\n' "$turn"
    for shape in $shapes; do
        "$build/tests/bench/bench_encoder" "$FOLDER" "${shape%x*}" "${shape#*x}" f32 int8
    done
    # shellcheck disable=SC2086
    [ -z "${PEERS:-}" ] || RUNS=3 "$PEERS" tests/bench/bert_peers.py run "$FOLDER" $shapes 2>/dev/null
done | tee "$FOLDER/turns.txt"
awk -f tests/bench/encoder_ratios.awk -v shapes="$shapes" "$FOLDER/turns.txt"
