#!/bin/sh
# CKA of 13 × 13 layers against numpy's loop, in turns; see README.md. Usage: cka.sh [ROUNDS]
#
# numpy takes the kernels its BLAS picks; ours the ones `isogloss` would choose. Where the two differ
# both are shown again with the other's.
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
export OMP_WAIT_POLICY=passive

ours=$("$build/tests/bench/bench_cka" 8 2 1 | sed -n 's/^kernels=\([A-Za-z]*\) .*/\1/p' | head -n 1)
picked=$(OPENBLAS_VERBOSE=2 /usr/bin/python3 -c 'import numpy' 2>&1 | sed -n 's/^Core: //p' | head -n 1)

for round in $(seq "${1:-1}"); do
    printf -- '-- round %s: isogloss (%s)\n' "$round" "$ours"
    "$build/tests/bench/bench_cka"
    printf -- '-- numpy loop (%s)\n' "$picked"
    /usr/bin/python3 tests/bench/numpy_cka.py
    printf -- '-- numpy, self products cached\n'
    /usr/bin/python3 tests/bench/numpy_cka.py --cached
    if [ -n "$picked" ] && [ "$picked" != "$ours" ]; then
        printf -- '-- isogloss, forced %s\n' "$picked"
        OPENBLAS_CORETYPE=$picked "$build/tests/bench/bench_cka"
        printf -- '-- numpy loop, forced %s\n' "$ours"
        OPENBLAS_CORETYPE=$ours /usr/bin/python3 tests/bench/numpy_cka.py
    fi
done
