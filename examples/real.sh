#!/bin/sh
# All studies of one real model, each beside the same network with random weights: CKA, retrieval, alignment, mixing, probes and the
# transfer gap, by layer. What it printed for the bundled model is in real.md.
# Usage: real.sh [MODEL [CORPUS [FIGURES]]]        (LIMIT=N: the first N sentences; PROMPT='': none; RECORDS=DIR: kept there)
#
#     MODEL     a checkpoint; default: examples/e5-mini
#     CORPUS    folder of parallel LANG.tsv with id, label and text; default: examples/corpus
#     FIGURES   folder that real-cka.svg, real-retrieval.svg and real-probe.svg are put in; default: none are drawn
set -eu
isogloss=${ISOGLOSS:-isogloss}
here=$(dirname "$0")
model=${1:-$here/e5-mini} corpus=${2:-$here/corpus} figures=${3:-}
prompt=${PROMPT-query: }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
records=${RECORDS:-$work}
mkdir -p "$records"

# keep NAME COMMAND...: the records of COMMAND in NAME.tsv, whole or not at all; what is there is not measured again.
keep() {
    name=$1
    shift
    [ -e "$records/$name.tsv" ] || { "$@" >"$work/new.tsv" && mv "$work/new.tsv" "$records/$name.tsv"; }
}
embed() {
    [ -e "$1" ] || "$isogloss" embed --quiet --model "$model" --corpus "$corpus" --src en --prompt "$prompt" ${LIMIT:+--limit "$LIMIT"} -o "$@"
}
# study NAME COMMAND OPTION...: of the states, with the twin as its baseline.
study() {
    name=$1 command=$2
    shift 2
    keep "$name" "$isogloss" "$command" --quiet "$records/states.h5" --baseline random --baseline-states "$records/random.h5" --model "$model" "$@"
}
embed "$records/states.h5"
embed "$records/random.h5" --random-weights 1

study cka compare --measure cka
study retrieve retrieve --measure p@1:csls --direction forward
study align align --measure p@1:csls --centre --layers 0,4,8,12
study probe probe --layers 0,2,4,6,8,10,12
keep mix "$isogloss" mix --quiet --model "$model" --corpus "$corpus" --src en --tgt de,sw --limit 60 --prompt "$prompt" --layer 1,4,7,10 \
    --measure cka,p@1:cosine --baseline random
# The gap of the probe at each layer, and CKA there: of the states, and of the twin alone.
for states in states random; do
    [ -e "$records/gap-$states.tsv" ] || for command in probe compare; do
        "$isogloss" "$command" --quiet "$records/$states.h5" --layers 0,2,4,6,8,10,12 --json "$work/$command.json" >/dev/null
    done
    keep "gap-$states" "$isogloss" gap --quiet --scores "$work/probe.json" "$work/compare.json"
done

# table FILE MEASURE:ESTIMATOR FILTER: means over the target languages, a row a layer: trained, untrained, and the least language.
table() {
    awk -F '\t' -v what="$2" -v stage="$3" '
        function field(name) { return at[name] ? $at[name] : "" }
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        field("measure") ":" field("estimator") != what || field("stage") != stage || field("fold") != "" || field("value") == "" { next }
        field("src") == field("tgt") || field("tgt") == "" || field("src_layer") != field("tgt_layer") { next }
        {
            who = field("baseline"); layer = field("tgt_layer") + 0; key = who " " layer
            sum[key] += field("value"); count[key]++; seen[layer] = 1
            if (layer > last) last = layer
            if (who == "" && (!(layer in least) || field("value") < least[layer])) { least[layer] = field("value"); name[layer] = field("tgt") }
        }
        END {
            for (layer = 0; layer <= last; layer++)
                if (seen[layer])
                    printf "| %d | %.3f | %s | %.3f (%s) |\n", layer, sum[" " layer] / count[" " layer],
                        count["random " layer] ? sprintf("%.3f", sum["random " layer] / count["random " layer]) : "", least[layer], name[layer]
        }' "$records/$1.tsv"
}
head() { printf '\n%s\n\n| layer | trained | random weights | least language |\n|---|---|---|---|\n' "$1"; }

