#!/bin/sh
# X-Mixup at each layer of a checkpoint in turn: what it does to the last layer, beside both controls and beside networks with random
# weights. What it printed for one is in mixing.md.
# Usage: mixing.sh MODEL CORPUS SRC TGT,TGT... [FIGURE.svg]             (LIMIT=N in the environment: the first N sentences)
#
#     CORPUS    folder of parallel LANG.txt, or LANG.tsv with id and text
set -eu
isogloss=${ISOGLOSS:-isogloss}
model=$1 corpus=$2 src=$3 tgt=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for seed in 0 1 2 3; do # 0: the checkpoint's own weights
    # shellcheck disable=SC2046
    "$isogloss" mix --quiet --model "$model" $([ $seed = 0 ] || echo --random-weights $seed) --corpus "$corpus" --src "$src" --tgt "$tgt" \
        ${LIMIT:+--limit $LIMIT} --layer sweep --measure cka,cosine:centred,p@1:cosine >"$work/mix-$seed.tsv"
done
# The first of the random networks beside the checkpoint: as a baseline.
if [ -n "${5:-}" ]; then
    awk -F '\t' -v OFS='\t' 'NR == 1 { print $0, "baseline"; next } { print $0, "random" }' "$work/mix-1.tsv" >"$work/random.tsv"
    "$isogloss" plot --quiet "$work/mix-0.tsv" "$work/random.tsv" --measure cka:debiased --plot "$5"
fi

# Means over the target languages at the last layer, a row for each mixed layer; of random weights over the seeds too.
awk -F '\t' '
    FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; seed++; next }
    $at["stage"] != "before" && $at["stage"] != "after" && $at["measure"] != "lambda" { next }
    $at["direction"] == "backward" { next }
    {
        what = $at["measure"] ":" $at["estimator"]
        way = $at["stage"] == "before" ? "none" : $at["mix"]
        key = (seed > 1 ? "random " : "") what " " way " " ($at["stage"] == "before" ? "" : $at["mix_layer"]) " " $at["src_layer"]
        sum[key] += $at["value"]; count[key]++
        if ($at["src_layer"] + 0 > last) last = $at["src_layer"] + 0
    }
    function mean(what, way, place, layer,   key) {
        key = what " " way " " place " " layer
        return count[key] ? sprintf("%.3f", sum[key] / count[key]) : ""
    }
    function row(place,   i, text) {
        text = "| " (place ? place : "none") " | " (place ? mean("lambda:mean", "xmixup", place, place) : "") " |"
        for (i = 1; i <= 3; i++)
            text = text " " mean(measure[i], place ? "xmixup" : "none", place, last) " |" \
                (place ? " " mean(measure[i], "fixed:0", place, last) " | " mean(measure[i], "shuffled", place, last) " |" : " | |") \
                " " mean("random " measure[i], place ? "xmixup" : "none", place, last) " |"
        print text
    }
    END {
        split("cka:debiased cosine:centred p@1:cosine", measure, " ")
        print "| mixed at | λ | CKA | fixed:0 | shuffled | random | cosine | fixed:0 | shuffled | random | p@1 | fixed:0 | shuffled | random |"
        print "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|"
        for (place = 0; place <= last; place++) row(place ? place : "")
    }' "$work"/mix-[0-3].tsv
