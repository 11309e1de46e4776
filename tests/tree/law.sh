#!/bin/sh
# The include law: arrows point down, foreign headers stay at their border, the library is silent,
# names are unique. Usage: law.sh [ROOT]. Prints each violation as file:line and exits 1.
root=${1:-${ISOGLOSS_SOURCE:-.}}
cd "$root" || exit 2
LC_ALL=C
export LC_ALL

sources=$(find lib analysis bin -type f -name '*.[ch]' | sort)
[ -n "$sources" ] || { echo "law: no sources under $root"; exit 2; }

includes() {
    # shellcheck disable=SC2086
    awk '
    BEGIN {
        may["base"] = "base"
        may["linalg"] = "base linalg"
        may["io"] = "base linalg io"
        may["text"] = "base linalg io text"
        may["nn"] = "base linalg io nn"
        may["encode"] = "base linalg io text nn encode"
        may["train"] = "base linalg io text nn encode train"
        lib = may["train"]
        kernels = "pass measure similarity search maps stats classify"
        n = split(kernels, kernel, " ")
        for (i = 1; i <= n; i++) may[kernel[i]] = "base linalg " kernels
        may["study"] = lib " " kernels " study"
        may["items"] = may["study"] " study items"
        may["baseline"] = may["items"] " baseline"
        first = "compare centroids retrieve probe"
        n = split(first, study, " ")
        for (i = 1; i <= n; i++) may[study[i]] = may["baseline"] " " first
        then = "align words mix gap training augment mingle robust select"
        n = split(then, study, " ")
        for (i = 1; i <= n; i++) may[study[i]] = may["baseline"] " " first " " then
        may["page"] = lib " " kernels " study items baseline " first " " then " page"
        may["bin"] = may["page"] " bin"

        border["cblas"] = "lib/linalg/blas"
        border["lapacke"] = "lib/linalg/decomp"
        border["lbfgs"] = "lib/linalg/minimise"
        border["dnnl"] = "lib/linalg/lowp"
        border["hdf5"] = "lib/io/h5_inside"
        border["lzf"] = "lib/io/h5_filters"
        border["zip"] = "lib/io/npz_inside"
        border["cjson/cJSON"] = "lib/io/json"
        border["xxhash"] = "lib/io/digest"
        border["utf8proc"] = "lib/text/unicode"
        border["getopt"] = "bin/opt"

        n = split("assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp " \
            "signal stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string " \
            "tgmath threads time uchar wchar wctype " \
            "dirent fcntl fnmatch ftw glob libgen link poll pthread sched spawn strings termios unistd " \
            "sys/auxv sys/file sys/ioctl sys/mman sys/resource sys/socket sys/stat sys/statvfs sys/syscall sys/sysinfo sys/time " \
            "sys/types sys/uio sys/utsname sys/wait xlocale endian cpuid immintrin arm_neon arm_fp16 omp", word, " ")
        for (i = 1; i <= n; i++) system_header[word[i]] = 1
    }
    function layer(path,  part) {
        split(path, part, "/")
        if (part[1] == "lib") return part[2]
        if (part[1] != "analysis") return part[1]
        if (part[2] != "study") return part[2]
        if (part[3] == "train") return "training" # lib/train is another layer
        return part[3] ~ /\./ ? "study" : part[3]
    }
    function bad(what) { printf "%s:%d: %s\n", FILENAME, FNR, what }
    /^[ \t]*#[ \t]*include[ \t]*"/ {
        split($0, q, "\""); target = q[2]; from = layer(FILENAME); to = layer(target)
        if (target !~ /^(lib\/[a-z0-9]+|analysis\/[a-z0-9]+|bin)\/[a-z0-9_\/]+\.h$/)
            bad("\"" target "\" is not a root-relative header of this tree")
        else if (!(from in may))
            bad("folder " from " is not in the law")
        else if (index(" " may[from] " ", " " to " ") == 0)
            bad(from " may not include " to " (\"" target "\")")
        else if (target ~ /_inside\.h$/ && index(FILENAME, substr(target, 1, length(target) - 9)) != 1)
            bad("\"" target "\" is for the files it is named after")
        next
    }
    /^[ \t]*#[ \t]*include[ \t]*</ {
        split($0, q, /[<>]/); name = q[2]; sub(/\.h$/, "", name)
        if (name in system_header) next
        stem = FILENAME; sub(/\.[a-z]+$/, "", stem)
        if (!(name in border)) bad("<" q[2] "> is neither the system nor a border of the law")
        else if (border[name] != stem) bad("<" q[2] "> belongs to " border[name] " alone")
        next
    }
    /^[ \t]*#[ \t]*include/ { bad("an include that does not show its layer") }
    ' $sources
}

