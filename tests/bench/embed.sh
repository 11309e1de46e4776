#!/bin/sh
# `embed`, the whole command, against transformers, in turns; see README.md.
# Usage: PEERS=python embed.sh MODEL [CORPUS [ROUNDS [SENTENCES]]]
#
# PEERS is a Python that has torch and transformers. MODEL is a folder that both can open, CORPUS one
# with LANG/train.tsv as SIB-200 has them (default: that of ISOGLOSS_TEST_DATA). COMPUTE lists the
# number types of ours, LANGS the languages (en=eng_Latn); ISOGLOSS_CPU=avx2 limits both sides.
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
model=$1
corpus=${2:-${ISOGLOSS_TEST_DATA:-}/data/sib200}
sentences=${4:-200}
# shellcheck source=/dev/null
[ "${ISOGLOSS_CPU:-}" != avx2 ] || . tests/bench/peers_avx2.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
texts=''
few=''
for lang in ${LANGS:-en=eng_Latn de=deu_Latn ru=rus_Cyrl zh=zho_Hans}; do
    cut -f 3 "$corpus/${lang#*=}/train.tsv" | sed 1d | head -n "$sentences" >"$work/${lang%=*}"
    head -n 20 "$work/${lang%=*}" >"$work/few-${lang%=*}"
    texts="$texts ${lang%=*}=$work/${lang%=*}"
    few="$few ${lang%=*}=$work/few-${lang%=*}"
done
now() { date +%s.%N; }

for turn in $(seq "${3:-5}"); do
    printf -- '-- round %s\n' "$turn"
    for compute in ${COMPUTE:-f32 int8}; do
        start=$(now)
        # shellcheck disable=SC2086
        "$build/bin/isogloss" embed --model "$model" --compute "$compute" $texts -o "$work/states.h5" 2>"$work/notes"
        seconds=$(echo "$(now) - $start" | bc)
        echo "what=$compute tokens=$(sed -n 's/.* \([0-9]*\) tokens in .*/\1/p' "$work/notes") seconds=$seconds"
    done
    # shellcheck disable=SC2086
    [ -z "${PEERS:-}" ] || "$PEERS" tests/bench/transformers_states.py "$model" 32 - $texts
done | tee "$work/turns"

# Medians, and the work of a token: 24 d² and 4 d T a layer.
awk '/^what=/ {
    for (i = 1; i <= NF; i++) { split($i, kv, "="); f[kv[1]] = kv[2] }
    if (!f["tokens"]) next
    seen[f["what"]] = seen[f["what"]] " " f["tokens"] / f["seconds"]
    if (f["what"] == "transformers") seen["whole"] = seen["whole"] " " f["tokens"] / f["whole"]
}
function median(what,  n, i, j, t, v) {
    n = split(seen[what], v, " ")
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && v[j] + 0 < v[j - 1] + 0; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
    return n ? v[int((n + 1) / 2)] : 0
}
END {
    for (what in seen) if (what != "transformers" && what != "whole" && seen["transformers"])
        printf "%s, whole command: %.0f tokens/s; transformers %.0f without imports and reading the checkpoint: %.2f x; %.0f with: %.2f x\n",
            what, median(what), median("transformers"), median(what) / median("transformers"), median("whole"), median(what) / median("whole")
}' "$work/turns"

# Both make the same states, in f32; of other number types how far apart they are, and when stored in f16.
if [ -n "${PEERS:-}" ]; then
    # shellcheck disable=SC2086
    "$PEERS" tests/bench/transformers_states.py "$model" 32 "$work/few.npz" $few >/dev/null
    for as in 'f32 f32' 'f32 f16' 'bf16 f32' 'int8 f32'; do
        # shellcheck disable=SC2086
        "$build/bin/isogloss" embed --model "$model" --compute "${as% *}" --dtype "${as#* }" $few -o "$work/few.h5" --force --quiet
        printf 'computed in %s, stored in %s: ' "${as% *}" "${as#* }"
        "$PEERS" tests/bench/states_apart.py "$work/few.h5" "$work/few.npz"
    done
fi
