#!/bin/sh
# Does discrepancy go with what transfer loses, and does that need training? A probe trained on one language, each language's mean
# removed, against three discrepancies, and against those of pieces of words, of lengths and of random weights. What it printed for
# one checkpoint is in transfer.md.
# Usage: transfer.sh STATES MODEL SRC BLOCKS [FIGURE.svg]       (LIMIT=N in the environment: random weights on the first N items)
#
#     STATES    a states file of MODEL with texts and labels: isogloss embed --model MODEL --corpus FOLDER -o STATES, of LANG.tsv with
#               id, text, label
#     BLOCKS    a language and its block in a line, as xnli_scripts.tsv: languages are permuted within blocks, too
set -eu
isogloss=${ISOGLOSS:-isogloss}
states=$1 model=$2 src=$3 blocks=$4
limit=${LIMIT:+--limit $LIMIT}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Discrepancies beside those of pieces and lengths; on the first items also beside those of random weights.
for baseline in pieces,length random; do
    # shellcheck disable=SC2046
    "$isogloss" compare --quiet "$states" $([ $baseline != random ] || echo "$limit") --src "$src" --interval none \
        --measure cka,cosine:centred,centroid:relative --baseline $baseline --model "$model" --json "$work/compare-$baseline.json"
done
for prep in none center; do
    # shellcheck disable=SC2046
    "$isogloss" probe --quiet "$states" --src "$src" $([ $prep = none ] || echo --prep $prep) --interval none \
        --measure accuracy:probe,accuracy:majority --json "$work/probe-$prep.json" --csv "$work/probe-$prep.csv"
done
# gap OUT PREP BASELINE [OPTION...]: the probe's gaps against discrepancies.
gap() {
    out=$1 scores=$work/probe-$2.json records=$work/compare-$3.json
    shift 3
    "$isogloss" gap --quiet --scores "$scores" "$records" --csv "$work/$out.csv" "$@"
}
gap none none pieces,length
gap center center pieces,length
gap blocks center pieces,length --blocks "$blocks"
gap random center random
[ -z "${5:-}" ] || gap unused center pieces,length --measure cosine:centred --baseline none --plot "$5"

# A row a layer: what the probes get right. Then of each discrepancy Pearson's r with the gap of the centred probe, of the checkpoint
# and of its baselines. Bold: p_max below 0.05; in brackets: flagged, since the probe is below the largest class.
awk -F , -v src="$src" -v first="${LIMIT:+first $LIMIT: }" '
    function size(v) { return v < 0 ? -v : v + 0 }
    function chance(v) { return v == "" ? "" : v < 0.001 ? "< 0.001" : sprintf("%.3f", v) }
    function left_out(set,   l) { for (l in langs) if (index("+" set "+", "+" l "+") == 0) return l }
    FNR == 1 { file++; for (i = 1; i <= NF; i++) at[$i] = i; next }
    { layer = $at["tgt_layer"] == "" ? "all" : $at["tgt_layer"] }
    $at["estimator"] == "majority" { majority = $at["value"] }
    $at["estimator"] == "probe" && $at["tgt"] == src { own[file, layer] = $at["value"]; if (layer + 0 > last) last = layer + 0 }
    $at["estimator"] == "probe" && $at["tgt"] != src && $at["tgt"] != "" {
        langs[$at["tgt"]]; sum[file, layer] += $at["value"]; count[file, layer]++; score[file, layer, $at["tgt"]] = $at["value"]
    }
    $at["measure"] == "gap" && $at["estimator"] == "mean" { gap[file, layer] = sprintf("%.2f [%.2f, %.2f]", $at["value"], $at["lo"], $at["hi"]) }
    $at["measure"] != "pearson" || $at["tgt"] != "" { next }
    { key = file SUBSEP $at["x"] SUBSEP layer SUBSEP $at["baseline"] }
    $at["subset"] != "" {
        if (!(key in weak) || size($at["value"]) < size(weak[key])) { weak[key] = $at["value"]; without[key] = left_out($at["subset"]) }
        next
    }
    {
        r[key] = sprintf("%.2f", $at["value"]); p[key] = chance($at["p"]); most[key] = chance($at["p_max"])
        if ($at["p_max"] < 0.05) r[key] = "**" r[key] "**"
        if ($at["flag"] != "") r[key] = "(" r[key] ")"
        if (file == 3 && $at["baseline"] == "") { flagged += $at["flag"] != ""; if (size($at["value"]) > size(best)) { best = $at["value"]; best_p = $at["p_max"] } }
    }
    function below(f, k,   l, n) { for (l in langs) n += score[f, k, l] < majority; return n + 0 }
    function row(x, k,   c, b, u) {
        c = 4 SUBSEP x SUBSEP k SUBSEP; b = 5 SUBSEP x SUBSEP k SUBSEP; u = 6 SUBSEP x SUBSEP k SUBSEP
        print "| " name[x] " | " k " | " r[c] " | " p[c] " | " most[c] " | " sprintf("%.2f", weak[c]) " (" without[c] ") | " p[b] " | " most[b] \
            " | " r[c "pieces"] " | " r[c "length"] " | " r[u] " | " r[u "random"] " |"
    }
    END {
        printf "Largest class: %.3f. As the states are, %d correlations are flagged; the strongest is %.2f, p_max %.2f.\n\n", majority, flagged, best, best_p
        print "| layer | source, as it is | targets | below largest class | gap | source, centred | targets | below largest class | gap |"
        print "|---|---|---|---|---|---|---|---|---|"
        for (k = 0; k <= last; k++) {
            text = "| " k " |"
            for (f = 1; f <= 2; f++)
                text = text sprintf(" %.2f | %.3f | %d of %d | %s |", own[f, k], sum[f, k] / count[f, k], below(f, k), count[f, k], gap[f + 2, k])
            print text
        }
        print "\n| discrepancy | layer | r | p | p_max | weakest without one | p within blocks | p_max within blocks | pieces | length | " first "r | random |"
        print "|---|---|---|---|---|---|---|---|---|---|---|---|"
        name["cka:debiased"] = "CKA"; name["cosine:centred"] = "cosine"; name["centroid:relative"] = "centroids"
        n = split("cka:debiased cosine:centred centroid:relative", x, " ")
        for (i = 1; i <= n; i++) {
            for (k = 0; k <= last; k++) row(x[i], k)
            row(x[i], "all")
        }
    }' "$work/probe-none.csv" "$work/probe-center.csv" "$work/none.csv" "$work/center.csv" "$work/blocks.csv" "$work/random.csv"
