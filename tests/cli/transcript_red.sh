#!/bin/sh
# The runner of transcripts itself: what differs must be seen. Usage: transcript_red.sh TRANSCRIPT PROGRAM
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
status=0
expect() { # EXIT-STATUS, the case on stdin
    cat > "$folder/case.t"
    "$runner" "$program" "$folder/case.t" > "$folder/said"
    got=$?
    [ $got -eq "$1" ] || { echo "expected $1, got $got:"; cat "$folder/case.t" "$folder/said"; status=1; }
}
runner=$1 program=$2

printf '$ printf "a 0.50000001  7\\nb\\n"\n> a 0.5 7\n> ...\n' | expect 0
printf '$ echo x3 1e-3 -0.0000001\n> x3 0.001 0.0\n' | expect 0
printf '$ echo abc; echo d >&2; exit 3\n> a*\n2> *d\n? 3\n' | expect 0
printf 'tolerance 0.1\n$ echo 2.05\n> 2.0\n' | expect 0
printf '$ echo 0.501\n> 0.5\n' | expect 1
printf '$ echo 0.5\n> 0.501\n' | expect 1
printf '$ echo 8\n> 7\n' | expect 1
printf '$ echo v1.5\n> v1.6\n' | expect 1
printf '$ echo abc\n> b*\n' | expect 1
printf '$ echo abc\n' | expect 1
printf '$ echo abc >&2\n' | expect 1
printf '$ true\n> abc\n' | expect 1
printf '$ exit 1\n' | expect 1
printf '$ echo a; echo b\n> a\n' | expect 1
printf '$ echo a; echo b\n> ...\n> a\n' | expect 1
printf '$ echo nan\n> 0.5\n' | expect 1
printf 'needs no-such-program\n$ false\n' | expect 77
printf 'nonsense\n' | expect 2
exit $status
