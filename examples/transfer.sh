#!/bin/sh
# Does the distance of languages tell what transfer loses? A probe trained on one language, as the states stand and with each
# language's mean taken off, against discrepancy. What it printed for one checkpoint is in transfer.md.
# Usage: transfer.sh STATES SRC [FIGURE.svg]
#
#     STATES    a states file with labels: isogloss embed --model MODEL --corpus FOLDER -o STATES, of LANG.tsv with id, text, label
set -eu
isogloss=${ISOGLOSS:-isogloss}
states=$1 src=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$isogloss" compare --quiet "$states" --src "$src" --measure cka,cosine:centred --json "$work/compare.json"
"$isogloss" centroids --quiet "$states" --src "$src" --measure centroid:relative --json "$work/centroids.json"
for prep in none center; do
    "$isogloss" probe --quiet "$states" --src "$src" $([ $prep = none ] || echo --prep $prep) --json "$work/probe-$prep.json"
    "$isogloss" gap --quiet --scores "$work/probe-$prep.json" "$work/compare.json" "$work/centroids.json" --csv "$work/gap-$prep.csv"
done
[ -z "${3:-}" ] || "$isogloss" gap --quiet --scores "$work/probe-center.json" "$work/compare.json" --measure cka:debiased --csv "$work/unused.csv" --plot "$3"

# A row a layer: the mean gap, and Pearson's r of three discrepancies with the gap, as they stand and centred.
awk -F , '
    FNR == 1 { prep++; for (i = 1; i <= NF; i++) at[$i] = i; next }
    $at["given"] != "" || $at["subset"] != "" { next }
    $at["measure"] == "gap" && $at["estimator"] == "mean" { cell[prep, $at["src_layer"], "gap"] = number() }
    $at["measure"] == "pearson" && $at["tgt"] == "" { cell[prep, layer(), $at["x"]] = number() }
    $at["src_layer"] != "" && $at["src_layer"] + 0 > last { last = $at["src_layer"] + 0 }
    function layer() { return $at["src_layer"] == "" ? "mean" : $at["src_layer"] }
    function number() { return $at["lo"] == "" ? sprintf("%.2f", $at["value"]) : sprintf("%.2f [%.2f, %.2f]", $at["value"], $at["lo"], $at["hi"]) }
    function row(k,   p, i, text) {
        text = "| " (k == "mean" ? "mean of all" : k) " |"
        for (p = 1; p <= 2; p++)
            for (i = 1; i <= 4; i++) text = text " " cell[p, k, what[i]] " |"
        print text
    }
    END {
        split("gap cka:debiased cosine:centred centroid:relative", what, " ")
        print "| layer | gap | CKA | centred cosine | centroids | gap, centred | CKA | centred cosine | centroids |"
        print "|---|---|---|---|---|---|---|---|---|"
        for (k = 0; k <= last; k++) row(k)
        row("mean")
    }' "$work/gap-none.csv" "$work/gap-center.csv"
