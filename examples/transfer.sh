#!/bin/sh
# Does discrepancy go with what transfer loses, and does that need training? A probe trained on one language, each language's mean
# removed, against three discrepancies, and against those of random weights and of pieces of words. What it printed for one checkpoint
# is in transfer.md.
# Usage: transfer.sh STATES MODEL SRC [FIGURE.svg]              (LIMIT=N in the environment: the first N items)
#
#     STATES    a states file of MODEL with texts and labels: isogloss embed --model MODEL --corpus FOLDER -o STATES, of LANG.tsv with
#               id, text, label
set -eu
isogloss=${ISOGLOSS:-isogloss}
states=$1 model=$2 src=$3
limit=${LIMIT:+--limit $LIMIT}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Discrepancies, beside those of random weights and of pieces; probes of all items; both together.
# shellcheck disable=SC2086
"$isogloss" compare --quiet "$states" $limit --src "$src" --measure cka,cosine:centred,centroid:relative \
    --baseline random,pieces --model "$model" --json "$work/compare.json"
for prep in none center; do
    # shellcheck disable=SC2046
    "$isogloss" probe --quiet "$states" --src "$src" $([ $prep = none ] || echo --prep $prep) \
        --measure accuracy:probe,accuracy:majority,gap --json "$work/probe-$prep.json"
    "$isogloss" gap --scores "$work/probe-$prep.json" "$work/compare.json" >"$work/gap-$prep.tsv"
done
[ -z "${4:-}" ] || "$isogloss" gap --quiet --scores "$work/probe-center.json" "$work/compare.json" --measure cka:debiased --plot "$4" >"$work/unused"

# A row a layer: the mean gap, and Pearson's r of three discrepancies with the gap, of the checkpoint and of its baselines. Bold: p_max
# below 0.05; in brackets: flagged, since the probe is below the largest class.
awk -F '\t' '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    $at["subset"] != "" { next }
    $at["measure"] == "gap" && $at["estimator"] == "mean" { gap[$at["src_layer"]] = sprintf("%.2f [%.2f, %.2f]", $at["value"], $at["lo"], $at["hi"]) }
    $at["measure"] == "pearson" && $at["tgt"] == "" {
        k = $at["src_layer"] == "" ? "mean" : $at["src_layer"]
        x = sprintf("%.2f", $at["value"])
        r[k, $at["x"], $at["baseline"]] = $at["flag"] != "" ? "(" x ")" : $at["p_max"] != "" && $at["p_max"] < 0.05 ? "**" x "**" : x
        if ($at["src_layer"] + 0 > last) last = $at["src_layer"] + 0
    }
    function row(k,   i, text) {
        text = "| " (k == "mean" ? "mean of all" : k) " | " gap[k] " |"
        for (i = 1; i <= 3; i++)
            text = text " " r[k, what[i], ""] " | " r[k, what[i], "random"] " | " r[k, what[i], "pieces"] " |"
        print text
    }
    END {
        split("cka:debiased cosine:centred centroid:relative", what, " ")
        print "| layer | gap | CKA | random | pieces | centred cosine | random | pieces | centroids | random | pieces |"
        print "|---|---|---|---|---|---|---|---|---|---|---|"
        for (k = 0; k <= last; k++) row(k)
        row("mean")
    }' "$work/gap-center.tsv"
