#!/bin/sh
# Reading rate, and a million rows inside --mem 512M; see README.md. Usage: reading.sh [ROWS [DIM]]
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
rows=${1:-1000000}
dim=${2:-768}
folder=$(mktemp -d "${TMPDIR:-/tmp}/isogloss-bench-XXXXXX")
trap 'rm -rf "$folder"' EXIT INT TERM

"$build/tests/bench/make_states" "$folder/states.h5" "$rows" "$dim"
cat "$folder/states.h5" >/dev/null
"$build/tests/bench/bench_read" "$folder/states.h5"

"$build/bin/isogloss" compare "$folder/states.h5" --mem 512M --plan
start=$(date +%s.%N)
"$build/bin/isogloss" compare "$folder/states.h5" --mem 512M >"$folder/records.tsv" &
pid=$!
peak=0
while kill -0 "$pid" 2>/dev/null; do
    now=$(awk '/^RssAnon/ {print $2}' "/proc/$pid/status" 2>/dev/null || true)
    [ "${now:-0}" -gt "$peak" ] && peak=$now
    sleep 0.02
done
wait "$pid"
end=$(date +%s.%N)
cat "$folder/records.tsv"
echo "$start $end $peak $rows $dim" |
    awk '{t = $2 - $1; printf "seconds=%.2f rss_anon_mb=%.0f gb_s=%.2f gflops=%.1f\n", t, $3 / 1024, 4 * $4 * $5 / t / 1e9, 4 * $4 * $5 * $5 / t / 1e9}'
