#!/bin/sh
# All sets of 3 of 30 languages by every predictor, beside plain Python loops over the same distances; see README.md.
# Usage: select.sh TYPOLOGY [CORPUS MODEL [ROUNDS]]    (TYPOLOGY a folder of lang2vec's arrays; states are random ones)
set -eu
cd "$(dirname "$0")/../.."
build=$(realpath "${BUILD:-build}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
typology=$1
langs="ar bn bg de el en fi fr he hi hu id it ja ko nl fa pl pt ru es sw ta th tr uk ur vi yo zh"
list=$(echo "$langs" | tr ' ' ,)
words="source=en"
for lang in $langs; do words="$words $lang:0=400x192"; done
# shellcheck disable=SC2086
"$build/tests/craft" "$work/states.h5" $words

"$build/bin/isogloss" doctor | grep -E '^(cpu|threads|sgemm)'
timed() { # NAME COMMAND...: the least of a few rounds
    name=$1 best=
    shift
    for round in $(seq "${rounds:-5}"); do
        began=$(date +%s.%N)
        "$@" >"$work/out" 2>"$work/err"
        best=$(echo "$began $(date +%s.%N) ${best:-9e9}" | awk '{ t = $2 - $1; print t < $3 ? t : $3 }')
    done
    printf '%-52s %7.3f s\n' "$name" "$best"
}
rounds=${4:-5}
select="$build/bin/isogloss select --src $list --top 4060 --quiet"
timed "codes alone (start, scripts)" $select
timed "typology" $select --typology "$typology" --sizes examples/xlmr_sizes.tsv
timed "states" $select "$work/states.h5"
if [ $# -ge 3 ]; then
    timed "texts" $select --corpus "$2" --model "$3"
    timed "all" $select "$work/states.h5" --corpus "$2" --model "$3" --typology "$typology" --sizes examples/xlmr_sizes.tsv
    cut -f 1,2 "$work/out" | sort -u | sed 1d | wc -l | xargs printf '%s predictors, '
    wc -l <"$work/out" | xargs printf '%s records\n'
fi

cat >"$work/loops.py" <<'EOF'
import itertools, random, time
n = 30
d = [[random.random() for _ in range(n)] for _ in range(n)]
began = time.time()
total = sorted(itertools.combinations(range(n), 3), key=lambda s: -sum(d[a][b] for a, b in itertools.combinations(s, 2)))
near = sorted(itertools.combinations(range(n), 3), key=lambda s: sum(min(d[a][t] for a in s) for t in range(n) if t not in s))
print("Python, two predictors of given distances            %7.3f s" % (time.time() - began))
EOF
python3 "$work/loops.py"
