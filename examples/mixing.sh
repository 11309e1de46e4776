#!/bin/sh
# X-Mixup at each layer of a checkpoint in turn: what it does to the last layer, beside three controls and beside networks with random
# weights. What it printed for one is in mixing.md.
# Usage: mixing.sh MODEL CORPUS SRC TGT,TGT... [FIGURE.svg]             (LIMIT=N in the environment: the first N sentences)
#
#     CORPUS    folder of parallel LANG.txt, or LANG.tsv with id and text
set -eu
isogloss=${ISOGLOSS:-isogloss}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$isogloss" mix --quiet --model "$1" --corpus "$2" --src "$3" --tgt "$4" ${LIMIT:+--limit "$LIMIT"} --layer sweep \
    --measure cka,cosine:centred,p@1:cosine,centroid:relative --baseline random >"$work/mix.tsv"
[ -z "${5:-}" ] || "$isogloss" plot --quiet "$work/mix.tsv" --measure cka:debiased --plot "$5"

# A table for each measure: means over the target languages at the last layer, a row for each mixed layer. Then in how many cases, a
# target language and a pair of mixed and measured layer, the intervals of the paired differences exclude 0.
awk -F '\t' '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    $at["direction"] == "backward" { next }
    { what = $at["measure"] ":" $at["estimator"]; layer = $at["src_layer"] + 0; who = $at["baseline"] }
    $at["stage"] == "before" || $at["stage"] == "after" || what == "lambda:mean" {
        key = who " " what " " ($at["stage"] == "before" ? "none" : $at["mix"]) " " $at["mix_layer"] + 0 " " layer
        sum[key] += $at["value"]; count[key]++
        if (layer > last) last = layer
    }
    $at["stage"] == "difference" && $at["mix"] == "xmixup" && who == "" {
        sign = low[what] ? -1 : 1
        side = $at["lo"] * sign > 0 && $at["hi"] * sign > 0 ? 1 : $at["lo"] * sign < 0 && $at["hi"] * sign < 0 ? -1 : 0
        case = what " " $at["tgt"] " " $at["mix_layer"] " " layer
        if ($at["given"] == "uniform") uniform[case] = side
        else { sides[case] += side; cases[case] = what }
    }
    function mean(who, what, way, place, layer,   key) {
        key = who " " what " " way " " place " " layer
        return count[key] ? sprintf("%.3f", sum[key] / count[key]) : ""
    }
    function row(what, place,   i, text) {
        text = "| " (place ? place : "none") " |"
        for (i = 1; i <= 7; i++)
            text = text " " (place ? mean(who_of[i], what, way_of[i], place, last) : i % 4 == 1 ? mean(who_of[i], what, "none", 0, last) : "") " |"
        return text
    }
    BEGIN {
        low["centroid:relative"] = 1
        measures = split("cka:debiased cosine:centred p@1:cosine centroid:relative", measure, " ")
        split("CKA, debiased (high: closer)|Cosine, language means removed (high: closer)|P@1 of English sentences (high: closer)|" \
            "Distance of centroids (low: closer)", title, "|")
        split("xmixup fixed:0 shuffled uniform xmixup fixed:0 uniform", way_of, " ")
        for (i = 5; i <= 7; i++) who_of[i] = "random"
    }
    END {
        for (m = 1; m <= measures; m++) {
            print title[m] "\n"
            print "| mixed at | X-Mixup | fixed:0 | shuffled | uniform | random: X-Mixup | fixed:0 | uniform |"
            print "|---|---|---|---|---|---|---|---|"
            for (place = 0; place <= last; place++) print row(measure[m], place)
            print ""
        }
        print "Mean λ\n"
        print "| mixed at | X-Mixup | random: X-Mixup |"
        print "|---|---|---|"
        for (place = 1; place <= last; place++)
            print "| " place " | " mean("", "lambda:mean", "xmixup", place, place) " | " mean("random", "lambda:mean", "xmixup", place, place) " |"
        print ""
        for (case in cases) {
            what = cases[case]; all[what]++
            if (sides[case] == 3) { closer[what]++; if (uniform[case] == 1) beyond[what]++; if (uniform[case] == -1) behind[what]++ }
            if (sides[case] == -3) apart[what]++
        }
        print "Cases\n"
        print "| measure | cases | closer | of these, closer than uniform | farther than uniform | apart |"
        print "|---|---|---|---|---|---|"
        for (m = 1; m <= measures; m++) {
            what = measure[m]
            printf "| %s | %d | %d | %d | %d | %d |\n", what, all[what], closer[what], beyond[what], behind[what], apart[what]
        }
    }' "$work/mix.tsv"
