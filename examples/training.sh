#!/bin/sh
# Does training bring languages closer, and does the gap close? A checkpoint fine-tuned in several ways, with several seeds: accuracy and
# gap in each language, differences paired by item, λ, and the distance of each language to the source before and after. What it printed
# is in training.md, of tags and answers in tokens.md.
# Usage: training.sh MODEL TRAIN DEV TEST SRC TGT,TGT...
#
#     TRAIN, DEV, TEST    folders of LANG.tsv with id, text, label, of LANG.conll (OPTIONS="--task tag ...") or of LANG.json ("--task
#                         span ..."); translations have the same id
#
# In the environment: SEEDS ("0 1 2"); ARMS (those of the case below; random-ARM is ARM begun from random weights); EPOCHS of arms that
# learn from the source alone (4) and of the others (2, they have more text); OPTIONS of every run ("--lr 1e-4 --head mean"); MIX, the
# layer that X-Mixup mixes at (1); SOURCES of its test items beside the result's (gold,shuffled,branches); TRANSLATIONS, a folder of
# LANG.tsv, test items translated into the source language; LIMIT, distances and λ of the first N test items; AUGMENT, a table of words
# and their neighbours, of the arm augmented (`isogloss words --neighbours`); KEEP, a folder that keeps
# what was measured: it is not trained again.
set -eu
isogloss=${ISOGLOSS:-isogloss}
model=$1 train=$2 dev=$3 test=$4 src=$5 targets=$6
seeds=${SEEDS:-0 1 2}
arms=${ARMS:-zero-shot adversarial noise translate-train xmixup no-mixing no-consistency fixed-lambda random-zero-shot random-translate-train random-xmixup}
epochs=${EPOCHS:-4 2}
options=${OPTIONS:---lr 1e-4 --head mean}
mix=${MIX:-1}
case $options in *--task*) sources=gold,shuffled ;; *) sources=gold,shuffled,branches ;; esac
sources=${SOURCES:-$sources}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
keep=${KEEP:-$work}
mkdir -p "$keep"

# What an arm adds to a run on the source alone.
arm() {
    xmixup="--translate-train $targets --method xmixup ${TRANSLATIONS:+--translations $TRANSLATIONS --sampling gold}"
    case $1 in
        zero-shot) echo ;;
        adversarial | noise) echo "--method $1" ;;
        augmented) echo "--augment ${AUGMENT:?a table of neighbours} --copies 3" ;;
        translate-train) echo "--translate-train $targets" ;;
        xmixup) echo "$xmixup --mix-layers $mix --test-source $sources" ;;
        no-mixing) echo "$xmixup --mix-layers none" ;;
        no-consistency) echo "$xmixup --mix-layers $mix --consistency none" ;;
        fixed-lambda) echo "$xmixup --mix-layers $mix --lambda released" ;;
        random-*) echo "$(arm "${1#random-}" "$2") --random-weights $2" ;;
        *) echo "training.sh: no arm '$1'" >&2; exit 1 ;;
    esac
}
# NAME CHECKPOINT [BASELINE]: distances of the test texts in the last layer; beside them those of MODEL with random weights.
distances() {
    name=$1 checkpoint=$2
    beside=${3:-}
    set --
    for lang in "$src" $(echo "$targets" | tr , ' '); do set -- "$@" "$lang=$(echo "$test/$lang".*)"; done
    "$isogloss" embed --quiet --model "$checkpoint" --layers last ${LIMIT:+--limit "$LIMIT"} -o "$work/states.h5" --force "$@"
    "$isogloss" compare --quiet "$work/states.h5" --src "$src" --interval none --measure cka,centroid:relative \
        ${beside:+--baseline "$beside" --model "$model"} --csv "$work/new.csv"
    mv "$work/new.csv" "$keep/distance,$name.csv"
}
# NAME CHECKPOINT [FILE]: λ of the test texts with the source's, by the numbers in FILE.
lambdas() {
    "$isogloss" mix --quiet --model "$2" ${3:+--lambda "$3"} --layer "$mix" --corpus "$test" --src "$src" --tgt "$targets" \
        ${LIMIT:+--limit "$LIMIT"} --measure cosine --interval none --csv "$work/new.csv"
    mv "$work/new.csv" "$keep/lambda,$1.csv"
}
# ARM SEED
run() {
    name=$1,$2
    [ ! -f "$keep/said,$name.tsv" ] || return 0
    more=$(arm "$1" "$2")
    case $more in *--translate-train*) rounds=${epochs#* } ;; *) rounds=${epochs% *} ;; esac
    # shellcheck disable=SC2086 # options are words
    "$isogloss" train --quiet --model "$model" --corpus "$train" --dev "$dev" --test "$test" --src "$src" --tgt "$targets" \
        --seed "$2" --epochs "$rounds" $options $more -o "$work/tuned" --force --csv "$keep/score,$name.csv"
    distances "$name" "$work/tuned"
    case $more in *"--mix-layers $mix"*) lambdas "$name" "$work/tuned" "$work/tuned/lambda.json" ;; esac
    [ -f "$work/tuned/predictions.tsv" ] || : >"$work/tuned/predictions.tsv" # answers have none
    mv "$work/tuned/predictions.tsv" "$keep/said,$name.tsv"                  # the last: all is there
}

