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
expect 03_layers_and_languages '^layer  1  .* cka:debiased ' "$states"
expect 04_own_measure '^same-sign:fraction 0\.7[0-9]* \[0\.7[0-9]*, 0\.7[0-9]*\], by chance 0\.5000$'

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

# What a lesson says when its file is not there.
if ./02_states_file nowhere.h5 2>err; then
    echo "02_states_file opened a file that is not there"
    exit 1
fi
grep -q 'nowhere\.h5' err || { echo "02_states_file does not name the file:"; cat err; exit 1; }
