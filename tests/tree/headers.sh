#!/bin/sh
# Every header compiles alone; the installed ones as C99 and C++11, and where they declare, they do it
# for both languages. They include only each other, and only they have ISO_API; those of
# <isogloss.h> say what threads may do. Usage: headers.sh HEADER_OF_ISOGLOSS... -- HEADER_OF_KERNELS... --
root=$(realpath "${ISOGLOSS_SOURCE:-.}")
public=
first=
for header in "$@"; do # as root-relative names
    [ "$header" != -- ] || { first=${first:-$public}; continue; }
    public="$public $(realpath --relative-to="$root" "$header")"
done
# shellcheck disable=SC2086 # names are words
set -- $public
cd "$root" || exit 2
cc=${CC:-cc}
cxx=${CXX:-c++}
command -v "$cxx" > /dev/null || { echo "no C++ compiler: C only"; cxx=; }
status=0

alone() { # LANGUAGE COMPILER STANDARD HEADER
    if ! printf '#include "%s"\n#include "%s"\nint alone;\n' "$4" "$4" |
        $2 -x "$1" -std="$3" -pedantic -I. -fsyntax-only -Wall -Wextra -Werror -; then
        echo "$4:1: does not compile alone in $1"
        status=1
    fi
}

for header in "$@"; do
    alone c "$cc" c99 "$header"
    [ -z "$cxx" ] || alone c++ "$cxx" c++11 "$header"
    if grep -q ISO_API "$header" && [ "$header" != lib/base/api.h ]; then
        [ "$(grep -c '^ISO_BEGIN$\|^ISO_END$' "$header")" = 2 ] ||
            { echo "$header:1: declarations stand between ISO_BEGIN and ISO_END"; status=1; }
    fi
    case " $first " in
    *" $header "*)
        [ "$header" = lib/base/api.h ] || ! grep -q 'ISO_API .*(' "$header" || grep -qi thread "$header" ||
            { echo "$header:1: does not say what threads may do"; status=1; }
        ;;
    esac
    for included in $(sed -n 's/^#include "\(.*\)"$/\1/p' "$header"); do
        case " $* " in
        *" $included "*) ;;
        *) echo "$header:1: is installed, and includes $included, which is not (iso_headers of its meson.build)"; status=1 ;;
        esac
    done
done
# The border with HDF5 wants that library's flags.
for header in $(find lib analysis bin -name '*.h' ! -name '*_tmpl.h' ! -name 'h5_inside.h'); do
    case " $* " in
    *" $header "*) ;;
    *)
        alone c "$cc" gnu11 "$header"
        ! grep -Hn 'ISO_API' "$header" || { echo "$header:1: is private: no ISO_API"; status=1; }
        ;;
    esac
done

# The program sees the public headers, and what private_of_bin.txt lists, which may only shrink.
list=tests/tree/private_of_bin.txt
seen=$(sed -n 's/^#include "\(.*\)"$/\1/p' $(find bin -name '*.[ch]') | grep -v '^bin/' | sort -u)
for header in $seen; do
    case " $* $(tr '\n' ' ' < $list) " in
    *" $header "*) ;;
    *) echo "bin includes $header, which is neither public nor in $list"; status=1 ;;
    esac
done
for header in $(grep -v '^#' $list); do
    echo "$seen" | grep -qx "$header" || { echo "$list: strike out $header: bin does not include it"; status=1; }
done
exit $status
