#!/bin/sh
# Which kernels OpenBLAS is told, in the program and in processes of others, where it guessed wrong.
# Usage: told.sh PROGRAM FAKE_GUESS HOST LIBISOGLOSS
unset OPENBLAS_CORETYPE ISOGLOSS_CPU OPENBLAS_NUM_THREADS OMP_NUM_THREADS
program=$1 host=$3 library=$4 status=0
fake() { env LD_PRELOAD="$(realpath "$fake_module")" FAKE_GUESS=Prescott "$@"; }
fake_module=$2

expect() { # WHAT PATTERN COMMAND...
    what=$1 pattern=$2
    shift 2
    said=$("$@" 2>&1)
    # shellcheck disable=SC2254
    case $said in
    $pattern) ;;
    *) echo "$what: expected $pattern, got:"; echo "$said"; status=1 ;;
    esac
}

kernels() { "$@" | sed -n 's/^its kernels *//p'; }
best=$(kernels fake "$program" version)
case $best in
*", chosen by isogloss instead of Prescott") best=${best%%,*} ;;
Prescott*) echo "skipped: there is nothing better than Prescott"; exit 77 ;;
*) echo "skipped: $best"; exit 77 ;;
esac

# the program
expect "a right guess" "*, as OpenBLAS chose" kernels "$program" version
expect "the person's word" "Prescott, as OPENBLAS_CORETYPE says" \
    kernels env OPENBLAS_CORETYPE=prescott "$program" version
expect "a name that OpenBLAS does not know" "*, as OpenBLAS chose" \
    kernels env OPENBLAS_CORETYPE=Nonsense "$program" version
expect "a limit" "Prescott, chosen by isogloss instead of $best" \
    kernels fake env ISOGLOSS_CPU=plain "$program" version
expect "more than the CPU has" "* instead of Opteron, which this CPU does not run" \
    kernels env OPENBLAS_CORETYPE=Opteron "$program" version
expect "more than the CPU has, in a note" \
    "*note: kernels of OpenBLAS: * instead of Opteron, which this CPU does not run*ok*" \
    env OPENBLAS_CORETYPE=Opteron "$program" doctor

# others
expect "OpenBLAS in use before" "Prescott
$best
0 wrong" fake "$host" "$library" idle
expect "OpenBLAS in use now" "Prescott
Prescott
0 wrong" fake "$host" "$library" busy
expect "OpenBLAS new to a busy process" "$best
0 wrong" fake "$host" "$library" other
exit $status
