# The sources of man pages as C: an array of lines a page, and the list of all pages.
# Usage: awk -f lines.awk NAME.man...
function quoted(text,   i, c, out) {
    out = ""
    for (i = 1; i <= length(text); i++) {
        c = substr(text, i, 1)
        out = out (c == "\\" || c == "\"" ? "\\" : "") c
    }
    return "\"" out "\""
}

BEGIN { print "#include \"bin/man_page.h\"\n\n#include <stddef.h>" }

FNR == 1 {
    if (count)
        print "    NULL,\n};"
    page = FILENAME
    sub(/.*\//, "", page)
    sub(/\.man$/, "", page)
    name[++count] = page
    printf "\nstatic const char *const lines_%d[] = {\n", count
}

{ print "    " quoted($0) "," }

END {
    print "    NULL,\n};\n\nconst struct man_source man_sources[] = {"
    for (i = 1; i <= count; i++)
        printf "    {\"%s\", lines_%d},\n", name[i], i
    print "    {NULL, NULL},\n};"
}
