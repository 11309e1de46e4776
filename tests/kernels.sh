#!/bin/sh
# Runs the suite once with each choice of kernels forced; a line for each, then what failed in it.
#
#     tests/kernels.sh [--list] [CHOICE...]     without names all of them, which takes as many suites
#     ISOGLOSS_TESTS="encode_test_embed cli_embed" tests/kernels.sh     these tests only
#
# Three parties choose by the CPU: our own kernels, OpenBLAS (also by OPENBLAS_CORETYPE) and oneDNN
# (also by DNNL_MAX_CPU_ISA). ISOGLOSS_CPU limits all of them. A choice that this CPU or build cannot run is skipped. Logs are in
# build/kernels/. Exits 1 if any test failed.
set -eu
cd "$(dirname "$0")/.."

# NAME, what /proc/cpuinfo must list ("-" = nothing), the folder of the build, variables.
choices='
as-is        -        build                         -
plain        -        build                         ISOGLOSS_CPU=plain
avx2         avx2     build                         ISOGLOSS_CPU=avx2
avx512       avx512vl build                         ISOGLOSS_CPU=avx512
Prescott     -        build                         OPENBLAS_CORETYPE=Prescott
Haswell      avx2     build                         OPENBLAS_CORETYPE=Haswell
SkylakeX     avx512vl build                         OPENBLAS_CORETYPE=SkylakeX
dnnl-sse41   -        build                         DNNL_MAX_CPU_ISA=SSE41
dnnl-avx2    avx2     build                         DNNL_MAX_CPU_ISA=AVX2
dnnl-avx512  avx512vl build                         DNNL_MAX_CPU_ISA=AVX512_CORE
dnnl-vnni    avx512_vnni build                      DNNL_MAX_CPU_ISA=AVX512_CORE_VNNI
no-dnnl      -        build/kernels/without-onednn  -
no-dnnl-avx2 avx2     build/kernels/without-onednn  ISOGLOSS_CPU=avx2
'
if [ "${1:-}" = --list ]; then
    echo "$choices" | sed '/^$/d'
    exit 0
fi
unset ISOGLOSS_CPU OPENBLAS_CORETYPE DNNL_MAX_CPU_ISA
. examples/packages.sh
mkdir -p build/kernels

wanted() { # NAME: whether the command line asks for it
    [ -z "$names" ] && return 0
    case " $names " in *" $1 "*) return 0 ;; esac
    return 1
}

names=$*
for name in $names; do
    echo "$choices" | grep -q "^$name " || { echo "no choice $name: $0 --list shows them" >&2; exit 2; }
done
built= status=0
while read -r name flag folder variables; do
    [ -n "$name" ] && wanted "$name" || continue
    if [ "$flag" != - ] && ! grep -qw "$flag" /proc/cpuinfo; then
        echo "$name: skipped, this CPU has no $flag"
        continue
    fi
    case " $built " in
    *" $folder "*) ;;
    *)
        case $folder in
        build) build_in "$folder" -Dtests=true ;;
        *) build_in "$folder" -Dtests=true -Donednn=disabled ;;
        esac
        built="$built $folder"
        ;;
    esac
    [ "$variables" != - ] || variables=
    log=build/kernels/$name.txt
    # shellcheck disable=SC2086
    env $variables meson test -C "$folder" --no-rebuild --logbase "kernels-$name" \
        ${ISOGLOSS_TESTS:-} >/dev/null 2>&1 || true
    mv "$folder/meson-logs/kernels-$name.txt" "$log"
    counted=$(awk -f tests/count.awk "$log") || status=1
    echo "$name: $(echo "$counted" | tail -n 1)${variables:+ ($variables)}"
    echo "$counted" | sed -n 's/^failed: /    /p'
done <<END
$choices
END
exit $status
