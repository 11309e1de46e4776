#!/bin/sh
# The test of circles itself: a tree with one of each kind must be told so.
here=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d) || exit 2
trap 'rm -rf "$tree"' EXIT
command -v nm > /dev/null && command -v ar > /dev/null || exit 77
unset ISOGLOSS_SOURCE
mkdir -p "$tree/lib/io" "$tree/analysis" "$tree/bin" "$tree/tests/tree" "$tree/build"
cd "$tree" || exit 2

calls() { # FILE OBJECT WHAT IT CALLS...
    name=$(basename "$1" .c)
    object=$2
    file=$1
    shift 2
    for other in "$@"; do echo "void $other(void);"; done > body
    echo "void $name(void); void $name(void) {" >> body
    for other in "$@"; do echo "$other();"; done >> body
    echo "}" >> body
    { grep -h '#include' "$file" 2> /dev/null; cat body; } > new
    mv new "$file"
    ${CC:-cc} -I. -c "$file" -o "build/$object" || exit 2
}

echo '#include "lib/io/round.h"' > lib/io/wheel.h
echo '#include "lib/io/wheel.h"' > lib/io/round.h
: > lib/io/pear_inside.h
for file in pear pear_core; do echo '#include "lib/io/pear_inside.h"' > lib/io/$file.c; done
calls lib/io/pear.c lib_io_pear.c.o pear_core
calls lib/io/pear_core.c lib_io_pear_core.c.o pear
calls lib/io/egg.c lib_io_egg.c.o hen pear
calls lib/io/hen.c lib_io_hen.c.o chick
calls lib/io/chick.c lib_io_chick.c.o egg
calls lib/io/old.c lib_io_old.c.o older
calls lib/io/older.c lib_io_older.c.o old egg
calls lib/io/up.c .._lib_io_up.c.o command
calls bin/command.c command.c.o up hen
ar rcs build/lib.a build/lib_io_*.o
ar rcs build/program.a build/command.c.o build/.._lib_io_up.c.o
printf '# still to do\nlib/io/older.c calls lib/io/old.c\nlib/io/older.c calls lib/io/egg.c\nlib/io/older.c calls lib/io/gone.c\n' \
    > tests/tree/circles.txt

said=$(sh "$here/circles.sh" build/lib.a build/program.a)
[ $? -eq 1 ] || { echo "circles pass"; exit 1; }
for want in \
    'lib/io/wheel.h includes lib/io/round.h' \
    'lib/io/egg.c calls lib/io/hen.c (hen)' \
    'lib/io/hen.c calls lib/io/chick.c (chick)' \
    'lib/io/chick.c calls lib/io/egg.c (egg)' \
    'bin/command.c calls lib/io/up.c (up)' \
    'lib/io/up.c calls bin/command.c (command)' \
    'no longer so, strike it out: lib/io/older.c calls lib/io/egg.c' \
    'no longer so, strike it out: lib/io/older.c calls lib/io/gone.c'
do
    case $said in
    *"$want"*) ;;
    *) echo "missing: $want"; status=1 ;;
    esac
done
if echo "$said" | grep -E 'pear|out: lib/io/older.c calls lib/io/old.c|command.c calls lib/io/hen'; then
    echo "said of what is in no circle"
    status=1
fi
[ "$(echo "$said" | grep -c '^a circle')" = 3 ] || status=1
[ -z "$status" ] || { echo "--- it said:"; echo "$said"; }
exit "${status:-0}"
