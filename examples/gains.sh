#!/bin/sh
# Does what an arm of training.sh gains fall where a translation lies beyond the boundary? Test items in four parts of equal size, by how
# many distances to the boundary their translation lies away, beside the same by another item's translation; accuracy of both arms in each,
# the difference with its 95 % interval (normal, over items: an item is in all languages). What it printed is in noise.md.
# Usage: gains.sh RATIOS.csv BASE.tsv ARM.tsv
#
#     RATIOS.csv      records of `isogloss robust STATES --each --csv` over the test items
#     BASE.tsv, ARM.tsv    predictions.tsv of `isogloss train`, said,ARM,SEED.tsv of training.sh
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# LANG ID RATIO SHUFFLED BASE ARM, a line for each item of a language that all have.
awk -v OFS='\t' '
    FNR == 1 { file++; n = split($0, name, file == 1 ? "," : "\t"); for (i = 1; i <= n; i++) at[name[i]] = i; next }
    file == 1 {
        split($0, f, ",")
        if (f[at["measure"]] == "ratio" && f[at["estimator"]] == "item") ratio[f[at["tgt"]], f[at["item"]]] = f[at["value"]] OFS f[at["null"]]
        next
    }
    {
        split($0, f, "\t"); key = f[1] SUBSEP f[2]
        right = f[at["label"]] == f[at["label"] + 1]
        if (file == 2) base[key] = right
        else if (key in base && key in ratio) print f[1], f[2], ratio[key], base[key], right
    }' "$1" "$2" "$3" >"$work/items"

# TITLE COLUMN
parts() {
    echo "| $1 | items | before | after | gain |"
    echo "|---|---|---|---|---|"
    sort -g -k "$2,$2" "$work/items" | awk -F '\t' -v by="$2" -v n="$(wc -l <"$work/items")" '
        function show(   i, id, sum, square, m, half) {
            m = (after - before) / count
            for (id in items) { sum = gain[id] - m * items[id]; square += sum * sum }
            half = 1.96 * sqrt(square) / count
            printf "| %.1f to %.1f | %d | %.3f | %.3f | %+.3f [%+.3f, %+.3f] |\n", least, most, count, before / count, after / count, m, m - half, m + half
            before = after = count = 0; split("", items); split("", gain)
        }
        {
            if (!count) least = $by
            most = $by; count++; before += $5; after += $6; items[$2]++; gain[$2] += $6 - $5
            if (int(4 * NR / n) > int(4 * (NR - 1) / n)) show()
        }'
    echo
}
parts "ratio" 3
parts "ratio of another item's translation" 4
