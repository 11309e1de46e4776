#!/bin/sh
# Do the languages of a checkpoint lie among each other or apart, layer by layer, and does that need training? Tables of the states, of
# the same network with random weights and of chance, and a picture of both. What it printed for one is in mingling.md.
# Usage: mingling.sh MODEL CORPUS LANG,LANG[,...] [FIGURE.png]
#
#     CORPUS    folder of parallel LANG.tsv with id and text
#
# In the environment: LIMIT, the first N sentences of each; LAYERS (all; one picture has room for six); POINTS of a picture (2000).
set -eu
isogloss=${ISOGLOSS:-isogloss}
model=$1 corpus=$2 langs=$3 figure=${4:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

set --
for lang in $(echo "$langs" | tr , ' '); do set -- "$@" "$lang=$corpus/$lang.tsv"; done
"$isogloss" embed --quiet --model "$model" ${LIMIT:+--limit "$LIMIT"} -o "$work/states.h5" "$@"
"$isogloss" embed --quiet --model "$model" --random-weights 1 ${LIMIT:+--limit "$LIMIT"} -o "$work/random.h5" "$@"
"$isogloss" mingle --quiet "$work/states.h5" --baseline-states "$work/random.h5" ${LAYERS:+--layers "$LAYERS"} \
    ${figure:+--picture "$figure" --points "${POINTS:-2000}"} >"$work/mingled.tsv"

# A row for each layer: value, half the width of its interval; then chance.
awk -F '\t' '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    {
        who = $at["baseline"]; layer = $at["src_layer"] + 0; what = $at["measure"] ":" $at["estimator"]
        value[who, layer, what] = $at["value"]; chance[layer, what] = who == "" ? $at["null"] : chance[layer, what]
        half[who, layer, what] = $at["lo"] == "" ? "" : ($at["hi"] - $at["lo"]) / 2
        seen[layer] = 1; if (layer > last) last = layer
    }
    function row(first, who, show,   i, text, key) {
        text = "| " first " |"
        for (i = 1; i <= n; i++) {
            key = name[i]
            if (show == "chance") text = text " " (chance[who, key] == "" ? "" : sprintf("%.3f", chance[who, key])) " |"
            else text = text " " (value[who, show, key] == "" ? "" : sprintf("%.3f", value[who, show, key])) (half[who, show, key] == "" ? "" : sprintf(" ± %.3f", half[who, show, key])) " |"
        }
        print text
    }
    function head(title,   i, text, rule) {
        text = "| layer |"; rule = "|---|"
        for (i = 1; i <= n; i++) { text = text " " name[i] " |"; rule = rule "---|" }
        print "\n" title "\n\n" text "\n" rule
    }
    END {
        n = split("mingle:ratio mingle:entropy ilo:harmonic silhouette:cosine accuracy:language-id centroid:relative cka:debiased", name, " ")
        head("States"); for (l = 0; l <= last; l++) if (seen[l]) row(l, "", l)
        head("Random weights"); for (l = 0; l <= last; l++) if (seen[l]) row(l, "random", l)
        head("Chance"); for (l = 0; l <= last; l++) if (seen[l]) row(l, l, "chance")
    }' "$work/mingled.tsv"
