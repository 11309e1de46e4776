#!/bin/sh
# Do predictors of a good set of source languages agree with measured transfer, and is it the set that they see? Each predictor against the
# mean score of the languages that were not trained on, with data and size of the set held constant; against the same without what hangs on
# which languages are held out; against the languages in each other's places; and language by language, what is fitted having seen the other
# languages alone. What it printed for three tasks is in sources.md.
# Usage: sources.sh RUNS.json TYPOLOGY [OPTION...]
#
#     RUNS.json   a list of {"train_config": {LANG: examples}, "eval_results": {LANG: score}}, as LITMUS publishes them
#     TYPOLOGY    features of languages: a folder of lang2vec's arrays, or a table
#     OPTION      of isogloss select: --predicted, --sizes xlmr_sizes.tsv
set -eu
isogloss=${ISOGLOSS:-isogloss}
runs=$1 typology=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$isogloss" select --quiet --results "$runs" --typology "$typology" --by-language --csv "$work/records.csv" "$@"

# Bold: p corrected for the number of predictors below 0.05, and that with the languages shuffled at most 0.05.
awk -F , '
    function number(v) { return v == "" ? "" : sprintf("%.2f", v) }
    function chance(v) { return v == "" ? "" : v < 0.001 ? "< 0.001" : sprintf("%.3f", v) }
    function range(lo, hi) { return lo == "" ? "" : " [" number(lo) ", " number(hi) "]" }
    function cell(x, y,   key, text) {
        key = x SUBSEP y
        if (!(key in r)) return " | |"
        text = number(r[key]) range(lo[key], hi[key])
        if (most[key] < 0.05 && shuffled[key] <= 0.05) text = "**" text "**"
        return " " text " | " chance(most[key]) " | " (key in shuffled ? chance(shuffled[key]) : "") " |"
    }
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    { x = $at["x"]; y = $at["y"]; key = x SUBSEP y }
    $at["estimator"] == "partial" && $at["baseline"] == "shuffled" { shuffled[key] = $at["p"]; next }
    $at["estimator"] == "partial" {
        if (!(x in seen)) order[++names] = x
        seen[x]; r[key] = $at["value"]; lo[key] = $at["lo"]; hi[key] = $at["hi"]; most[key] = $at["p_max"]; n[x] = $at["n"]
    }
    y == "transfer:languages" { rows[++count] = "| " x " | " number($at["value"]) range($at["lo"], $at["hi"]) " | " $at["n"] " |" }
    END {
        print "| predictor | runs | held-out mean: r | p_max | shuffled: p | relative: r | p_max | shuffled: p |"
        print "|---|---|---|---|---|---|---|---|"
        for (i = 1; i <= names; i++)
            print "| " order[i] " | " n[order[i]] " |" cell(order[i], "transfer:held-out") cell(order[i], "transfer:relative")
        print "\n| in each language | mean r over languages | languages |"
        print "|---|---|---|"
        for (i = 1; i <= count; i++) print rows[i]
    }' "$work/records.csv"
