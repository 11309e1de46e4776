#!/bin/sh
# Sentence retrieval on Tatoeba and word translation with MUSE's dictionaries, of one checkpoint; what
# it printed for one is in retrieval.md. Usage: retrieval.sh MODEL TATOEBA MUSE LANG=CODE...
#
#     TATOEBA   folder of tatoeba.CODE-eng.CODE, tatoeba.CODE-eng.eng   (github.com/facebookresearch/LASER)
#     MUSE      folder of en-LANG.0-5000.txt, en-LANG.5000-6500.txt  (github.com/facebookresearch/MUSE)
set -eu
isogloss=${ISOGLOSS:-isogloss}
model=$1 tatoeba=$2 muse=$3
shift 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# pick "column=value ..." [COLUMN]: of the first such record one column, `value` when not named.
pick() {
    awk -F '\t' -v want="$1" -v show="${2:-value}" '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; n = split(want, w, " "); next }
        {
            for (i = 1; i <= n; i++) { split(w[i], part, "="); if ($at[part[1]] != part[2]) next }
            printf show == "value" ? "%.3f" : "%s", $at[show]
            exit
        }' "$work/records"
}

row() { printf '| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n' "$@"; }
row '' 'p@1 cosine' 'p@1 CSLS' 'p@1 after Procrustes' 'words known' 'p@1 of these' 'after Procrustes' \
    'test words known' 'p@1 of these' 'p@1 of all'
row --- --- --- --- --- --- --- --- --- ---
for pair in "$@"; do
    lang=${pair%%=*} code=${pair#*=}
    cp "$tatoeba/tatoeba.$code-eng.$code" "$work/its.txt"
    cp "$tatoeba/tatoeba.$code-eng.eng" "$work/en.txt"
    "$isogloss" embed --quiet --model "$model" "$lang=$work/its.txt" "en=$work/en.txt" --src "$lang" -o "$work/s.h5"
    "$isogloss" retrieve --quiet "$work/s.h5" --layers last --direction forward >"$work/records"
    cosine=$(pick "estimator=cosine k=1") csls=$(pick "estimator=csls k=1")
    "$isogloss" align --candidates fold --quiet "$work/s.h5" --layers last >"$work/records"
    after=$(pick "measure=p@1 stage=after direction=forward")
    "$isogloss" embed --quiet --model "$model" "$lang=$work/its.txt" "en=$work/en.txt" --pool types --layers last -o "$work/w.h5"
    "$isogloss" align --candidates fold --quiet "$work/w.h5" --src en --lower --train "$muse/en-$lang.0-5000.txt" >"$work/records"
    known=$(pick "measure=p@1 stage=before" n)
    before=$(pick "measure=p@1 stage=before") mapped=$(pick "measure=p@1 stage=after")
    "$isogloss" words --quiet en="$work/w.h5" "$lang=$work/w.h5" --lower --measure csls \
        --train "$muse/en-$lang.0-5000.txt" --test "$muse/en-$lang.5000-6500.txt" >"$work/records"
    row "$lang" "$cosine" "$csls" "$after" "$known" "$before" "$mapped" "$(pick "denominator=in-vocabulary k=1" n)" \
        "$(pick "denominator=in-vocabulary k=1")" "$(pick "denominator=all-words k=1")"
done
