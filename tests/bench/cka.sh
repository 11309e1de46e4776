#!/bin/sh
# CKA of 13 × 13 layers against numpy's loop, in turns; see README.md. Usage: cka.sh [ROUNDS]
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
export OMP_WAIT_POLICY=passive

# What `isogloss` would choose for this CPU; empty if the BLAS is right already.
forced=$("$build/bin/isogloss" doctor 2>/dev/null | sed -n 's/.*best kernels[^A-Za-z]*\([A-Za-z]*\).*/\1/p' | head -n 1)

for round in $(seq "${1:-3}"); do
    printf 'round %s\n' "$round"
    printf 'isogloss                '; "$build/tests/bench/bench_cka"
    printf 'numpy loop              '; /usr/bin/python3 tests/bench/numpy_cka.py
    printf 'numpy, self products cached '; /usr/bin/python3 tests/bench/numpy_cka.py --cached
    if [ -n "$forced" ]; then
        printf 'isogloss, %s    ' "$forced"; OPENBLAS_CORETYPE=$forced "$build/tests/bench/bench_cka"
        printf 'numpy loop, %s  ' "$forced"; OPENBLAS_CORETYPE=$forced /usr/bin/python3 tests/bench/numpy_cka.py
    fi
done
