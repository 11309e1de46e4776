#!/bin/sh
# Does it help the languages that are not learnt from if the same number of examples is spread over more languages, and do the languages
# lie closer then? A checkpoint fine-tuned on each set of sources, with several seeds: scores, scores relative to what each language has in
# other runs, and how mingled parallel sentences are before and after. What it printed for two tasks is in several.md.
# Usage: several.sh MODEL TRAIN DEV TEST PARALLEL SET...
#
#     TRAIN, DEV, TEST    folders of LANG.tsv with id, text, label, or of LANG.conll (OPTIONS="--task tag ...")
#     PARALLEL            folder of LANG.tsv with id and text, translations of each other, in the languages of TEST
#     SET                 source languages of a run: en,de; the first is the one that others are compared with
#
# In the environment: BUDGET, examples of a run in all (500); SEEDS ("0 1 2"); OPTIONS of every run; LIMIT, the first N parallel sentences
# of each language (100); KEEP, a folder that keeps what was measured: it is not trained again. KEEP/runs.json is a list of the runs'
# scores as `isogloss select --results` reads it.
set -eu
isogloss=${ISOGLOSS:-isogloss}
model=$1 train=$2 dev=$3 test=$4 parallel=$5
shift 5
sets=$*
seeds=${SEEDS:-0 1 2}
options=${OPTIONS:---lr 1e-4 --head mean --epochs 4}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
keep=${KEEP:-$work}
mkdir -p "$keep"
langs=
for file in "$test"/*; do
    lang=${file##*/}
    langs="$langs${langs:+ }${lang%.*}"
done

# NAME CHECKPOINT [OPTION...]: how mingled the parallel sentences are in the last layer.
mingled() {
    name=$1 checkpoint=$2
    shift 2
    options_of_states=$*
    set --
    for lang in $langs; do set -- "$@" "$lang=$parallel/$lang.tsv"; done
    # shellcheck disable=SC2086 # options are words
    "$isogloss" embed --quiet --model "$checkpoint" $options_of_states --layers last --limit "${LIMIT:-100}" -o "$work/states.h5" --force "$@"
    "$isogloss" mingle --quiet "$work/states.h5" --measure mingle:ratio,ilo:harmonic,centroid:relative,cka:debiased --interval none \
        --permutations 19 --csv "$work/new.csv"
    mv "$work/new.csv" "$keep/mingled,$name.csv"
}
[ -f "$keep/mingled,untrained,.csv" ] || mingled untrained, "$model"
for seed in 1 2 3; do [ -f "$keep/mingled,random,$seed.csv" ] || mingled "random,$seed" "$model" --random-weights "$seed"; done
for set in $sets; do
    for seed in $seeds; do
        name=$(echo "$set" | tr , +),$seed
        [ ! -f "$keep/mingled,$name.csv" ] || continue
        # shellcheck disable=SC2086 # options are words
        "$isogloss" train --quiet --model "$model" --corpus "$train" --dev "$dev" --test "$test" --src "$set" --budget "${BUDGET:-500}" \
            --seed "$seed" $options -o "$work/tuned" --force --csv "$keep/score,$name.csv"
        mingled "$name" "$work/tuned"
    done
done

# Tables of means over seeds, (largest - smallest) beside them. A file's name is WHAT,SET,SEED.csv.
set -- "$keep/mingled,untrained,.csv"
for seed in 1 2 3; do set -- "$@" "$keep/mingled,random,$seed.csv"; done
for set in $sets; do
    for seed in $seeds; do
        name=$(echo "$set" | tr , +),$seed
        set -- "$@" "$keep/score,$name.csv" "$keep/mingled,$name.csv"
    done
