#include "lib/linalg/round.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "lib/base/cpu.h"

/* The same C, compiled for another target, as in loops.c; without FMA, which would round x * by
 * and the sum in one and so differ at ties. */

#define SET(s)                                                                                     \
    {                                                                                              \
        bf16_##s, bf16_bits_##s, peak_##s, s8_##s, s16_##s, whole_##s                              \
    }

#define ROUND_TARGET
#define ROUND(name) name##_plain
#include "lib/linalg/round_tmpl.h"
#undef ROUND_TARGET

static const iso_rounding plain = SET(plain);

const iso_rounding *iso_rounding_plain(void)
{
    return &plain;
}

#if defined(__x86_64__) && defined(__GNUC__)

#define ROUND_TARGET __attribute__((target("avx2")))
#define ROUND(name)  name##_avx2
#include "lib/linalg/round_tmpl.h"
#undef ROUND_TARGET

static const iso_rounding avx2 = SET(avx2);

const iso_rounding *iso_rounding_best(void)
{
    return iso_cpu_level() >= ISO_CPU_AVX2 ? &avx2 : &plain;
}

#else

const iso_rounding *iso_rounding_best(void)
{
    return &plain;
}

#endif

float iso_rounding_scale(float *by, float peak)
{
    const bool rounds = peak >= 0x1p-100f;

    *by = rounds ? 127 / peak : 0;
    return rounds ? peak / 127 : isnan(peak) ? NAN : 0;
}
