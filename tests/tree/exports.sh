#!/bin/sh
# The shared library exports what exports.txt lists, and nothing of ours is without the prefix iso_, in
# the static library neither. Usage: exports.sh SHARED STATIC [LIST]
LC_ALL=C
export LC_ALL
shared=$1 static=$2 list=${3:-$(dirname "$0")/exports.txt}
command -v nm > /dev/null || { echo "no nm"; exit 77; }
work=$(mktemp -d "${TMPDIR:-/tmp}/isogloss-exports-XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT
status=0

nm -D --defined-only "$shared" > "$work/nm" || exit 2
awk '{ sub(/@.*/, "", $NF); print $NF }' "$work/nm" | sort -u > "$work/exported"
grep '^iso_' "$list" | sort -u > "$work/listed"

for name in $(comm -23 "$work/exported" "$work/listed"); do
    case $name in
    iso_*) echo "$list:1: $name is exported and not listed: add a line, or take ISO_API off and keep it private" ;;
    *) echo "$shared: exports $name, which is not ours to export (lib/isogloss.map)" ;;
    esac
    status=1
done
for name in $(comm -13 "$work/exported" "$work/listed"); do
    echo "$list:$(grep -nx "$name" "$list" | cut -d: -f1): $name is not exported: strike the line, which breaks programs, or mark it ISO_API in an installed header"
    status=1
done

# Names of the static library meet those of the program it is linked into. Free of the prefix are
# OpenMP's locks.
nm -g --defined-only "$static" 2> /dev/null |
    awk 'NF == 3 && $3 !~ /^(iso_|\.gomp_)/ { print $3 }' | sort -u > "$work/foreign"
while read -r name; do
    echo "$static: $name lacks the prefix iso_"
    status=1
done < "$work/foreign"
exit $status
