#!/bin/sh
# The README's promises: its first command from a copy of the tree, and every command and option it
# shows is one the program knows. Usage: readme.sh PROGRAM
set -eu
program=$(realpath "$1")
cd "${ISOGLOSS_SOURCE:-.}"
folder=$(mktemp -d "${TMPDIR:-/tmp}/isogloss-readme-XXXXXX")
trap 'rm -rf "$folder"' EXIT

# Shown options exist.
sed -n '/^```sh/,/^```$/p' README.md | sed 's/#.*//' | grep '^isogloss ' | while read -r _ command rest; do
    help=$("$program" "$command" --help)
    for word in $rest; do
        case $word in
        -*) printf '%s\n' "$help" | grep -q -e "$word\b" ||
            { echo "README.md: $command has no $word"; exit 1; } ;;
        esac
    done
done

# The Python shown is the Python shipped.
sed -n '/^```python/,/^```$/p' README.md | grep -v '^```' >"$folder/shown"
sed -n '/^name, out/,$p' examples/from_transformers.py | cmp - "$folder/shown" ||
    { echo "README.md shows another examples/from_transformers.py"; exit 1; }

# The first command works, here with a fifth of the sentences, and ends with the path of a page that is there.
first=$(sed -n '/^```sh/,/^```$/p' README.md | sed -n '2s/ .*//p')
mkdir "$folder/tree"
cp -R lib analysis bin examples tests meson.build meson_options.txt README.md "$folder/tree"
page=$(LIMIT=48 "$folder/tree/$first" | tail -n 1)
[ -s "$page" ] || { echo "$first ends with '$page', which is no file"; exit 1; }
case $page in
*/report.html) ;;
*) echo "$first ends with '$page', not with a report.html"; exit 1 ;;
esac