# The library never prints, exits, aborts, reads the environment or speaks of the program's options,
# and has one allocator. (Custom properties of a page's style begin with two dashes, too; journals of
# embeddings have named options so from the first version on.)
silence() { # figure_draw hands the environment on to gnuplot
    # shellcheck disable=SC2086
    awk '
    function bad(what) { printf "%s:%d: %s\n", FILENAME, FNR, what }
    FILENAME ~ /^bin\// { next }
    FNR == 1 { comment = 0 }
    { bare = $0; gsub(/`[^`]*`/, "", bare) } # a command that is quoted is written as it is typed
    bare ~ /"[^"]*--[a-z]/ && !/^ *(\/?\*|\/\/)/ && FILENAME !~ /(report_(style|page)|embed_identity)\.c$/ {
        bad("an option of the program: mark the field, ISO_FIELD(name)")
    }
    {
        line = $0
        gsub(/"([^"\\]|\\.)*"/, "\"\"", line)
        gsub(/\/\*[^*]*\*\//, "", line)
        if (comment) { if (line ~ /\*\//) { sub(/.*\*\//, "", line); comment = 0 } else next }
        if (line ~ /\/\*/) { sub(/\/\*.*/, "", line); comment = 1 }
        sub(/\/\/.*/, "", line)
        line = " " line
        if (FILENAME == "lib/io/h5_serve.c") sub(/[^a-zA-Z0-9_]_exit\(/, "(", line) # its own process
        if (line ~ /[^a-zA-Z0-9_](printf|puts|putchar|perror|vprintf|exit|_exit|abort|getenv|secure_getenv|setenv|putenv)[ ]*\(/)
            bad("the library neither prints, exits, aborts nor reads the environment")
        if (FILENAME !~ /(blas_kernels|figure_draw)\.c$/ && line ~ /[^a-zA-Z0-9_]environ[^a-zA-Z0-9_]/)
            bad("the library does not read the environment")
        if (line ~ /[^a-zA-Z0-9_](stdout|stderr)[^a-zA-Z0-9_]/) bad("the library does not print")
        if (FILENAME != "lib/base/alloc.c" &&
            line ~ /[^a-zA-Z0-9_.>](malloc|calloc|realloc|strdup|strndup|asprintf|getline|aligned_alloc|posix_memalign)[ ]*\(/)
            bad("memory goes through lib/base/alloc.h")
    }' $sources
}

names() {
    find lib analysis bin tests examples -type d -o -type f 2>/dev/null | awk -F/ '
    $NF ~ /^(utils?|commons?|misc|helpers?)(\.[a-z]+)?$/ { print $0 ":1: a name that says nothing" }
    '
    echo "$sources" | awk -F/ '
    $NF !~ /^[a-z0-9_]+\.(c|h)$/ { print $0 ":1: file names are snake_case" }
    {
        stem = $NF; sub(/\.[a-z]+$/, "", stem)
        folder = $0; sub(/\/[^\/]*$/, "", folder)
        if (stem in home && home[stem] != folder)
            print $0 ":1: " stem " is already a name in " home[stem]
        home[stem] = folder
    }'
}

# A family of models is its entry of the table in lib/nn/arch.h: no other code there knows its name.
families() {
    # shellcheck disable=SC2086
    awk '
    FILENAME !~ /^lib\/nn\// || FILENAME ~ /^lib\/nn\/arch_/ { next }
    { line = tolower($0); sub(/\/\*.*/, "", line) }
    line !~ /^ \*/ && line ~ /"[^"]*(bert|xlm)[^"]*"/ { printf "%s:%d: a family of models by its name: a field of iso_arch says what it does\n", FILENAME, FNR }
    ' $sources
}

lengths() {
    # shellcheck disable=SC2086
    awk 'FNR == 601 { print FILENAME ":601: more than 600 lines; one idea per file" }' $sources
}

found=$(includes; silence; names; families; lengths)
if [ -n "$found" ]; then
    echo "$found"
    exit 1
fi
echo "law: $(echo "$sources" | wc -l) files keep it"
