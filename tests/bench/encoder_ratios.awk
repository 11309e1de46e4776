# Medians of the turns of encoder.sh, and their ratios.
function median(what,  n, i, j, t, v) {
    n = split(seen[what], v, " ")
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && v[j] + 0 < v[j - 1] + 0; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
    return n ? v[int((n + 1) / 2)] : 0
}
function number(before, after,  s) {
    s = $0
    if (!sub(".*" before, "", s)) return ""
    sub(after ".*", "", s)
    return s
}
function tokens(  s) { s = $0; sub(/ tok\/s.*/, "", s); sub(/.* /, "", s); return s }
function note(what, value) { seen[what] = seen[what] " " value }
function ratio(label, a, b) {
    if (median(a) && median(b))
        printf "%-52s %7.2f  (%.0f against %.0f tok/s)\n", label, median(a) / median(b), median(a), median(b)
}
/^best sgemm/ { note("sgemm", number("best sgemm ", " GFLOP")) }
/tok\/s/ {
    what = $1 == "isogloss" ? $1 " " $2 : $1
    match($0, /[0-9]+x[0-9]+/)
    note(what " " substr($0, RSTART, RLENGTH), tokens())
    if (/linear layers/) {
        if ($2 == "f32") note("share " substr($0, RSTART, RLENGTH), number("= ", " of the best"))
        if ($2 == "f32") note("rest " substr($0, RSTART, RLENGTH), number("everything else ", " of the time"))
    }
}
END {
    printf "\nbest sgemm %s GFLOP/s (median of the turns)\n", median("sgemm")
    count = split(shapes, shape, " ")
    for (i = 1; i <= count; i++) {
        printf "linear layers, %s: %s of the best sgemm rate; everything else %s of the time\n", shape[i], median("share " shape[i]), median("rest " shape[i])
        ratio("f32 against PyTorch, " shape[i], "isogloss f32 " shape[i], "torch " shape[i])
        ratio("f32 against ONNX Runtime, " shape[i], "isogloss f32 " shape[i], "onnxruntime " shape[i])
        ratio("int8 against f32, " shape[i], "isogloss int8 " shape[i], "isogloss f32 " shape[i])
    }
}
