#!/bin/sh
# Compiles the C course outside the tree, against what `meson install` installs, and runs it.
# usage: examples.sh BUILD_DIR SOURCE_DIR COMPILER [FLAG...]
set -eu
build=$1 source=$2 compiler=$3
shift 3

work=$(mktemp -d "${TMPDIR:-/tmp}/isogloss-examples-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# One description file is where the build says its prefix is; moved under $work.
meson install -C "$build" --no-rebuild --quiet --destdir "$work/root" >"$work/log" 2>&1 || {
    cat "$work/log"
    exit 1
}
pc=$(find "$work/root" -name isogloss.pc)
[ -n "$pc" ] || { echo "no isogloss.pc was installed"; exit 1; }
PKG_CONFIG_PATH=$(dirname "$pc")${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
export PKG_CONFIG_PATH
prefix=$work/root$(pkg-config --variable=prefix isogloss)
pc() { pkg-config --define-variable=prefix="$prefix" "$@" isogloss; }
LD_LIBRARY_PATH=$(pc --variable=libdir)${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH

cd "$work"
# Both tiers of headers, in the languages they are for.
for tier in isogloss.h isogloss/kernels.h; do
    for language in c:c99 c++:c++11; do
        # shellcheck disable=SC2046 # flags are words
        printf '#include <%s>\nint alone;\n' $tier |
            $compiler -x ${language%%:*} -std=${language#*:} -pedantic -Wall -Wextra -Werror -fsyntax-only $(pc --cflags) - ||
            { echo "<$tier> does not compile as ${language#*:}"; exit 1; }
    done
done
for lesson in "$source"/examples/0*.c; do
    name=$(basename "$lesson" .c)
    # shellcheck disable=SC2046,SC2086 # flags are words
    $compiler -std=c11 -Wall -Wextra -Werror "$@" "$lesson" $(pc --cflags --libs) -lm -o "$name"
done

# expect NAME PATTERN [ARGUMENT...]: the lesson ends well and says PATTERN.
expect() {
    name=$1 pattern=$2
    shift 2
    "./$name" "$@" >"$name.out" 2>"$name.err" || { echo "$name failed:"; cat "$name.err"; exit 1; }
    grep -q -- "$pattern" "$name.out" || { echo "$name: no '$pattern' in:"; cat "$name.out"; exit 1; }
    echo "ok $name"
}
states=$source/examples/states/mini.h5
expect 01_two_matrices '^debiased CKA 0\.90[0-9]*, 95% interval \[0\.[0-9]*, 0\.[0-9]*\] by jackknife'
expect 02_states_file '^  layer  0: 240 x ' "$states"
expect 03_layers_and_languages '^layer  1  de  *cka:debiased  *0\.3[0-9]*  \[0\.3' "$states"
[ "$(grep -c '^layer ' 03_layers_and_languages.out)" = 315 ] || { echo "03: not 7 values of 45 pairs"; exit 1; }
sed 1q 03_layers_and_languages.out | grep -q '^algorithm gram$' || { echo "03: no plan"; exit 1; }
expect 04_own_measure '^same-sign:fraction 0\.7[0-9]* \[0\.7[0-9]*, 0\.7[0-9]*\], by chance 0\.5000$'

# A study of arrays gives the records that the program gives of files with the same numbers.
cat >numbers.c <<'END'
#include <stdio.h>
int main(void)
{
    unsigned seed = 1;
    FILE *file[2] = {fopen("en.f32", "wb"), fopen("de.f32", "wb")};
    for (int i = 0; i < 90; i++) {
        float x[8], y[8];
        for (int j = 0; j < 16; j++) {
            seed = seed * 1664525u + 1013904223u;
            (j < 8 ? x : y)[j % 8] = (float)(seed >> 8) / (1 << 24) - 0.5f;
        }
        for (int j = 0; j < 8; j++)
            y[j] = x[(j + 3) % 8] + 0.3f * y[j];
        fwrite(x, sizeof x, 1, file[0]);
        fwrite(y, sizeof y, 1, file[1]);
    }
    return fclose(file[0]) || fclose(file[1]);
}
END
$compiler -std=c11 numbers.c -o numbers
./numbers
expect 05_align '^measure	estimator	' 8 en.f32 de.f32
"$build/bin/isogloss" align en=en.f32 de=de.f32 --dim 8 --dtype f32 --quiet \
    --measure p@1,p@1:csls,mrr,cka >program.tsv
awk -F '\t' '
    # the program may run other kernels than a lesson does (ISOGLOSS_CPU)
    function same(a, b,  far) {
        far = a > b ? a - b : b - a
        return a == b || (a ~ /^-?[0-9.]+(e[-+]?[0-9]+)?$/ && b ~ /^-?[0-9]/ && far < 1e-6)
    }
    FNR == 1 { file++; for (i = 1; i <= NF; i++) { name[file, i] = $i; at[file, $i] = i }; next }
    file == 1 { line[FNR] = $0; lines = FNR; next }
    { split(line[FNR], own, "\t"); rows = FNR
      for (i = 1; i <= NF; i++) {
          if (!((1, name[2, i]) in at)) { print "05_align has no column " name[2, i]; exit bad = 1 }
          mine = own[at[1, name[2, i]]]
          if (!same(mine, $i)) { print "record " FNR - 1 ", " name[2, i] ": " mine ", the program " $i; exit bad = 1 }
          values += $i != ""
      } }
    END { if (bad) exit 1
          if (lines != rows || rows < 13 || values < 150) { print "05_align: " lines " lines, the program " rows ", " values " values"; exit 1 } }
' 05_align.out program.tsv

expect 06_mingle '^layer  0  0\.0[34][0-9]* \[0\.0[0-9]*, 0\.0[0-9]*\]  by chance 1\.000, p 0\.01$' "$states"
[ "$(grep -c '^layer ' 06_mingle.out)" = 5 ] || { echo "06: not 5 layers"; exit 1; }
expect 07_select '^similarity:cka  *1 of 6  [a-z+]*  0\.[0-9]*$' "$states" sw
[ "$(grep -c '^diversity:states  *[123] of 6 ' 07_select.out)" = 3 ] || { echo "07: not three sets"; cat 07_select.out; exit 1; }

# What the README shows does the same.
sed -n '/^```c$/,/^```$/p' "$source/README.md" | grep -v '^```' >block
{
    grep '^#' block
    printf '%s\n' '#include <stdio.h>' 'int main(void) {'
    grep -v '^#' block
    printf '%s\n' 'printf("%d, %d records", (int)err, (int)iso_records_count(&records));' \
        'iso_records_free(&records); iso_states_close(states); return 0; }'
} >shown.c
# shellcheck disable=SC2046,SC2086
$compiler -std=c11 -Wall -Wextra -Werror "$@" shown.c $(pc --cflags --libs) -o shown
cp "$states" states.h5
expect shown '^0, 9 records$'

# The study of mingling: a row for each layer of the states, of random weights and of chance.
ISOGLOSS=$build/bin/isogloss LIMIT=20 LAYERS=0,4 sh "$source/examples/mingling.sh" "$source/examples/mini" "$source/examples/corpus" \
    en,de,fr,sw figure.gp >tables 2>err || { echo "mingling.sh failed:"; cat err; exit 1; }
number='-*[0-9]*\.[0-9]*'
[ "$(grep "^| [04] |\( $number\( ± $number\)* |\)\{7\}\$" tables | sort -u | wc -l)" = 6 ] ||
    { echo "mingling.sh: not six unlike rows of seven numbers in:"; cat tables; exit 1; }
grep -q multiplot figure.gp
echo "ok mingling.sh"
# The study of training, on a few of the bundled texts: each table has its rows, random weights and the checkpoint itself lie beside the
# distances, and what was kept is not trained again.
for part in train dev test; do
    mkdir -p "texts/$part"
    for lang in en de; do
        awk -v part=$part 'NR == 1 || (NR % 4 == 0 ? "dev" : NR % 4 == 1 ? "test" : "train") == part' \
            "$source/examples/corpus/$lang.tsv" >"texts/$part/$lang.tsv"
    done
done
study() {
    ISOGLOSS=$build/bin/isogloss KEEP=kept SEEDS='0 1' EPOCHS='1 1' LIMIT=20 ARMS="$1" sh "$source/examples/training.sh" "$source/examples/mini" \
        texts/train texts/dev texts/test en de
}
study 'zero-shot xmixup' >tables 2>err || { echo "training.sh failed:"; cat err; exit 1; }
seeds='0\.[0-9]* (0\.[0-9]*)' diff='[-+][01]\.[0-9]* \[[-+][^]]*\]'
for row in "^| zero-shot | $seeds | $seeds |\$" "^| xmixup | $seeds | $seeds |\$" '^| zero-shot | -*[01]\.[0-9]* \[[^]]*\], -*[01]\.[0-9]* \[[^]]*\] |$' \
    '^| random | 0\.[0-9]* |$' '^| untrained | 0\.[0-9]* |$' "^| xmixup, oracle | $seeds | $seeds |\$" "^| xmixup | $diff | $diff | $diff |\$"; do
    grep -q -- "$row" tables || { echo "training.sh: no '$row' in:"; cat tables; exit 1; }
done
[ "$(grep -c '^| xmixup |' tables)" = 6 ] || { echo "training.sh: not 6 tables with xmixup:"; cat tables; exit 1; }
# Differences by item are those of the accuracies, and of the gaps.
awk -F ' *[|] *' '
    $2 == "accuracy" || $2 == "more than zero-shot" { what = $2 }
    $2 == "" { what = "" }
    what == "accuracy" && $2 != what { en[$2] = $3 + 0; de[$2] = $4 + 0 }
    what == "more than zero-shot" && $2 == "xmixup" { d = en[$2] - en["zero-shot"]; e = de[$2] - de["zero-shot"]; seen = far($3 - d) + far($4 - e) + far($5 - d + e) + 1 }
    function far(x) { return x > 0.0025 || x < -0.0025 }
    END { if (seen != 1) { print "training.sh: differences are not those of the accuracies"; exit 1 } }' tables || { cat tables; exit 1; }
rm kept/said,xmixup,1.tsv
study 'zero-shot xmixup' >again
cmp tables again
# What an arm gains by how far beyond the boundary a translation lies: all test items, in four parts, twice.
"$build/bin/isogloss" embed --quiet --model "$source/examples/mini" --layers last -o test.h5 en=texts/test/en.tsv de=texts/test/de.tsv
"$build/bin/isogloss" robust --quiet test.h5 --folds 3 --each --interval none --csv ratios.csv
sh "$source/examples/gains.sh" ratios.csv kept/said,zero-shot,0.tsv kept/said,xmixup,0.tsv >gains
awk -F ' *[|] *' -v asked="$(grep -c '^ratio,item,' ratios.csv)" '
    $2 ~ /^[0-9.]+ to [0-9.]+$/ { rows++; items += $3; x = $5 - $4 - $6; bad += x > 0.0011 || x < -0.0011 }
    END { if (rows != 8 || items != 2 * asked || asked < 20 || bad) { print "gains.sh: " rows " rows, " items " of " asked " items, " bad + 0 " bad"; exit 1 } }' gains || { cat gains; exit 1; }
# Of tags, too: by word, with intervals over sentences.
for part in train dev test; do
    mkdir -p "tags/$part"
    for lang in en de; do
        awk -F '\t' 'NR > 1 { print "# sent_id = " $1; n = split($3, w, " "); for (i = 1; i <= n; i++) print w[i] "\t" length(w[i]) % 3; print "" }' \
            "texts/$part/$lang.tsv" >"tags/$part/$lang.conll"
    done
done
ISOGLOSS=$build/bin/isogloss SEEDS=0 EPOCHS='1 1' LIMIT=20 ARMS='zero-shot xmixup' OPTIONS='--task tag --lr 1e-3' sh "$source/examples/training.sh" \
    "$source/examples/mini" tags/train tags/dev tags/test en de >tables 2>err || { echo "training.sh failed on tags:"; cat err; exit 1; }
for row in '^| xmixup | 0\.[0-9]* | 0\.[0-9]* |$' '^| xmixup, shuffled-source | 0\.[0-9]* | 0\.[0-9]* |$' "^| xmixup | $diff | $diff | $diff |\$"; do
    grep -q -- "$row" tables || { echo "training.sh, tags: no '$row' in:"; cat tables; exit 1; }
done
! study nonsense >/dev/null 2>err || { echo "training.sh took an arm that is not there"; exit 1; }
grep -q "no arm 'nonsense'" err || { cat err; exit 1; }
echo "ok training.sh"

# The study of several sources: what a set learns from is marked, a language is compared where neither set learns from it, relative scores
# of a language average to 0 over the runs without it, and the runs are what `select` reads.
for part in train dev test; do
    awk -v part=$part 'NR == 1 || (NR % 4 == 0 ? "dev" : NR % 4 == 1 ? "test" : "train") == part' "$source/examples/corpus/fr.tsv" >"texts/$part/fr.tsv"
done
ISOGLOSS=$build/bin/isogloss KEEP=sets SEEDS='0 1' BUDGET=60 LIMIT=20 OPTIONS='--epochs 1 --lr 1e-3' sh "$source/examples/several.sh" \
    "$source/examples/mini" texts/train texts/dev texts/test "$source/examples/corpus" en de de,en >tables 2>err ||
    { echo "several.sh failed:"; cat err; exit 1; }
more='[-+]0\.[0-9]* (0\.[0-9]*)'
for row in "^| de+en | \*$seeds\* | \*$seeds\* | $seeds |\$" "^| de+en | $seeds | $more | $more |\$" '^| untrained |\( -*[0-9.]* |\)\{4\}$' \
    "^| random | [^|]* | [^|]* | [^|]* | -*$seeds |\$"; do
    grep -q -- "$row" tables || { echo "several.sh: no '$row' in:"; cat tables; exit 1; }
done
awk -F ' *[|] *' '
    $2 == "accuracy" || $2 ~ /^languages/ { what = $2 }
    $2 == "" { what = "" }
    what == "accuracy" { fr[$2] = $5 + 0 }
    what ~ /^languages/ && $2 == "de+en" { mean = (fr["en"] + fr["de"] + fr["de+en"]) / 3; seen = far($3 - fr[$2]) + far($4 - fr[$2] + mean) + far($5 - fr[$2] + fr["en"]) + 1 }
    function far(x) { return x > 0.0015 || x < -0.0015 }
    END { if (seen != 1) { print "several.sh: means are not those of the scores"; exit 1 } }' tables || { cat tables; exit 1; }
grep -c '"train_config": {"de": 30, "en": 30}' sets/runs.json | grep -qx 2 || { cat sets/runs.json; exit 1; }
echo "ok several.sh"

# The study of sources, on runs whose scores are a language's level minus its distance in the first feature from the nearest source: the
# tables have a row for each predictor, and the one that decides is found, also by what was fitted on other languages.
awk 'BEGIN {
    n = split("en de fr ru hi tr", lang, " "); split("1 2 4 7 11 16", at, " ")
    print "lang\tS_A\tS_B" >"features.tsv"
    for (i = 1; i <= n; i++) print lang[i] "\t" at[i] "\t10" >"features.tsv"
    for (set = 3; set < 2 ^ n - 1; set++) {
        train = tests = ""; size = 0
        for (i = 1; i <= n; i++) size += int(set / 2 ^ (i - 1)) % 2
        if (size < 2 || size > 3) continue
        for (t = 1; t <= n; t++) {
            in_set = int(set / 2 ^ (t - 1)) % 2; near = 99
            for (i = 1; i <= n; i++) if (int(set / 2 ^ (i - 1)) % 2) { d = at[i] - at[t]; if (d < 0) d = -d; if (d < near) near = d }
            train = train (t > 1 ? ", " : "") "\"" lang[t] "\": " in_set * (100 + 10 * t)
            tests = tests (t > 1 ? ", " : "") "\"" lang[t] "\": " 0.5 + t / 20 - near / 100
        }
        printf "%s{\"train_config\": {%s}, \"eval_results\": {%s}}", (count++ ? ",\n" : "["), train, tests
    }
    print "]"
}' >runs.json
ISOGLOSS=$build/bin/isogloss sh "$source/examples/sources.sh" runs.json features.tsv --interval none >tables || { cat tables; exit 1; }
for row in '^| distance:syntax | 35 | .* | \*\*-0\.9[0-9]*\*\* | < 0\.001 |' '^| scripts:count | 35 | ' '^| distance:syntax | -0\.[789][0-9]* .*| 6 |$' \
    '^| fitted:predictors | 0\.[6-9][0-9]* \[[^]]*\] | 6 |$' '^| examples | -*0\.[0-9]* \[[^]]*\] | 6 |$'; do
    grep -q -- "$row" tables || { echo "sources.sh: no '$row' in:"; cat tables; exit 1; }
done
echo "ok sources.sh"

# get-model.sh leaves nothing behind where it cannot, and what is there as it is.
if command -v python3 >/dev/null; then
    mkdir there
    for case in 'nosuch new' 'org/name new' 'org/name there'; do
        # shellcheck disable=SC2086
        HF_ENDPOINT=http://127.0.0.1:1 sh "$source/examples/get-model.sh" $case 2>err && { echo "get-model.sh $case brought something"; exit 1; }
        grep -qE 'is no model|HF_ENDPOINT|is there already' err || { echo "get-model.sh $case does not say why:"; cat err; exit 1; }
    done
    [ "$(ls -d new* there* 2>/dev/null)" = there ] || { echo "get-model.sh left something behind"; exit 1; }
    echo "ok get-model.sh"
fi

# What a lesson says when its file is not there.
if ./02_states_file nowhere.h5 2>err; then
    echo "02_states_file opened a file that is not there"
    exit 1
fi
grep -q 'nowhere\.h5' err || { echo "02_states_file does not name the file:"; cat err; exit 1; }
