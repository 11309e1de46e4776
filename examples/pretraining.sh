#!/bin/sh
# Which shared parts make a space cross-lingual? Small encoders learn masked words of two languages, each with another part shared; then
# sentence retrieval, CKA and, with LINKS, retrieval of words, beside the same network before it learnt anything, shared pieces and length.
# What it printed for one pair is in pretraining.md.
# Usage: pretraining.sh PIECES TRAIN TEST SRC TGT
#
#     PIECES    a tokenizer's files and config.json, the shape (pieces.py makes a vocabulary)
#     TRAIN     texts of both languages, which need not be parallel
#     TEST      sentences of both, line by line or by ids translations of each other
#
# In the environment: ARMS (those of the case below); STEPS of each; OPTIONS of every run; DICTIONARY, lines "SRC TGT" of the arm
# more-anchors: texts that switch languages; LINKS, a file of "i-j" a line, and WORDS, a folder with the sentences in words that it links;
# TUNE, a folder with train/SRC, dev and test/SRC and TGT of a task: it is learnt from SRC alone, TUNE_OPTIONS ("--task tag --lr 1e-3
# --epochs 5"), with three seeds; KEEP, a folder that keeps records and checkpoints: what is there is not trained again.
set -eu
isogloss=${ISOGLOSS:-isogloss}
pieces=$1 train=$2 test=$3 src=$4 tgt=$5
arms=${ARMS:-shared no-anchors embeddings layer1 both nothing}
steps=${STEPS:-4880}
options=${OPTIONS:---stream 128 --batch 16 --lr 2e-3 --split 98/1/1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
keep=${KEEP:-$work}
mkdir -p "$keep"
layers=$(sed -n 's/.*"\(num_hidden_layers\|n_layers\)": *\([0-9]*\).*/\2/p' "$pieces/config.json")

# What an arm adds to a run that shares all.
arm() {
    case $1 in
        shared) echo ;;
        more-anchors) echo ;; # other texts
        no-anchors) echo "--anchors none" ;;
        embeddings) echo "--separate embeddings" ;;
        layer1) echo "--separate 1" ;;
        both) echo "--separate embeddings,1" ;;
        nothing) echo "--separate embeddings,1-$layers" ;;
        *) echo "pretraining.sh: no arm '$1'" >&2; exit 1 ;;
    esac
}
file_of() {
    for file in "$1/$2".*; do echo "$file"; done | head -1
}
# OUT CHECKPOINT FOLDER OPTION...: states of the folder's texts, of one checkpoint or of one for each language.
states() {
    out=$1 checkpoint=$2 folder=$3
    shift 3
    for lang in "$src" "$tgt"; do
        from=$checkpoint
        [ ! -d "$checkpoint/$lang" ] || from=$checkpoint/$lang
        "$isogloss" embed --quiet --model "$from" "$lang=$(file_of "$folder" "$lang")" "$@" -o "$out.$lang.h5" --force
    done
}
# NAME CHECKPOINT [OPTION...]: records NAME,p@1.csv, NAME,cka.csv and, with links, NAME,words.csv.
measure() {
    name=$1 checkpoint=$2
    shift 2
    [ ! -f "$keep/$name,cka.csv" ] || return 0
    states "$work/s" "$checkpoint" "$test"
    "$isogloss" retrieve --quiet "$work/s.$src.h5" "$work/s.$tgt.h5" --src "$src" --measure p@1:cosine --interval none "$@" --csv "$keep/$name,p@1.csv"
    if [ -n "${LINKS:-}" ]; then
        states "$work/w" "$checkpoint" "$WORDS" --pool word
        "$isogloss" align --quiet "$work/w.$src.h5" "$work/w.$tgt.h5" --src "$src" --alignments "$LINKS" --measure p@1 --interval none \
            --csv "$keep/$name,words.csv"
    fi
    "$isogloss" compare --quiet "$work/s.$src.h5" "$work/s.$tgt.h5" --src "$src" --measure cka:debiased --interval none --csv "$work/new.csv"
    mv "$work/new.csv" "$keep/$name,cka.csv"
}
# NAME CHECKPOINT: records NAME,tuned,SEED.csv.
tune() {
    for seed in 0 1 2; do
        # shellcheck disable=SC2086 # options are words
        [ -f "$keep/$1,tuned,$seed.csv" ] || "$isogloss" train --quiet --model "$2" --corpus "$TUNE/train" --dev "$TUNE/dev" --test "$TUNE/test" \
            --src "$src" --tgt "$tgt" --interval none --seed "$seed" ${TUNE_OPTIONS:---task tag --lr 1e-3 --epochs 5} -o "$work/tuned" --force \
            --csv "$keep/$1,tuned,$seed.csv"
    done
}
# OUT LANG COLUMN: the texts of a language with words of the dictionary's COLUMN replaced by those of the other, in two copies.
switched() {
    awk -v a="$3" '{ w[$a] = w[$a] "\t" $(3 - a) } END { for (k in w) print k w[k] }' "$DICTIONARY" >"$work/table.tsv"
    "$isogloss" augment --quiet "$(file_of "$train" "$2")" --table "$work/table.tsv" --copies 2 --probability 0.3 --most 0.15 -o "$1/$2.tsv"
}
# NAME OPTION...: trains, unless it is there.
train() {
    name=$1 texts=$train
    shift
    [ "${name%.before}" != more-anchors ] || texts=$work/switched
    # shellcheck disable=SC2086 # options are words
    [ -f "$keep/$name/records.json" ] || "$isogloss" train --quiet --model "$pieces" --random-weights 1 --task mlm --corpus "$texts" --src "$src,$tgt" \
        --every "$steps" $options "$@" -o "$keep/$name" --force --csv "$keep/$name,score.csv"
}

