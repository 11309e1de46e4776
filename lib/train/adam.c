#include "lib/train/adam.h"

#include <math.h>
#include <string.h>

#include "lib/base/cpu.h"

/* Each set is the same C, compiled for another target. */
#pragma GCC diagnostic ignored "-Wpsabi"

static const float nothing = 1e-37f; /* moments below are 0: arithmetic near 1e-38 is slow */

#define TARGET
#define NAME(x) plain_##x
#define LANES   4
#define ROOT(v)                                                                                    \
    for (int lane = 0; lane < LANES; lane++)                                                       \
    (v)[lane] = sqrtf((v)[lane])
#include "lib/train/adam_tmpl.h"

#define SET(s)                                                                                     \
    {                                                                                              \
        s##_step, s##_idle, s##_squares, #s                                                        \
    }

static const iso_adam_loops plain = SET(plain);

const iso_adam_loops *iso_adam_plain(void)
{
    return &plain;
}

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#define TARGET  __attribute__((target("avx2,fma")))
#define NAME(x) avx2_##x
#define LANES   8
#define ROOT(v) (v) = (NAME(vec))_mm256_sqrt_ps((__m256)(v))
#include "lib/train/adam_tmpl.h"

#define TARGET  __attribute__((target("avx512f,avx512cd,avx512bw,avx512dq,avx512vl,avx2,fma")))
#define NAME(x) avx512_##x
#define LANES   16
#define ROOT(v) (v) = (NAME(vec))_mm512_sqrt_ps((__m512)(v))
#include "lib/train/adam_tmpl.h"

static const iso_adam_loops avx2 = SET(avx2), avx512 = SET(avx512);

const iso_adam_loops *iso_adam_best(void)
{
    const iso_cpu cpu = iso_cpu_level();

    return cpu >= ISO_CPU_AVX512 ? &avx512 : cpu >= ISO_CPU_AVX2 ? &avx2 : &plain;
}

#else

const iso_adam_loops *iso_adam_best(void)
{
    return &plain;
}

#endif
