#!/bin/sh
# X-Mixup at each layer of a checkpoint in turn: what it does to the last layer, beside both controls. What it printed
# for one is in mixing.md. Usage: mixing.sh MODEL CORPUS SRC [FIGURE.svg]
#
#     CORPUS    folder of parallel LANG.txt, or LANG.tsv with id and text
set -eu
isogloss=${ISOGLOSS:-isogloss}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$isogloss" mix --model "$1" --corpus "$2" --src "$3" --layer sweep --json "$work/mix.json" --csv "$work/mix.csv"
[ -z "${4:-}" ] || "$isogloss" plot "$work/mix.json" --measure cka:debiased --plot "$4"

# Means over the target languages at the last layer, a row for each mixed layer.
awk -F , '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    $at["stage"] != "before" && $at["stage"] != "after" && $at["measure"] != "lambda" { next }
    $at["direction"] == "backward" { next }
    {
        what = $at["measure"] ":" $at["estimator"]
        way = $at["stage"] == "before" ? "none" : $at["mix"]
        key = what " " way " " ($at["stage"] == "before" ? "" : $at["mix_layer"]) " " $at["src_layer"]
        sum[key] += $at["value"]; count[key]++
        if ($at["src_layer"] + 0 > last) last = $at["src_layer"] + 0
    }
    function mean(what, way, place, layer,   key) {
        key = what " " way " " place " " layer
        return count[key] ? sprintf("%.3f", sum[key] / count[key]) : ""
    }
    function row(place,   i, text) {
        text = "| " (place ? place : "none") " | " (place ? mean("lambda:mean", "xmixup", place, place) : "") " |"
        for (i = 1; i <= 4; i++)
            text = text " " mean(measure[i], place ? "xmixup" : "none", place, last) " |" \
                (place ? " " mean(measure[i], "fixed:0", place, last) " | " mean(measure[i], "shuffled", place, last) " |" : " | |")
        print text
    }
    END {
        split("cka:debiased centroid:relative cosine:centred p@1:cosine", measure, " ")
        print "| mixed at | λ | CKA | fixed:0 | shuffled | centroids | fixed:0 | shuffled | cosine | fixed:0 | shuffled | p@1 | fixed:0 | shuffled |"
        print "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|"
        for (place = 0; place <= last; place++) row(place ? place : "")
    }' "$work/mix.csv"