[ -f "$keep/distance,untrained,.csv" ] || distances untrained, "$model" random
case $arms in *xmixup* | *no-cons* | *lambda*) [ -f "$keep/lambda,untrained,.csv" ] || lambdas untrained, "$model" ;; esac
for arm in $arms; do
    for seed in $seeds; do run "$arm" "$seed"; done
done

# Tables of means over seeds. A file's name is WHAT,ARM,SEED.csv.
set --
for arm in $arms; do
    for seed in $seeds; do
        for what in score distance lambda; do [ ! -f "$keep/$what,$arm,$seed.csv" ] || set -- "$@" "$keep/$what,$arm,$seed.csv"; done
    done
done
[ ! -f "$keep/lambda,untrained,.csv" ] || set -- "$keep/lambda,untrained,.csv" "$@"
awk -F , -v src="$src" -v targets="$targets" -v arms="$arms" '
    FNR == 1 {
        for (i = 1; i <= NF; i++) at[$i] = i
        n = split(FILENAME, part, "/"); split(part[n], name, ","); arm = name[2]
        next
    }
    { what = $at["measure"] ":" $at["estimator"]; lang = $at["tgt"]; who = arm }
    $at["baseline"] == "random" { who = "random" }
    what ~ /^(cka|centroid)/ && lang == src { next }
    what == "lambda:mean" && $at["mix"] != "xmixup" { next }
    what == "accuracy:majority" { what = "accuracy:fine-tuned"; who = "majority" }
    what == "f1:span" { what = "accuracy:fine-tuned"; scores = "F1" }
    what ~ /^f1:(oracle|shuffled-source)$/ { sub(/f1/, "accuracy", what) }
    {
        key = who SUBSEP what SUBSEP lang
        sum[key] += $at["value"]; count[key]++
        if (what == "gap:mean") seen[who] = seen[who] sprintf("%s%.3f [%.3f, %.3f]", seen[who] == "" ? "" : ", ", $at["value"], $at["lo"], $at["hi"])
        # 0.912 of one seed, 0.912 (0.020) of several: how far the smallest and the largest are apart
        if (count[key] == 1 || $at["value"] + 0 < least[key]) least[key] = $at["value"] + 0
        if (count[key] == 1 || $at["value"] + 0 > most[key]) most[key] = $at["value"] + 0
        if (what == "accuracy:fine-tuned" && who == arm) runs[who] = count[key]
    }
    function show(who, what, lang,   k) {
        k = who SUBSEP what SUBSEP lang
        if (!count[k]) return ""
        return sprintf("%.3f", sum[k] / count[k]) (runs[who] > 1 && count[k] > 1 ? sprintf(" (%.3f)", most[k] - least[k]) : "")
    }
    # A row for each of `list`, WHO or WHO/WHAT, that has a value.
    function table(title, list, what, with_source,   i, j, n, row, two, line, rule) {
        line = "| " title " |"; rule = "|---|"
        if (with_source) { line = line " " src " |"; rule = rule "---|" }
        for (j = 1; j <= langs; j++) { line = line " " lang_of[j] " |"; rule = rule "---|" }
        print line; print rule
        n = split(list, row, " ")
        for (i = 1; i <= n; i++) {
            split(row[i] "/" what, two, "/")
            if (show(two[1], two[2], lang_of[1]) == "") continue
            line = "| " (two[2] == what ? two[1] : two[1] ", " substr(two[2], index(two[2], ":") + 1)) " |"
            if (with_source) line = line " " show(two[1], two[2], src) " |"
            for (j = 1; j <= langs; j++) line = line " " show(two[1], two[2], lang_of[j]) " |"
            print line
        }
        print ""
    }
    END {
        langs = split(targets, lang_of, ",")
        n = split(arms, arm_of, " ")
        if (scores == "") scores = "accuracy"
        table(scores, "majority " arms, "accuracy:fine-tuned", 1)
        print "| mean gap | of each seed, 95 % interval over test items |\n|---|---|"
        for (i = 1; i <= n; i++) print "| " arm_of[i] " | " seen[arm_of[i]] " |"
        print ""
        m = split("fine-tuned target-branch source-branch self-source shuffled-source oracle", says, " ")
        for (i = 1; i <= n; i++)
            if (arm_of[i] SUBSEP "accuracy:target-branch" SUBSEP lang_of[1] in count || arm_of[i] SUBSEP "accuracy:shuffled-source" SUBSEP lang_of[1] in count)
                for (k = 1; k <= m; k++) pairs = pairs " " arm_of[i] "/accuracy:" says[k]
        if (pairs != "") table(scores " by what is said of a pair", pairs, "", 1)
        table("CKA, debiased (high: closer)", "random untrained " arms, "cka:debiased", 0)
        table("distance of centroids (low: closer)", "random untrained " arms, "centroid:relative", 0)
        if ("untrained" SUBSEP "lambda:mean" SUBSEP lang_of[1] in count) table("mean λ", "untrained " arms, "lambda:mean", 0)
    }' "$keep/distance,untrained,.csv" "$@"

