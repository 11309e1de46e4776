#!/bin/sh
# Do sentences and words find their translations, beyond what random weights and shared pieces of words give? Tatoeba and MUSE's
# dictionaries, one checkpoint, its last layer; what it printed for one is in retrieval.md.
# Usage: retrieval.sh MODEL TATOEBA MUSE FIGURE.svg LANG=CODE...      (LIMIT=N in the environment: the first N pairs of sentences)
#
#     TATOEBA   folder of tatoeba.CODE-eng.CODE, tatoeba.CODE-eng.eng   (github.com/facebookresearch/LASER)
#     MUSE      folder of en-LANG.0-5000.txt                            (github.com/facebookresearch/MUSE)
set -eu
isogloss=${ISOGLOSS:-isogloss}
model=$1 tatoeba=$2 muse=$3 figure=$4
shift 4
limit=${LIMIT:+--limit $LIMIT}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for pair in "$@"; do
    lang=${pair%%=*} code=${pair#*=}
    cp "$tatoeba/tatoeba.$code-eng.$code" "$work/its.txt"
    cp "$tatoeba/tatoeba.$code-eng.eng" "$work/en.txt"
    # Sentences: as they are and without the language means, then held-out folds after an orthogonal map; candidates are all of them.
    # shellcheck disable=SC2086
    "$isogloss" embed --quiet --model "$model" $limit "$lang=$work/its.txt" "en=$work/en.txt" --src "$lang" --layers last -o "$work/s.h5"
    for prep in none center; do
        # shellcheck disable=SC2046
        "$isogloss" retrieve --quiet "$work/s.h5" --direction forward --measure p@1:cosine $([ $prep = none ] || echo --prep $prep) \
            --baseline random,pieces --model "$model" >"$work/$prep-$lang.tsv"
    done
    "$isogloss" align --quiet "$work/s.h5" --measure p@1:cosine --baseline random --model "$model" >"$work/map-$lang.tsv"
    # Words: the states of types, of the checkpoint (seed 0) and of three networks with random weights.
    for seed in 0 1 2 3; do
        # shellcheck disable=SC2086
        "$isogloss" embed --quiet --model "$model" $([ $seed = 0 ] || echo --random-weights $seed) $limit "$lang=$work/its.txt" \
            "en=$work/en.txt" --pool types --layers last -o "$work/w.h5"
        "$isogloss" align --quiet "$work/w.h5" --src en --lower --train "$muse/en-$lang.0-5000.txt" --measure p@1:cosine \
            >"$work/words-$lang-$seed.tsv"
    done
done

# Of the forward direction, which is from the language to English: value and interval by stage (or file) and baseline.
records='
    FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    function field(name) { return name in at ? $at[name] : "" }
    field("direction") == "backward" || field("fold") != "" { next }
    { key = FILENAME ~ /none-/ ? "none" : FILENAME ~ /center-/ ? "centred" : "map-" $at["stage"] (field("given") == "" ? "" : "-" field("given"))
      key = key " " field("baseline"); v[key] = $at["value"]; lo[key] = field("lo"); hi[key] = field("hi"); n[key] = $at["n"] }
    function own(s, above,   x) { x = sprintf("%.3f", v[s " "]); return lo[s " "] > above ? "**" x "**" : x }
    function most(a, b) { return a + 0 > b + 0 ? a + 0 : b + 0 }'

echo '|  | as they are | random | pieces | centred | random | pieces | mapped | random | mapped − centred |'
echo '|---|---|---|---|---|---|---|---|---|---|'
for pair in "$@"; do
    lang=${pair%%=*}
    awk -F '\t' -v lang="$lang" "$records"'
        END {
            printf "| %s | %s | %.3f | %.3f |", lang, own("none", most(hi["none random"], v["none pieces"])), v["none random"], v["none pieces"]
            printf " %s | %.3f | %.3f |", own("centred", most(hi["centred random"], v["centred pieces"])), v["centred random"], v["centred pieces"]
            d = "map-difference-centred "
            printf " %s | %.3f | %+.3f [%+.3f, %+.3f] |\n", own("map-after", hi["map-after random"]), v["map-after random"], v[d], lo[d], hi[d]
        }' "$work/none-$lang.tsv" "$work/center-$lang.tsv" "$work/map-$lang.tsv"
done

echo
echo '|  | words known | as they are | random | centred | random | mapped | random |'
echo '|---|---|---|---|---|---|---|---|'
for pair in "$@"; do
    lang=${pair%%=*}
    awk -F '\t' -v lang="$lang" '
        FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; seed++; next }
        $at["direction"] == "backward" || $at["stage"] == "difference" || $at["denominator"] != "in-vocabulary" { next }
        { s = $at["stage"] }
        seed == 1 { v[s] = $at["value"]; lo[s] = $at["lo"]; n = $at["n"] }
        seed > 1 { sum[s] += $at["value"] / 3; if ($at["value"] > top[s]) top[s] = $at["value"] }
        END {
            m = split("before centred after", stage, " ")
            printf "| %s | %d |", lang, n
            for (i = 1; i <= m; i++) {
                s = stage[i]
                printf((lo[s] > top[s]) ? " **%.3f** | %.3f |" : " %.3f | %.3f |", v[s], sum[s])
            }
            print ""
        }' "$work"/words-"$lang"-[0-3].tsv
done

# The centred sentences, a dot a language: English is named first, and is searched.
files=
for pair in "$@"; do
    lang=${pair%%=*}
    awk -F '\t' -v OFS='\t' '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print; next }
        { src = $at["src"]; $at["src"] = $at["tgt"]; $at["tgt"] = src; $at["direction"] = "backward"; print }' \
        "$work/center-$lang.tsv" >"$work/dots-$lang.tsv"
    files="$files $work/dots-$lang.tsv"
done
# shellcheck disable=SC2086
"$isogloss" plot --quiet $files -o "$figure"
