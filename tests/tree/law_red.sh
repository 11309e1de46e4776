#!/bin/sh
# The law test itself: a tree that breaks every rule once must be told so, line by line.
here=$(dirname "$0")
tree=$(mktemp -d) || exit 2
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/lib/base" "$tree/lib/nn" "$tree/lib/linalg" "$tree/lib/io/util" "$tree/analysis/similarity" "$tree/analysis/study/mix" \
    "$tree/analysis/study/compare" "$tree/analysis/page/figure" "$tree/bin"
cd "$tree" || exit 2

printf '#include "lib/linalg/view.h"\n' > lib/base/up.c
printf '\n#include "view.h"\n' > lib/linalg/view.c
printf '#include <hdf5.h>\n#include <stdio.h>\n' > lib/io/npy.c
printf '#include <boost.h>\n#include "lib/io/h5_inside.h"\n' > lib/io/other.c
printf '#include "lib/io/h5_inside.h"\n' > lib/io/h5_data.c
printf '#include "lib/io/states.h"\n' > analysis/similarity/cka.c
printf '#include "analysis/study/mix/mix.h"\n#include "analysis/study/items/x.h"\n' > analysis/study/compare/compare.c
printf '#include "bin/opt.h"\n#include "bin/x.h"\n' > analysis/page/figure/figure.c
printf 'void f(void) { /* exit( */\n    printf("x");\n    x = malloc(3);\n    f("--mem");\n    f(*environ);\n}\n' > lib/base/loud.c
printf '#include "analysis/similarity/cka.h"\n#include "lib/io/states.h"\n#include <getopt.h>\n' > bin/opt.c
printf 'int x;\n' > bin/up.c
printf 'int x;\n' > lib/io/Camel.c
printf '/* "bert" */\nbool b = same(family, "roberta");\n' > lib/nn/ask.c
printf 'const char *name = "bert";\n' > lib/nn/arch_bert.c
awk 'BEGIN { for (i = 0; i < 601; i++) print "" }' > lib/io/long.c

said=$(case $here in /*) sh "$here/law.sh" "$tree" ;; *) sh "$OLDPWD/$here/law.sh" "$tree" ;; esac)
[ $? -eq 1 ] || { echo "a broken tree passes"; exit 1; }
for want in \
    'lib/base/up.c:1: base may not include linalg' \
    'lib/linalg/view.c:2: "view.h" is not a root-relative header' \
    'lib/io/npy.c:1: <hdf5.h> belongs to lib/io/h5_inside alone' \
    'lib/io/other.c:1: <boost.h> is neither' \
    'lib/io/other.c:2: "lib/io/h5_inside.h" is for the files' \
    'analysis/similarity/cka.c:1: similarity may not include io' \
    'analysis/study/compare/compare.c:1: compare may not include mix' \
    'analysis/page/figure/figure.c:2: page may not include bin' \
    'lib/base/loud.c:2: the library neither prints' \
    'lib/base/loud.c:3: memory goes through' \
    'lib/base/loud.c:4: an option of the program' \
    'lib/base/loud.c:5: the library does not read the environment' \
    'lib/base/up.c:1: up is already a name in bin' \
    'lib/io/Camel.c:1: file names are snake_case' \
    'lib/io/util:1: a name that says nothing' \
    'lib/nn/ask.c:2: a family of models by its name' \
    'lib/io/long.c:601: more than 600 lines'
do
    case $said in
    *"$want"*) ;;
    *) echo "missing: $want"; status=1 ;;
    esac
done
if echo "$said" | grep -E 'opt.c|compare.c:2|loud.c:1|npy.c:2|h5_data|ask.c:1|arch_bert'; then
    echo "said of what keeps the law"
    status=1
fi
[ -z "$status" ] || { echo "--- it said:"; echo "$said"; }
exit "${status:-0}"
