#!/bin/sh
# Does training bring languages closer, and does the gap close? A checkpoint fine-tuned in several ways, with several seeds: accuracy and
# gap in each language, and the distance of each language to the source before and after. What it printed for one is in training.md.
# Usage: training.sh MODEL TRAIN DEV TEST SRC TGT,TGT...
#
#     TRAIN, DEV, TEST    folders of LANG.tsv with id, text, label; translations have the same id
#
# In the environment: SEEDS ("0 1 2"); ARMS (those of the case below); EPOCHS of arms that learn from the source alone (4) and of the
# others (2, they have more text); OPTIONS of every run ("--lr 1e-4 --head mean"); LIMIT, distances of the first N test items; KEEP, a
# folder that keeps records and checkpoints: what is there is not trained again.
set -eu
isogloss=${ISOGLOSS:-isogloss}
model=$1 train=$2 dev=$3 test=$4 src=$5 targets=$6
seeds=${SEEDS:-0 1 2}
arms=${ARMS:-zero-shot adversarial noise translate-train xmixup no-mixing no-consistency fixed-lambda}
epochs=${EPOCHS:-4 2}
options=${OPTIONS:---lr 1e-4 --head mean}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
keep=${KEEP:-$work}
mkdir -p "$keep"

# What an arm adds to a run on the source alone.
arm() {
    case $1 in
        zero-shot) echo ;;
        adversarial | noise) echo "--method $1" ;;
        translate-train) echo "--translate-train $targets" ;;
        xmixup) echo "--translate-train $targets --method xmixup" ;;
        no-mixing) echo "--translate-train $targets --method xmixup --mix-layers none" ;;
        no-consistency) echo "--translate-train $targets --method xmixup --consistency none" ;;
        fixed-lambda) echo "--translate-train $targets --method xmixup --lambda released" ;;
        *) echo "training.sh: no arm '$1'" >&2; exit 1 ;;
    esac
}
# NAME CHECKPOINT [BASELINE]: distances of the test texts in the last layer; beside them those of MODEL with random weights.
distances() {
    name=$1 checkpoint=$2
    [ ! -f "$keep/$name.csv" ] || return 0
    beside=${3:-}
    set --
    for lang in "$src" $(echo "$targets" | tr , ' '); do set -- "$@" "$lang=$test/$lang.tsv"; done
    "$isogloss" embed --quiet --model "$checkpoint" --layers last ${LIMIT:+--limit "$LIMIT"} -o "$work/states.h5" --force "$@"
    "$isogloss" compare --quiet "$work/states.h5" --src "$src" --interval none --measure cka,centroid:relative \
        ${beside:+--baseline "$beside" --model "$model"} --csv "$work/new.csv"
    mv "$work/new.csv" "$keep/$name.csv"
}

distances distance,untrained, "$model" random
for arm in $arms; do
    more=$(arm "$arm")
    case $more in *--translate-train*) rounds=${epochs#* } ;; *) rounds=${epochs% *} ;; esac
    for seed in $seeds; do
        name=$arm,$seed
        # shellcheck disable=SC2086 # options are words
        [ -f "$keep/score,$name.csv" ] || {
            "$isogloss" train --quiet --model "$model" --corpus "$train" --dev "$dev" --test "$test" --src "$src" --tgt "$targets" \
                --seed "$seed" --epochs "$rounds" $options $more -o "$keep/$name" --force --csv "$work/new.csv"
            mv "$work/new.csv" "$keep/score,$name.csv"
        }
        distances "distance,$name" "$keep/$name"
    done
done

# Three tables. A file's name is WHAT,ARM,SEED.csv.
set --
for arm in $arms; do
    for seed in $seeds; do set -- "$@" "$keep/score,$arm,$seed.csv" "$keep/distance,$arm,$seed.csv"; done
done
awk -F , -v src="$src" -v targets="$targets" -v arms="$arms" -v seeds="$seeds" '
    FNR == 1 {
        for (i = 1; i <= NF; i++) at[$i] = i
        n = split(FILENAME, part, "/"); split(part[n], name, ","); arm = name[2]; seed = name[3]; sub(/\.csv$/, "", seed)
        next
    }
    { what = $at["measure"] ":" $at["estimator"]; lang = $at["tgt"]; who = arm }
    what != "accuracy:fine-tuned" && what != "gap:language" && what != "gap:mean" && what != "cka:debiased" && what != "centroid:relative" { next }
    $at["baseline"] == "random" { who = "random" }
    what ~ /^(cka|centroid)/ && lang == src { next }
    {
        key = who SUBSEP what SUBSEP lang
        sum[key] += $at["value"]; count[key]++
        if (what == "gap:mean") seen[who] = seen[who] sprintf("%s%.3f [%.3f, %.3f]", seen[who] == "" ? "" : ", ", $at["value"], $at["lo"], $at["hi"])
    }
    # 0.912 of one seed, 0.912 (0.020) of several: how far the smallest and the largest are apart
    {
        if (count[key] == 1 || $at["value"] + 0 < least[key]) least[key] = $at["value"] + 0
        if (count[key] == 1 || $at["value"] + 0 > most[key]) most[key] = $at["value"] + 0
    }
    function show(who, what, lang,   k) {
        k = who SUBSEP what SUBSEP lang
        if (!count[k]) return ""
        return sprintf("%.3f", sum[k] / count[k]) (count[k] > 1 && who != "random" ? sprintf(" (%.3f)", most[k] - least[k]) : "")
    }
    function table(title, what, first, with_source,   i, j, line, rule) {
        line = "| " title " |"; rule = "|---|"
        if (with_source) { line = line " " src " |"; rule = rule "---|" }
        for (j = 1; j <= langs; j++) { line = line " " lang_of[j] " |"; rule = rule "---|" }
        print line; print rule
        for (i = first; i <= rows; i++) {
            if (with_source && (who_of[i] == "random" || who_of[i] == "untrained")) continue
            line = "| " who_of[i] " |"
            if (with_source) line = line " " show(who_of[i], what, src) " |"
            for (j = 1; j <= langs; j++) line = line " " show(who_of[i], what, lang_of[j]) " |"
            print line
        }
        print ""
    }
    END {
        langs = split(targets, lang_of, ",")
        rows = split("random untrained " arms, who_of, " ")
        table("accuracy", "accuracy:fine-tuned", 1, 1)
        print "| mean gap | of each seed, 95 % interval over test items |\n|---|---|"
        for (i = 3; i <= rows; i++) print "| " who_of[i] " | " seen[who_of[i]] " |"
        print ""
        table("CKA, debiased (high: closer)", "cka:debiased", 1, 0)
        table("distance of centroids (low: closer)", "centroid:relative", 1, 0)
    }' "$keep/distance,untrained,.csv" "$@"
