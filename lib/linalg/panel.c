#include "lib/linalg/panel.h"

#include <stddef.h>

#include "lib/base/cpu.h"

/* Each is the same C, compiled for another target; the compiler writes the vectors. */
#pragma GCC diagnostic ignored "-Wpsabi"

#define TARGET
#define NAME(x) x##_plain
#define LANES   4
#define ROWS    2
#include "lib/linalg/panel_tmpl.h"
#undef TARGET
#undef NAME
#undef LANES
#undef ROWS

iso_panel_fn *iso_panel_plain(void)
{
    return panel_plain;
}

#if defined(__x86_64__) && defined(__GNUC__)

#define TARGET  __attribute__((target("avx2,fma")))
#define NAME(x) x##_avx2
#define LANES   8
#define ROWS    6
#include "lib/linalg/panel_tmpl.h"

iso_panel_fn *iso_panel_best(void)
{
    return iso_cpu_level() >= ISO_CPU_AVX2 ? panel_avx2 : panel_plain;
}

#else

iso_panel_fn *iso_panel_best(void)
{
    return panel_plain;
}

#endif
