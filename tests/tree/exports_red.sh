#!/bin/sh
# The test of exports itself: names too many, too few and without prefix must be told so.
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
command -v nm > /dev/null && command -v ar > /dev/null || exit 77
cd "$work" || exit 2

printf '%s\n' 'int iso_old(void) { return 1; }' 'int iso_new(void) { return 2; }' > good.c
{ cat good.c; echo 'int stray(void) { return 3; }'; } > bad.c
for name in good bad; do
    ${CC:-cc} -fPIC -c $name.c -o $name.o && ${CC:-cc} -shared $name.o -o $name.so && ar rc $name.a $name.o ||
        exit 2
done
printf '# first\niso_old\niso_gone\n' > few.txt
printf 'iso_old\niso_new\n' > all.txt

said=$(sh "$here/exports.sh" good.so good.a all.txt) || { echo "refuses what is in order: $said"; exit 1; }
said=$(sh "$here/exports.sh" bad.so bad.a few.txt)
[ $? -eq 1 ] || { echo "wrong exports pass"; exit 1; }
for want in \
    'few.txt:1: iso_new is exported and not listed: add a line' \
    'few.txt:3: iso_gone is not exported: strike the line' \
    'bad.so: exports stray, which is not ours' \
    'bad.a: stray lacks the prefix iso_'; do
    case $said in
    *"$want"*) ;;
    *) printf 'not told: %s\nsaid:\n%s\n' "$want" "$said"; exit 1 ;;
    esac
done
