# Sourced by quickstart.sh and tests/run.sh: need_packages NAME... installs what is missing.
#
# As root or with passwordless sudo, without questions; otherwise it prints the one line to run.

# The packages a build needs (Debian 12 names).
BUILD_PACKAGES="gcc libc6-dev meson ninja-build pkg-config libopenblas-dev liblapacke-dev liblbfgs-dev libhdf5-dev liblzf-dev libcjson-dev libzip-dev libutf8proc-dev libxxhash-dev gnuplot-nox"

missing_packages() {
    for package in "$@"; do
        case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
        *" installed") ;;
        *) printf ' %s' "$package" ;;
        esac
    done
}

need_packages() {
    command -v dpkg-query >/dev/null || return 0 # not Debian: the build says what it lacks
    missing=$(missing_packages "$@")
    [ -z "$missing" ] && return 0
    if [ "$(id -u)" = 0 ]; then
        sudo=
    elif sudo -n true 2>/dev/null; then
        sudo="sudo -n"
    else
        printf 'Some packages are missing. Run this line, then the same command again:\n\n  sudo apt-get install -y%s\n' "$missing" >&2
        exit 1
    fi
    printf 'installing%s\n' "$missing" >&2
    install="$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends$missing"
    # The list of packages may be old or absent: try, refresh it, try again.
    $install >/dev/null 2>&1 && return 0
    $sudo apt-get update -q >/dev/null && $install >/dev/null && return 0
    printf 'could not install%s\n' "$missing" >&2
    exit 1
}

# How far ninja is, by its log: every second on a terminal, else every half minute. Runs beside it and
# ends with this script.
watch_build() {
    began=$(date +%s)
    pause=30 end='\n'
    [ -t 2 ] && pause=1 end='\r'
    while kill -0 $$ 2>/dev/null; do
        sleep $pause
        done_of=$(tail -n 1 "$1" 2>/dev/null | sed -n 's|^\[\([0-9]*\)/\([0-9]*\)\].*|\1 of \2|p')
        [ -z "$done_of" ] || printf "      %s files, %d s$end" "$done_of" $(($(date +%s) - began)) >&2
    done
}

# build_in FOLDER [MESON OPTION...]: configures once, builds what has changed.
build_in() {
    folder=$1
    shift
    if [ -f "$folder/build.ninja" ]; then
        meson configure "$folder" "$@" >/dev/null
    else
        meson setup "$folder" "$@" >"$folder.log" 2>&1 || {
            cat "$folder.log" >&2
            exit 1
        }
        rm -f "$folder.log"
    fi
    : >"$folder/build.log"
    watch_build "$folder/build.log" &
    watcher=$!
    built=0
    ninja -C "$folder" >"$folder/build.log" 2>&1 || built=$?
    kill $watcher 2>/dev/null || :
    wait $watcher 2>/dev/null || :
    [ $built = 0 ] || {
        tail -n 40 "$folder/build.log" >&2
        exit 1
    }
}
