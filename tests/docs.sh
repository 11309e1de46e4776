#!/bin/sh
# The documents: every column and every measure that the program prints is in docs/records.md, every link and
# every path in a document leads somewhere. Usage: docs.sh PROGRAM [ROOT]
set -eu
program=$(realpath "$1")
cd "${2:-${ISOGLOSS_SOURCE:-.}}"
folder=$(mktemp -d "${TMPDIR:-/tmp}/isogloss-docs-XXXXXX")
trap 'rm -rf "$folder"' EXIT
say() { echo "$1" >>"$folder/faults"; }

# Options in the examples of docs/ are options of their commands.
for page in docs/*.md; do
    sed -n '/^```sh/,/^```$/p' "$page" | sed 's/#.*//' | grep '^isogloss ' | while read -r _ command rest; do
        help=$("$program" "$command" --help) || { say "$page: there is no command $command"; continue; }
        for word in $rest; do
            case $word in
            -*) printf '%s\n' "$help" | grep -q -e "$word\b" || say "$page: $command has no $word" ;;
            esac
        done
    done
done

# Columns, in the order of the CSV.
"$program" help records | awk '/^  [a-z]/ { print $1 }' >"$folder/columns"
sed -n '/^## Columns/,/^## /p' docs/records.md | grep '^| `' | cut -d'|' -f2 | grep -o '[a-z][a-z0-9_]*' >"$folder/documented"
diff "$folder/columns" "$folder/documented" >"$folder/diff" || say "docs/records.md: other columns than \`isogloss help records\`: $(grep '^[<>]' "$folder/diff" | tr '\n' ' ')"

# Their types and roles, as lib/io/record.h has them.
sed -n 's/^ *\([TRI]\)(\([a-z0-9_]*\), \([A-Z]*\),.*/\2 \1 \3/p' lib/io/record.h |
    awk '{ print $1, ($2 == "T" ? "text" : $2 == "R" ? "real" : "integer"), tolower($3) }' >"$folder/typed"
