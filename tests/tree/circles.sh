#!/bin/sh
# No circles: among headers by their includes, among files by the symbols of their objects (C files that
# share an x_inside.h are one). Usage: circles.sh ARCHIVE... in a source tree, or ISOGLOSS_SOURCE.
# A list tests/tree/circles.txt of lines "FILE calls FILE" would excuse calls that close a circle; there is none.
archives=$(for a in "$@"; do realpath "$a"; done)
cd "${ISOGLOSS_SOURCE:-.}" || exit 2
LC_ALL=C
export LC_ALL
command -v nm > /dev/null || { echo "no nm"; exit 77; }

files=$(find lib analysis bin -name '*.[ch]' | sort)

# "header FILE HEADER", and "unit FILE STEM" for those who share STEM_inside.h
includes() {
    # shellcheck disable=SC2086
    awk -F'"' '/^[ \t]*#[ \t]*include[ \t]*"/ {
        stem = substr($2, 1, length($2) - 9)
        if ($2 ~ /_inside\.h$/ && index(FILENAME, stem) == 1) print "unit", FILENAME, stem
        if (FILENAME ~ /\.h$/ && $2 ~ /\.h$/) print "header", FILENAME, $2
    }' $files
}

# "defines FILE SYMBOL" and "needs FILE SYMBOL"; objects are called after their files, / as _
symbols() {
    # shellcheck disable=SC2086
    nm -A $archives 2> /dev/null | FILES="$files" awk '
    BEGIN {
        n = split(ENVIRON["FILES"], file, "\n")
        for (i = 1; i <= n; i++) {
            flat = file[i]
            gsub("/", "_", flat)
            of[flat] = file[i]
            if (sub(/^bin_/, "", flat)) of[flat] = file[i]
        }
    }
    NF < 2 { next }
    {
        at = $1
        sub(/:[^:]*$/, "", at); sub(/^.*[:\/]/, "", at); sub(/\.o$/, "", at); sub(/^.*\.\._/, "", at)
        kind = $(NF - 1); sub(/^.*:/, "", kind)
        name = at in of ? of[at] : at
        if (kind == "U") print "needs", name, $NF
        else if (kind ~ /^[TDBRC]$/) print "defines", name, $NF
    }'
}

# Lines "kind from to" of arrows; tells each circle, and listed arrows that close none.
circles() {
    awk -v list=tests/tree/circles.txt '
    function unit_of(f) { return f in unit ? unit[f] "*" : f }
    function arrow(from, to) {
        if (from == to || (from, to) in seen) return
        seen[from, to] = 1
        out[from] = out[from] " " to
        node[from] = node[to] = 1
    }
    function reach(from,  stack, n, at, after, m, i) { # all that `from` leads to, into hit
        split("", hit)
        stack[n = 1] = from
        while (n > 0) {
            at = stack[n--]
            m = split(out[at], after, " ")
            for (i = 1; i <= m; i++)
                if (!(after[i] in hit) && !((at, after[i]) in cut)) {
                    hit[after[i]] = 1
                    stack[++n] = after[i]
                }
        }
    }
    BEGIN {
        while ((getline line < list) > 0)
            if (line !~ /^#/ && split(line, part, " ") == 3) { listed[++lists] = line; from_of[lists] = part[1]; to_of[lists] = part[3] }
    }
    $1 == "unit" { if (!($2 in unit) || length($3) < length(unit[$2])) unit[$2] = $3 }
    $1 == "header" { arrow($2, $3) }
    $1 == "defines" { if ($3 in home) home[$3] = ""; else home[$3] = $2 }
    $1 == "needs" { need[++needs] = $2 " " $3 }
    END {
        for (i = 1; i <= needs; i++) {
            split(need[i], part, " ")
            if (part[2] in home && home[part[2]] != "") {
                arrow(unit_of(part[1]), unit_of(home[part[2]]))
                by[unit_of(part[1]), unit_of(home[part[2]])] = part[2]
            }
        }
        for (i = 1; i <= lists; i++) { # a listed arrow is there, and closes a circle
            reach(to_of[i])
            if (!((from_of[i], to_of[i]) in seen) || !(from_of[i] in hit))
                print list ":1: no longer so, strike it out: " listed[i]
        }
        for (i = 1; i <= lists; i++) cut[from_of[i], to_of[i]] = 1
        for (f in node) { reach(f); for (t in hit) if (t != f || f in hit) path[f, t] = 1 }
        for (f in node) {
            if (!((f, f) in path) || f in met) continue
            members = ""
            for (t in node) if ((f, t) in path && (t, f) in path) { met[t] = 1; members = members " " t }
            print "a circle:" members
            m = split(members, member, " ")
            for (a = 1; a <= m; a++) for (b = 1; b <= m; b++)
                if ((member[a], member[b]) in seen && !((member[a], member[b]) in cut))
                    print "    " member[a] (by[member[a], member[b]] == "" ? " includes " member[b] : " calls " member[b] " (" by[member[a], member[b]] ")")
        }
    }'
}

found=$({ includes; symbols; } | circles)
if [ -n "$found" ]; then
    echo "$found"
    exit 1
fi
echo "circles: none but those listed"
