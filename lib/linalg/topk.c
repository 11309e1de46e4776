#include "lib/linalg/topk.h"

#include <math.h>

#include "lib/base/cpu.h"
#include "lib/linalg/topk_inside.h"

/* Each set is the same C, compiled for another target; the compiler writes the vectors, all but the
 * gathering of their signs, for which C has no word. */
#pragma GCC diagnostic ignored "-Wpsabi"

typedef int32_t four __attribute__((vector_size(16)));

static inline int signs_plain(four v)
{
    return (v[0] < 0) | (v[1] < 0) << 1 | (v[2] < 0) << 2 | (v[3] < 0) << 3;
}

#define TOPK_TARGET
#define TOPK(name) name##_plain
#define LANES      4
#define SIGNS(v)   signs_plain((four)(v))
#include "lib/linalg/topk_tmpl.h"

#define SET(s)                                                                                     \
    {                                                                                              \
        dot_##s, unit_##s, whole_##s, tilt_##s, count_##s, range_##s, scan_##s, band_##s           \
    }

static const struct topk_loops plain = SET(plain);

#if defined(__x86_64__) && defined(__GNUC__)

typedef float eight __attribute__((vector_size(32)));

#define TOPK_TARGET __attribute__((target("avx2,fma")))
#define TOPK(name)  name##_avx2
#define LANES       8
#define SIGNS(v)    __builtin_ia32_movmskps256((eight)(v))
#include "lib/linalg/topk_tmpl.h"

static const struct topk_loops avx2 = SET(avx2);

const struct topk_loops *topk_loops(void)
{
    return iso_cpu_level() >= ISO_CPU_AVX2 ? &avx2 : &plain;
}

#else

const struct topk_loops *topk_loops(void)
{
    return &plain;
}

#endif

double iso_topk_dot(const float *x, const float *y, int64_t n)
{
    return topk_loops()->dot(x, y, n);
}