done
awk -F , -v sets="$sets" -v langs="$langs" -v budget="${BUDGET:-500}" -v runs="$keep/runs.json" '
    FNR == 1 {
        for (i = 1; i <= NF; i++) at[$i] = i
        n = split(FILENAME, part, "/"); split(part[n], name, ","); what = name[1]; set = name[2]; seed = name[3]; sub(/\.csv$/, "", seed)
        if (what == "score" && !(seed in round)) { round[seed]; seed_of[++rounds] = seed }
        next
    }
    { measure = $at["measure"] ":" $at["estimator"]; lang = $at["tgt"] }
    what == "score" && measure ~ /^(f1:entity|accuracy:(fine-tuned|majority))$/ {
        if (measure == "f1:entity") entities = 1
        score[measure, set, seed, lang] = $at["value"]
    }
    what == "mingled" && lang == "" { key = measure SUBSEP set; sum[key] += $at["value"]; count[key]++; keep_ends(key, $at["value"] + 0) }
    function keep_ends(key, v) {
        if (!(key in least) || v < least[key]) least[key] = v
        if (!(key in most) || v > most[key]) most[key] = v
    }
    function learnt(set, lang) { return index("+" set "+", "+" lang "+") > 0 }
    # Means over seeds are made of what add() was told.
    function add(key, v) { sum[key] += v; count[key]++; keep_ends(key, v) }
    function show(key, form) {
        if (!count[key]) return ""
        return sprintf(form, sum[key] / count[key]) (count[key] > 1 ? sprintf(" (%.3f)", most[key] - least[key]) : "")
    }
    END {
        m = split(sets, set_of, " "); k = split(langs, lang_of, " ")
        for (i = 1; i <= m; i++) gsub(/,/, "+", set_of[i])
        what = entities ? "f1:entity" : "accuracy:fine-tuned"
        # The mean of a language over the runs that do not learn from it.
        for (j = 1; j <= k; j++) {
            for (i = 1; i <= m; i++) for (s = 1; s <= rounds; s++) if (!learnt(set_of[i], lang_of[j])) add("level" SUBSEP lang_of[j], score[what, set_of[i], seed_of[s], lang_of[j]])
        }
        printf "[" >runs
        for (i = 1; i <= m; i++) for (s = 1; s <= rounds; s++) {
            set = set_of[i]; seed = seed_of[s]; held = relative = more = n = both = 0
            printf "%s{\"train_config\": {", (i + s > 2 ? ",\n " : "") >runs
            sources = split(set, source, "+")
            for (j = 1; j <= sources; j++) printf "%s\"%s\": %d", (j > 1 ? ", " : ""), source[j], budget / sources >runs
            printf "}, \"eval_results\": {" >runs
            for (j = 1; j <= k; j++) {
                v = score[what, set, seed, lang_of[j]]
                printf "%s\"%s\": %s", (j > 1 ? ", " : ""), lang_of[j], v >runs
                add("score" SUBSEP set SUBSEP lang_of[j], v)
                if (learnt(set, lang_of[j])) continue
                level = sum["level", lang_of[j]] / count["level", lang_of[j]]
                held += v; relative += v - level; n++
                if (!learnt(set_of[1], lang_of[j])) { more += v - score[what, set_of[1], seed, lang_of[j]]; both++ }
            }
            printf "}}" >runs
            if (n) { add("held" SUBSEP set, held / n); add("relative" SUBSEP set, relative / n) }
            if (both && i > 1) add("more" SUBSEP set, more / both)
        }
        print "]" >runs
        line = "| " (entities ? "entity F1" : "accuracy") " |"; rule = "|---|"
        for (j = 1; j <= k; j++) { line = line " " lang_of[j] " |"; rule = rule "---|" }
        print line "\n" rule
        for (i = 1; i <= m; i++) {
            line = "| " set_of[i] " |"
            for (j = 1; j <= k; j++) {
                v = show("score" SUBSEP set_of[i] SUBSEP lang_of[j], "%.3f")
                line = line " " (learnt(set_of[i], lang_of[j]) ? "*" v "*" : v) " |"
            }
            print line
        }
        print "\n| languages not learnt from | mean | relative | more than " set_of[1] " |\n|---|---|---|---|"
        for (i = 1; i <= m; i++)
            print "| " set_of[i] " | " show("held" SUBSEP set_of[i], "%.3f") " | " show("relative" SUBSEP set_of[i], "%+.3f") " | " show("more" SUBSEP set_of[i], "%+.3f") " |"
        print "\n| parallel sentences | mixing ratio | local overlap | distance of centroids | CKA |\n|---|---|---|---|---|"
        set_of[-1] = "random"; set_of[0] = "untrained"
        for (i = -1; i <= m; i++) {
            key = SUBSEP set_of[i]
            print "| " set_of[i] " | " show("mingle:ratio" key, "%.3f") " | " show("ilo:harmonic" key, "%.3f") " | " show("centroid:relative" key, "%.3f") " | " show("cka:debiased" key, "%.3f") " |"
        }
    }' "$@"