# What arms gain over those they go on from: differences paired by item, means over seeds, with 95 % intervals over the items (normal; an
# item is a text, with all its words where these are asked about). A file's name is said,ARM,SEED.tsv.
set --
for arm in $arms; do
    for seed in $seeds; do [ ! -s "$keep/said,$arm,$seed.tsv" ] || set -- "$@" "$keep/said,$arm,$seed.tsv"; done
done
[ $# -gt 0 ] || exit 0
awk -F '\t' -v src="$src" -v targets="$targets" -v arms="$arms" '
    FNR == 1 {
        n = split(FILENAME, part, "/"); split(part[n], name, ","); arm = name[2]; seed = name[3]; sub(/\.tsv$/, "", seed)
        for (i = 1; i <= NF; i++) if ($i == "label") at = i
        runs[arm]++; files++
        next
    }
    {
        right[arm, $1, $2] += $at == $(at + 1)
        if (files > 1) next
        asked[$1, $2]++; all[$1]++
        if (!($2 in item)) { item[$2]; items[++count] = $2 }
    }
    # What arm a has more right than arm b, of all that a language is asked.
    function more(a, b, lang, id) { return right[a, lang, id] / runs[a] - right[b, lang, id] / runs[b] }
    function mean(a, b, lang,   i, sum) {
        for (i = 1; i <= count; i++) if ((lang, items[i]) in asked) sum += more(a, b, lang, items[i])
        return sum / all[lang]
    }
    # The sum over languages, weighted; each item adds to its error what it has more than the mean.
    function cell(a, b, weight,   i, j, m, x, sum, square, half) {
        for (j = 0; j <= langs; j++) if (weight[j]) { m[j] = mean(a, b, lang_of[j]); sum += weight[j] * m[j] }
        for (i = 1; i <= count; i++) {
            x = 0
            for (j = 0; j <= langs; j++)
                if (weight[j] && (lang_of[j], items[i]) in asked)
                    x += weight[j] * (more(a, b, lang_of[j], items[i]) - m[j] * asked[lang_of[j], items[i]]) / all[lang_of[j]]
            square += x * x
        }
        if (count < 2) return ""
        half = 1.96 * sqrt(square * count / (count - 1))
        return sprintf("%+.3f [%+.3f, %+.3f]", sum, sum - half, sum + half)
    }
    function one(a, b, j,   k) {
        for (k = 0; k <= langs; k++) weight[k] = k == j
        return cell(a, b, weight)
    }
    function gap(a, b,   k) {
        for (k = 0; k <= langs; k++) weight[k] = k ? -1 / langs : 1
        return cell(a, b, weight)
    }
    END {
        langs = split(targets, lang_of, ","); lang_of[0] = src
        n = split(arms, arm_of, " ")
        m = split("zero-shot translate-train xmixup", base, " ")
        for (k = 1; k <= m; k++) {
            if (!(base[k] in runs) || arm_of[n] == base[k]) continue
            line = "| more than " base[k] " |"; rule = "|---|"
            for (j = 0; j <= langs; j++) { line = line " " lang_of[j] " |"; rule = rule "---|" }
            print line " mean gap |\n" rule "---|"
            for (i = n; arm_of[i] != base[k]; i--) last = i
            for (i = last; i <= n; i++) {
                line = "| " arm_of[i] " |"
                for (j = 0; j <= langs; j++) line = line " " one(arm_of[i], base[k], j) " |"
                print line " " gap(arm_of[i], base[k]) " |"
            }
            print ""
        }
    }' "$@"
