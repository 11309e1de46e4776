#!/bin/sh
# Do sentences and words find their translations, beyond what random weights and shared pieces of words give? Tatoeba and MUSE's
# dictionaries, one checkpoint, its last layer; what it printed for one is in retrieval.md.
# Usage: retrieval.sh MODEL TATOEBA MUSE FIGURE.svg LANG=CODE...
#
#     TATOEBA   folder of tatoeba.CODE-eng.CODE, tatoeba.CODE-eng.eng   (github.com/facebookresearch/LASER)
#     MUSE      folder of en-LANG.0-5000.txt                            (github.com/facebookresearch/MUSE)
#
# In the environment: LIMIT=N, the first N pairs of sentences; WORDS='LANG LANG...', the languages of the second table, if not all;
# RECORDS=DIR, where records are kept: what is there is not measured again.
set -eu
isogloss=${ISOGLOSS:-isogloss}
model=$1 tatoeba=$2 muse=$3 figure=$4
shift 4
limit=${LIMIT:+--limit $LIMIT}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
records=${RECORDS:-$work}
mkdir -p "$records"

# has_words LANG: the second table has the language.
has_words() { case " ${WORDS-$1} " in *" $1 "*) ;; *) return 1 ;; esac }

# keep NAME COMMAND...: the records that COMMAND prints, in NAME.tsv, whole or not at all.
keep() {
    name=$1
    shift
    [ -e "$records/$name.tsv" ] || { "$@" >"$work/new.tsv" && mv "$work/new.tsv" "$records/$name.tsv"; }
}

# Sentences. Stages: as they are, without the language means, and rotated after that, on held-out folds.
sentences() {
    # shellcheck disable=SC2086
    "$isogloss" embed --quiet --force --model "$model" $limit "$lang=$work/its.txt" "en=$work/en.txt" --src "$lang" --layers last -o "$work/s.h5" &&
        "$isogloss" align --quiet "$work/s.h5" --centre --measure p@1,p@1:csls --baseline random,pieces --model "$model"
}

# Words, the same: states of word types, of the checkpoint (seed 0) or of random weights. DICT is all of the dictionary or its words
# that no translation is spelt like.
types() {
    # shellcheck disable=SC2046,SC2086
    "$isogloss" embed --quiet --force --model "$model" $([ "$1" = 0 ] || echo --random-weights "$1") $limit "$lang=$work/its.txt" \
        "en=$work/en.txt" --pool types --layers last -o "$work/w.h5"
}
words() { "$isogloss" align --quiet "$work/w.h5" --src en --lower --centre --train "$1" --measure p@1,p@1:csls; }

for pair in "$@"; do
    lang=${pair%%=*} code=${pair#*=} dict=$muse/en-${pair%%=*}.0-5000.txt
    cp "$tatoeba/tatoeba.$code-eng.$code" "$work/its.txt"
    cp "$tatoeba/tatoeba.$code-eng.eng" "$work/en.txt"
    keep "sentences-$lang" sentences
    has_words "$lang" || continue
    awk 'NR == FNR { if ($1 == $2) alike[$1]; next } !($1 in alike)' "$dict" "$dict" >"$work/unlike.txt"
    for seed in 0 1 2 3; do
        [ -e "$records/unlike-$lang-$seed.tsv" ] || types "$seed"
        keep "words-$lang-$seed" words "$dict"
        keep "unlike-$lang-$seed" words "$work/unlike.txt"
    done
done

# By file, measure, stage and baseline: the value, mean of the files of seeds 1 to 3 (a record of the baseline random is such a mean
# already); `lo`, and the largest that a baseline reaches. A value in bold has its interval above all baselines.
# shellcheck disable=SC2016
tables='
    FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; kind = FILENAME; sub(/.*\//, "", kind); seed = kind; sub(/-.*/, "", kind)
               sub(/\.tsv$/, "", seed); sub(/.*-/, "", seed); next }
    function field(name) { return name in at ? $at[name] : "" }
    field("measure") != "p@1" || field("value") == "" || field("given") == "before" { next }
    {   who = seed ~ /^[1-3]$/ ? "random" : field("baseline")
        key = kind " " field("estimator") " " field("stage")
        v[key, who] += field("value"); count[key, who]++; n[kind] = field("n")
        if (who == "") { lo[key] = field("lo"); hi[key] = field("hi"); next }
        high = field("interval") == "range" ? field("hi") : field("value")
        if (!(key in top) || high > top[key]) top[key] = high }
    function cell(kind, rule, stage, who,   key, x) {
        key = kind " " rule " " stage
        if (!((key, who) in v)) return "– |"
        x = sprintf(stage == "difference" ? "%+.3f" : "%.3f", v[key, who] / count[key, who])
        if (who == "" && stage == "difference") x = x sprintf(" [%+.3f, %+.3f]", lo[key], hi[key])
        return (who == "" && lo[key] > top[key] ? "**" x "**" : x) " |" }
    function stages(kind, who,   i, j, stage, line) {
        split("before centred after", stage, " ")
        for (i = 1; i <= 3; i++) line = line " " cell(kind, "cosine", stage[i], who)
        for (i = 1; i <= 3; i++) line = line " " cell(kind, "csls", stage[i], who)
        return line }'

echo '| | | cosine | centred | mapped | CSLS | centred | mapped | mapped − centred |'
echo '|---|---|---|---|---|---|---|---|---|'
for pair in "$@"; do
    lang=${pair%%=*}
    awk -F '\t' -v lang="$lang" "$tables"'
        END {
            print "| " lang " | trained |" stages("sentences", "") " " cell("sentences", "csls", "difference", "")
            print "| | random |" stages("sentences", "random") " " cell("sentences", "csls", "difference", "random")
            print "| | pieces |" stages("sentences", "pieces") " " cell("sentences", "csls", "difference", "pieces")
        }' "$records/sentences-$lang.tsv"
done

echo
echo '| | | words | cosine | centred | mapped | CSLS | centred | mapped | spelt otherwise | CSLS | centred |'
echo '|---|---|---|---|---|---|---|---|---|---|---|---|'
for pair in "$@"; do
    lang=${pair%%=*}
    has_words "$lang" || continue
    awk -F '\t' -v lang="$lang" "$tables"'
        function unlike(who) { return cell("unlike", "csls", "before", who) " " cell("unlike", "csls", "centred", who) }
        END {
            print "| " lang " | trained | " n["words"] " |" stages("words", "") " " n["unlike"] " | " unlike("")
            print "| | random | |" stages("words", "random") " | " unlike("random")
        }' "$records"/words-"$lang"-[0-3].tsv "$records"/unlike-"$lang"-[0-3].tsv
done

# Centred sentences by CSLS, a dot a language; the plot names first who is searched.
for pair in "$@"; do
    lang=${pair%%=*}
    awk -F '\t' -v OFS='\t' '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print; next }
        $at["stage"] == "centred" && $at["estimator"] == "csls" {
            src = $at["src"]; $at["src"] = $at["tgt"]; $at["tgt"] = src; $at["direction"] = "backward"; print }' \
        "$records/sentences-$lang.tsv" >"$work/dots-$lang.tsv"
done
"$isogloss" plot --quiet --force "$work"/dots-*.tsv -o "$figure"