for arm in $arms; do
    more=$(arm "$arm")
    beside=
    [ "$arm" != shared ] || beside=yes
    if [ "$arm" = more-anchors ] && [ ! -d "$work/switched" ]; then
        mkdir "$work/switched"
        switched "$work/switched" "$src" 1
        switched "$work/switched" "$tgt" 2
    fi
    # shellcheck disable=SC2086 # options are words
    {
        train "$arm" --steps "$steps" $more
        train "$arm.before" --steps 1 --lr 1e-30 $more # the weights that it began with
    }
    measure "$arm" "$keep/$arm" ${beside:+--baseline pieces,length --model "$keep/$arm" --corpus "$test"}
    measure "$arm.before" "$keep/$arm.before"
    [ -z "${TUNE:-}" ] || { tune "$arm" "$keep/$arm"; tune "$arm.before" "$keep/$arm.before"; }
done

# Tables: learnt / before, a column each layer. A file's name is ARM,WHAT.csv or ARM.before,WHAT.csv.
set --
for arm in $arms; do
    for name in "$arm" "$arm.before"; do
        for what in score p@1 cka words tuned,0 tuned,1 tuned,2; do [ ! -f "$keep/$name,$what.csv" ] || set -- "$@" "$keep/$name,$what.csv"; done
    done
done
awk -F , -v arms="$arms" -v layers="$layers" -v langs="$src $tgt" '
    FNR == 1 {
        for (i = 1; i <= NF; i++) at[$i] = i
        n = split(FILENAME, part, "/"); split(part[n], name, ","); arm = name[1]; what = name[2]; sub(/\.csv$/, "", what)
        next
    }
    what == "score" { score[arm, $at["measure"], $at["tgt"]] = $at["value"]; next }
    what == "tuned" && $at["measure"] ":" $at["estimator"] ~ /^(accuracy:fine-tuned|f1:(entity|span))/ { # F1 comes later, and is what is shown
        key = arm SUBSEP $at["measure"] ":" $at["estimator"] SUBSEP $at["tgt"]
        tuned = $at["measure"] ":" $at["estimator"]; sum[key] += $at["value"]; count[key]++
        if (count[key] == 1 || $at["value"] + 0 < least[key]) least[key] = $at["value"] + 0
        if (count[key] == 1 || $at["value"] + 0 > most[key]) most[key] = $at["value"] + 0
    }
    what == "tuned" || what == "words" && $at["stage"] != "before" { next }
    { of = $at["baseline"] == "" ? arm : $at["baseline"]; key = of SUBSEP what SUBSEP $at["src_layer"]; sum[key] += $at["value"]; count[key]++ }
    function show(who, what, layer,   key) {
        key = who SUBSEP what SUBSEP layer
        return count[key] ? sprintf("%.3f", sum[key] / count[key]) : "-"
    }
    function spread(who, lang,   key) {
        key = who SUBSEP tuned SUBSEP lang
        return sprintf("%.3f (%.3f)", sum[key] / count[key], most[key] - least[key])
    }
    function table(title, what,   i, l, line, rule, any) {
        for (l = 0; l <= layers; l++) any += count[who_of[1], what, l]
        if (!any) return
        line = "| " title " |"; rule = "|---|"
        for (l = 0; l <= layers; l++) { line = line " layer " l " |"; rule = rule "---|" }
        print line; print rule
        for (i = 1; i <= rows; i++) {
            line = "| " who_of[i] " |"
            for (l = 0; l <= layers; l++) line = line " " show(who_of[i], what, l) " / " show(who_of[i] ".before", what, l) " |"
            print line
        }
        print ""
    }
    END {
        rows = split(arms, who_of, " "); split(langs, lang, " ")
        print "| masked words | accuracy " lang[1] " | " lang[2] " | perplexity " lang[1] " | " lang[2] " |\n|---|---|---|---|---|"
        for (i = 1; i <= rows; i++)
            printf "| %s | %.3f | %.3f | %.0f | %.0f |\n", who_of[i], score[who_of[i], "accuracy", lang[1]], score[who_of[i], "accuracy", lang[2]],
                score[who_of[i], "perplexity", lang[1]], score[who_of[i], "perplexity", lang[2]]
        print ""
        table("P@1 of sentences, learnt / before", "p@1")
        if (count["pieces", "p@1", ""])
            print "Shared pieces alone: " show("pieces", "p@1", "") "; length alone: " show("length", "p@1", "") ".\n"
        table("P@1 of words, learnt / before", "words")
        table("CKA, debiased, learnt / before", "cka")
        if (tuned == "") exit
        print "| " (tuned ~ /^f1/ ? "F1" : "accuracy") " of a task learnt from " lang[1] " | " lang[1] ", learnt | before | " lang[2] ", learnt | before |\n|---|---|---|---|---|"
        for (i = 1; i <= rows; i++) {
            line = "| " who_of[i] " |"
            for (l = 1; l <= 2; l++) line = line " " spread(who_of[i], lang[l]) " | " spread(who_of[i] ".before", lang[l]) " |"
            print line
        }
    }' "$@"
