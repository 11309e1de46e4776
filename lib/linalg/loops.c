#include "lib/linalg/loops.h"

#include <stddef.h>

#include "lib/base/cpu.h"

/* Each set is the same C, compiled for another target; the compiler writes the vectors. */

#pragma GCC diagnostic ignored "-Wpsabi"

#define LOOPS_TARGET
#define LOOPS(name) name##_f32_plain
#define REAL        float
#include "lib/linalg/loops_tmpl.h"
#define LOOPS(name) name##_f64_plain
#define REAL        double
#include "lib/linalg/loops_tmpl.h"
#undef LOOPS_TARGET

#define SET(s)                                                                                     \
    {                                                                                              \
        shift_f32_##s, shift_f64_##s, put_f32_##s, put_f64_##s, add_f32_##s, add_f64_##s,          \
            fold_f32_##s, fold_f64_##s, tile_f32_##s, tile_f64_##s, dot_f32_##s, dot_f64_##s       \
    }

static const iso_loops plain = SET(plain);

const iso_loops *iso_loops_plain(void)
{
    return &plain;
}

#if defined(__x86_64__) && defined(__GNUC__)

#define LOOPS_TARGET __attribute__((target("avx2,fma")))
#define LOOPS(name)  name##_f32_avx2
#define REAL         float
#include "lib/linalg/loops_tmpl.h"
#define LOOPS(name) name##_f64_avx2
#define REAL        double
#include "lib/linalg/loops_tmpl.h"
#undef LOOPS_TARGET

static const iso_loops avx2 = SET(avx2);

#define LOOPS_TARGET                                                                               \
    __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma,prefer-vector-width=512")))
#define LOOPS(name) name##_f32_avx512
#define REAL        float
#include "lib/linalg/loops_tmpl.h"
#define LOOPS(name) name##_f64_avx512
#define REAL        double
#include "lib/linalg/loops_tmpl.h"
#undef LOOPS_TARGET

static const iso_loops avx512 = SET(avx512);

const iso_loops *iso_loops_best(void)
{
    const iso_cpu cpu = iso_cpu_level();

    return cpu >= ISO_CPU_AVX512 ? &avx512 : cpu >= ISO_CPU_AVX2 ? &avx2 : &plain;
}

#else

const iso_loops *iso_loops_best(void)
{
    return &plain;
}

#endif

double iso_dot(const double *x, const double *y, int64_t n)
{
    return iso_loops_best()->dot_f64(x, y, n);
}
