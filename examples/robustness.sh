#!/bin/sh
# Does transfer fail where a translation lies farther away than the boundary of the probe? SIB-200, one checkpoint and its twin with
# random weights; what it printed for one is in robustness.md.
# Usage: robustness.sh MODEL SIB FIGURE.svg LANG=CODE...
#
#     SIB   folder of CODE/train.tsv and CODE/dev.tsv   (github.com/dadelani/sib-200)
#
# In the environment: LAYERS (default: last), LIMIT=N, the first N sentences; SMOOTH=N, sentences that are smoothed (default: none);
# RECORDS=DIR, where states and records are kept: what is there is not made again.
set -eu
isogloss=${ISOGLOSS:-isogloss}
model=$1 sib=$2 figure=$3
shift 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
records=${RECORDS:-$work}
mkdir -p "$records"
layers=${LAYERS:-last}
langs=
for pair in "$@"; do
    lang=${pair%%=*} code=${pair#*=}
    (cat "$sib/$code/train.tsv" && tail -n +2 "$sib/$code/dev.tsv") >"$work/$lang.tsv"
    langs="$langs $lang=$work/$lang.tsv"
done

# value ROWS MEASURE ESTIMATOR LANG COLUMN of the last layer.
value() {
    awk -F '\t' -v m="$2" -v e="$3" -v l="$4" -v c="$5" '
        NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
        $col["measure"] == m && $col["estimator"] == e && $col["tgt"] == l { v = $col[c] }
        END { printf v == "" ? "–" : "%.2f", v }' "$1"
}

for weights in trained random; do
    states=$records/$weights.h5 rows=$records/$weights.tsv
    # shellcheck disable=SC2046,SC2086
    [ -e "$states" ] || "$isogloss" embed --quiet --model "$model" $([ $weights = trained ] || echo --random-weights 1) \
        --layers "$layers" ${LIMIT:+--limit $LIMIT} $langs --src "${1%%=*}" -o "$states"
    # shellcheck disable=SC2046
    [ -e "$rows" ] || "$isogloss" robust --quiet "$states" --src "${1%%=*}" --layers "$layers" \
        $([ $weights = random ] || [ -z "${SMOOTH-}" ] || echo --model "$model" --smooth "$SMOOTH") >"$work/rows.tsv"
    [ -e "$rows" ] || mv "$work/rows.tsv" "$rows"
    printf '\n%s weights, last layer\n\n' "$weights"
    echo '| language | accuracy | answers that differ | ratio | ... of others'"'"' translations | AUC of ratio | shuffled | boundary | length |'
    echo '|---|---|---|---|---|---|---|---|---|'
    for pair in "$@"; do
        lang=${pair%%=*}
        printf '| %s | %s |' "$lang" "$(value "$rows" accuracy probe "$lang" value)"
        printf ' %s |' "$(value "$rows" flip translation "$lang" value)" "$(value "$rows" ratio median "$lang" value)" \
            "$(value "$rows" ratio median "$lang" null)" "$(value "$rows" auc ratio "$lang" value)" \
            "$(value "$rows" auc shuffled "$lang" value)" "$(value "$rows" auc boundary "$lang" value)" \
            "$(value "$rows" auc length "$lang" value)"
        echo
    done
    printf '\n| correlated with the gap over languages | Spearman | interval | p |\n|---|---|---|---|\n'
    awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
        $col["measure"] == "spearman" && $col["value"] != "" { line[$col["x"]] = sprintf("| %s | %.2f | %.2f to %.2f | %.3f |", $col["x"], $col["value"], $col["lo"], $col["hi"], $col["p"]) }
        END { for (x in line) print line[x] }' "$rows" | sort
done
"$isogloss" robust --quiet "$records/trained.h5" --src "${1%%=*}" --layers "$layers" --interval none --plot "$figure" >"$work/ignored"