sed -n '/^## Columns/,/^## /p' docs/records.md | grep '^| `' | awk -F'|' '{
    gsub(/[` ]/, "", $2); gsub(/ /, "", $3); gsub(/ /, "", $4)
    for (i = 1; i <= split($2, name, ","); i++) print name[i], $3, $4
}' >"$folder/roles"
diff "$folder/typed" "$folder/roles" >"$folder/diff" || say "docs/records.md: other types or roles than lib/io/record.h: $(grep '^[<>]' "$folder/diff" | tr '\n' ' ')"

# Measures: the registered ones, and those of records of the bundled states.
run() { "$program" "$@" --quiet --csv - | cut -d, -f1,2 | tail -n +2; }
states=examples/states/mini.h5
{
    "$program" help compare | sed -n '/^measures/,/^$/p' | awk '/^  [a-z]/ { print $1 }' | tr : ,
    run retrieve "$states" --layers 0 --tgt de --measure p@1,mrr,error,mexa,f1
    run align "$states" --layers 0-2 --tgt de --measure p@1,mrr,cka --correlate
    run mingle "$states" --layers 0 --langs en,de --limit 60 --measure 'mingle,ilo,silhouette:*,accuracy'
    run probe "$states" --layers 0 --tgt de --measure 'accuracy:*,f1:*,gap'
    run mix --model examples/mini --source en=examples/corpus/en.tsv --target de=examples/corpus/de.tsv --limit 12 --interval none
    "$program" compare "$states" --pairs all --layers 0 --quiet --json "$folder/records.json"
    run gap --scores examples/xnli_zero_shot.tsv --row mBERT "$folder/records.json" --interval none
} | sort -u | grep . >"$folder/measures"
[ "$(wc -l <"$folder/measures")" -ge 40 ] || say "only $(wc -l <"$folder/measures") measures were looked for"
sed -n '/^## Measures/,/^## Alignment/p' docs/records.md >"$folder/text"
while IFS=, read -r measure estimator; do
    case $measure:$estimator in # the rules of retrieval have a table of their own
    p@*:* | mrr:* | error:* | mexa:*) names="$measure $estimator" ;;
    *:) names=$measure ;;
    *) names=$measure:$estimator ;;
    esac
    for name in $names; do
        grep -qF "\`$name\`" "$folder/text" || say "docs/records.md: no $name"
    done
done <"$folder/measures"

# What the catalogue says of high values is what the tables say.
tr '\n' ' ' <analysis/measure/catalogue.c | grep -o '{"[^}]*, \(ISO_HIGH_\)\{0,1\}\(ALIKE\|APART\|NEITHER\)}' |
    sed 's/{"\([^"]*\)", *"\([^"]*\)".*[ _]\([A-Z]*\)}/\1,\2,\3/; s/ALIKE$/up/; s/APART$/down/; s/NEITHER$/neither/' >"$folder/made"
[ "$(wc -l <"$folder/made")" -ge 30 ] || say "analysis/measure/catalogue.c: only $(wc -l <"$folder/made") entries were read"
while IFS=, read -r measure estimator high; do
    case $measure in p@1 | mrr | error | mexa) name=$measure ;; *) name=$measure${estimator:+:$estimator} ;; esac
    grep -F "\`$name\`" "$folder/text" >"$folder/rows" || say "docs/records.md: no $name"
    ! grep -qE '\| (up|down|neither) \|' "$folder/rows" || grep -qF "| $high |" "$folder/rows" || say "docs/records.md: $name is closer $high"
done <"$folder/made"

"$program" help compare | awk '/^  [a-z0-9-]+:[a-z0-9-]+ \*/ { print $1 }' | while read -r name; do
    grep -qF "\`$name\` *" "$folder/text" || say "docs/records.md: no * at $name"
done

# Presets: the front page says what each is and what of it is not as published, in the words of the program.
for command in retrieve align words mix train; do
    "$program" help "$command" | sed -n '/^presets:/,/^$/p' | tail -n +2 | grep . |
        awk '/^  [a-z]/ { if (text) print text; text = $1 "\t" } { sub(/^ *([a-z-]+  +)?/, ""); text = text (text ~ /\t$/ ? "" : " ") $0 } END { print text }' |
        sed "s/^\([^\t]*\)\t\(.*\)\. Sets .*\. Differs: \(.*\)/| \`$command --preset \1\` | \2 | \3 |/" | grep . >>"$folder/presets"
done
[ "$(wc -l <"$folder/presets")" -ge 10 ] || say "only $(wc -l <"$folder/presets") presets were looked for"
while read -r row; do
    grep -qxF "$row" README.md || say "README.md: no row: $row"
done <"$folder/presets"

# Layouts, poolings, column names of texts.
named() { # named PAGE WORD...
    page=$1
    shift
    [ $# -ge 5 ] || say "$page: only $# words to look for"
    for word; do
        grep -qiF "\`$word\`" "$page" || say "$page: no $word"
    done
}
choices() { "$program" help "$1" | tr -s '\n ' '  ' | sed "s/.*$2\([a-z0-9 -]*\) --.*/\1/; s/ --.*//"; }
# shellcheck disable=SC2046
{
    named docs/formats.md $(choices compare 'as this layout instead of looking: ')
    named docs/models.md $(choices embed 'what a row stands for (default: mean): ')
    named docs/formats.md $(sed -n '/^static const char \*const names_in_use/,/};/p' lib/io/corpus_columns.c | grep -o '"[^"]*"' | tr -d '"')
}

# Links between documents, and their headings.
for page in README.md ARCHITECTURE.md CONTRIBUTING.md NEWS.md docs/*.md examples/*.md; do
    grep -o '](\([^)]*\))' "$page" | sed 's/^](//; s/)$//' | grep -v '^http' | while read -r link; do
        path=${link%%#*} anchor=${link#"$path"}
        path=${path:+$(dirname "$page")/$path} path=${path:-$page}
        [ -e "$path" ] || { say "$page: no file for ($link)"; continue; }
        [ -z "$anchor" ] || grep '^##* ' "$path" | sed 's/^##* //; s/[^[:alnum:] _-]//g; s/ /-/g' | tr '[:upper:]' '[:lower:]' |
            grep -qxF -- "${anchor#\#}" || say "$page: no heading for ($link)"
    done
done

# Paths that documents name.
for page in README.md ARCHITECTURE.md CONTRIBUTING.md docs/*.md; do
    grep -o '`\(lib\|analysis\|bin\|tests\|examples\|docs\)/[A-Za-z0-9_/.-]*`' "$page" | tr -d '`' | grep -v NAME | while read -r path; do
        [ -e "$path" ] || say "$page: there is no $path"
    done
done

# Files that the guides of the folders list in their first column.
for page in lib/README.md lib/*/README.md analysis/README.md bin/README.md; do
    sed -n 's/^| \(`[^|]*\) |.*/\1/p' "$page" | grep -o '`[^`]*`' | tr -d '`' | while read -r name; do
        for file in "$(dirname "$page")/${name%/}" "$(dirname "$page")/$name".*; do
            [ -e "$file" ] && continue 2
        done
        say "$page: there is no $name"
    done
done

if [ -s "$folder/faults" ]; then
    sort -u "$folder/faults"
    exit 1
fi
echo "docs: $(wc -l <"$folder/columns") columns, $(wc -l <"$folder/measures") measures"