head "CKA, debiased"
table cka cka:debiased ""
head "P@1 by CSLS of English sentences"
table retrieve p@1:csls ""
head "The same after the languages' means are taken away"
table align p@1:csls centred
head "The same after an orthogonal map, on held-out sentences"
table align p@1:csls after
head "Accuracy of a probe of English topics on other languages"
table probe accuracy:probe ""

# Mixing: the last layer, means over the target languages, before, and mixed at each layer in each way.
mixed() {
    printf '\n%s\n\n| mixed at | X-Mixup | fixed:0 | shuffled | uniform | random: X-Mixup | fixed:0 |\n|---|---|---|---|---|---|---|\n' "$1"
    awk -F '\t' -v what="$2" '
        function field(name) { return at[name] ? $at[name] : "" }
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        field("measure") ":" field("estimator") != what || field("direction") == "backward" { next }
        field("stage") != "before" && field("stage") != "after" { next }
        {
            layer = field("tgt_layer") + 0
            key = field("baseline") " " (field("stage") == "before" ? "none" : field("mix")) " " field("mix_layer") + 0 " " layer
            sum[key] += field("value"); count[key]++; seen[field("mix_layer") + 0] = 1
            if (layer > last) last = layer
        }
        function mean(who, way, place,   key) {
            key = who " " way " " place " " last
            return count[key] ? sprintf(" %.3f |", sum[key] / count[key]) : "  |"
        }
        END {
            printf "| none |%s  |  |  |%s  |\n", mean("", "none", 0), mean("random", "none", 0)
            for (place = 1; place <= last; place++)
                if (seen[place])
                    printf "| %d |%s%s%s%s%s%s\n", place, mean("", "xmixup", place), mean("", "fixed:0", place), mean("", "shuffled", place),
                        mean("", "uniform", place), mean("random", "xmixup", place), mean("random", "fixed:0", place)
        }' "$records/mix.tsv"
}
mixed "CKA of the last layer, German and Swahili, English mixed in" cka:debiased
mixed "P@1 by cosine there" p@1:cosine

printf '\n%s\n\n| layer | trained: mean gap | r with CKA | p_max | random weights: mean gap | r with CKA | p_max |\n|---|---|---|---|---|---|---|\n' "Gap of accuracy"
awk -F '\t' '
    function field(name) { return at[name] ? $at[name] : "" }
    FNR == 1 { for (i in at) delete at[i]; for (i = 1; i <= NF; i++) at[$i] = i; who = FILENAME ~ /random/; next }
    field("src_layer") == "" || field("subset") != "" { next }
    { layer = field("src_layer") + 0; seen[layer] = 1; if (layer > last) last = layer }
    field("measure") == "gap" && field("estimator") == "language" { gap[who, layer] += field("value"); count[who, layer]++ }
    field("measure") == "pearson" && field("tgt") == "" { r[who, layer] = field("value"); p[who, layer] = field("p_max") }
    END {
        for (layer = 0; layer <= last; layer++)
            if (seen[layer])
                printf "| %d | %.3f | %.2f | %.2g | %.3f | %.2f | %.2g |\n", layer, gap[0, layer] / count[0, layer], r[0, layer], p[0, layer],
                    gap[1, layer] / count[1, layer], r[1, layer], p[1, layer]
    }' "$records/gap-states.tsv" "$records/gap-random.tsv"

[ -z "$figures" ] || for figure in cka:debiased=cka p@1:csls=retrieve accuracy:probe=probe; do
    "$isogloss" plot --quiet "$records/${figure#*=}.tsv" --measure "${figure%=*}" --tgt de,hi,sw,zh --width 640 --height 340 --force \
        --plot "$figures/real-${figure#*=}.svg"
done
