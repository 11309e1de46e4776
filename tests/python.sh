#!/bin/sh
# The Python examples parse, with any Python 3 that is there. Exit 77: nothing to test with.
command -v python3 >/dev/null 2>&1 || { echo "skipped: no python3"; exit 77; }
exec python3 -c 'import ast, sys; [ast.parse(open(f, encoding="utf8").read(), f) for f in sys.argv[1:]]' "$@"
