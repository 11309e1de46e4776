#!/bin/sh
# The EXAMPLES of every man page are run as they stand, beside a file states.h5 and a checkpoint model.
# Usage: man_examples.sh PROGRAM STATES [PAGE...]; without pages, all of commands that exist.
program=$(realpath "$1") states=$(realpath "$2")
shift 2
source=${ISOGLOSS_SOURCE:-.}/bin/man
examples=$(realpath "${ISOGLOSS_SOURCE:-.}/examples")
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
PATH=$(dirname "$program"):$PATH
export PATH
status=0 count=0

[ $# -gt 0 ] || set -- $(isogloss help | sed -n 's|^  \([a-z][a-z]*\) .*|\1|p')
if [ ! -r "$states" ]; then
    echo "skipped: no states to try the examples on"
    exit 77
fi
for page in "$@"; do
    if [ ! -r "$source/$page.man" ]; then
        echo "bin/man/$page.man:1: the command has no man page"
        status=1
        continue
    fi
    mkdir "$folder/$page"
    cp "$states" "$folder/$page/states.h5"
    ln -s "$examples/corpus" "$folder/$page"
    ln -s "$examples/mini" "$folder/$page/model"
    for lang in en de; do
        tail -n +2 "$examples/corpus/$lang.tsv" | cut -f 3 > "$folder/$page/$lang.txt"
    done
    awk '/^\.EE/ { on = 0 } on { print FNR ":" $0 } /^\.EX/ { on = 1 }' "$source/$page.man" > "$folder/lines"
    [ -s "$folder/lines" ] || { echo "bin/man/$page.man:1: no examples"; status=1; }
    while IFS= read -r line; do
        count=$((count + 1))
        if ! (cd "$folder/$page" && sh -c "${line#*:}" < /dev/null > ../out 2> ../err); then
            echo "bin/man/$page.man:${line%%:*}: ${line#*:}"
            cat "$folder/err"
            status=1
        fi
    done < "$folder/lines"
done
echo "$count examples run"
exit $status
