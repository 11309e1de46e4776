#!/bin/sh
# The encoder against PyTorch and ONNX Runtime, in turns; see README.md. Usage: encoder.sh [ROUNDS]
#
# The checkpoint and its ONNX file are made by tools/encoder_peers.py under ISOGLOSS_TEST_DATA, in
# PEERS (default: a temporary folder; keep one for the next time). ONNX Runtime runs when ORT names
# the folder of onnxruntime-node (npm install onnxruntime-node).
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
tools=${ISOGLOSS_TEST_DATA:?names the folder with tools/encoder_peers.py}/tools
python=${PYTHON:-/usr/bin/python3}

if [ -z "${PEERS:-}" ]; then
    PEERS=$(mktemp -d)
    trap 'rm -rf "$PEERS"' EXIT
fi
[ -f "$PEERS/model.onnx" ] || "$python" "$tools/encoder_peers.py" make "$PEERS" >/dev/null 2>&1
# Real sentences of mixed length: 60 a language of the bundled corpus as token ids of the bundled model.
for f in examples/corpus/*.tsv; do
    "$build/bin/isogloss" tokenize --model examples/mini --limit 60 "$f" | cut -f 2
done >"$PEERS/mixed.ids"

turn() {
    for shape in "32 128" "1 128"; do
        # shellcheck disable=SC2086
        "$build/tests/bench/bench_encoder" "$PEERS" $shape f32 int8
        # shellcheck disable=SC2086
        "$python" "$tools/encoder_peers.py" torch "$PEERS" $shape
        # shellcheck disable=SC2086
        [ -z "${ORT:-}" ] || node "$tools/encoder_ort.js" "$PEERS" $shape
    done
    "$build/tests/bench/bench_encoder" "$PEERS" 4 128 f32 bf16
    "$build/bin/isogloss" embed --model "$PEERS" xx="$PEERS/mixed.ids" -o "$PEERS/mixed.h5" 2>&1 |
        sed -n 's|^.* \([0-9]*\)/s.*|isogloss f32 program mixed: \1 tok/s|p'
    "$python" tests/bench/torch_encoder.py "$PEERS/config.json" "$PEERS/mixed.ids" 32
}

for round in $(seq "${1:-3}"); do
    printf -- '-- round %s\n' "$round"
    turn
done | tee "$PEERS/turns.txt"
awk -f tests/bench/encoder_ratios.awk "$PEERS/turns.txt"
