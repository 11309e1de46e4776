#include "lib/linalg/topk.h"

#include <math.h>
#include <string.h>

#include "lib/base/cpu.h"
#include "lib/linalg/topk_inside.h"

/* Each set is the same C, compiled for another target; the compiler writes the vectors, all but the
 * gathering of their signs, for which C has no word. */
#pragma GCC diagnostic ignored "-Wpsabi"

typedef int32_t four __attribute__((vector_size(16)));

static inline uint32_t signs_plain(four v)
{
    return (uint32_t)((v[0] < 0) | (v[1] < 0) << 1 | (v[2] < 0) << 2 | (v[3] < 0) << 3);
}

#define TOPK_TARGET
#define TOPK(name)       name##_plain
#define LANES            4
#define WHICH            four
#define AT_LEAST(v, w)   ((v) >= (w))
#define SIGNS(v)         signs_plain(v)
#define REACHES(v, f, g) (((v) >= (f)) | ((v) >= (g)))
#include "lib/linalg/topk_tmpl.h"

#define SET(s)                                                                                     \
    {                                                                                              \
        dot_##s, unit_##s, round_##s, lift_##s, tilt_##s, count_##s, range_##s, scan_##s,          \
            sums_##s, peaks_##s, band_##s                                                          \
    }

static const struct topk_loops plain = SET(plain);

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#define TOPK_TARGET      __attribute__((target("avx2,fma")))
#define TOPK(name)       name##_avx2
#define LANES            8
#define WHICH            __m256
#define AT_LEAST(v, w)   _mm256_cmp_ps(v, w, _CMP_GE_OQ)
#define SIGNS(v)         (uint32_t) _mm256_movemask_ps(v)
#define REACHES(v, f, g) AT_LEAST(v, _mm256_min_ps(f, g))
#define EITHER(v, w)     _mm256_or_ps(v, w)
#include "lib/linalg/topk_tmpl.h"

static const struct topk_loops avx2 = SET(avx2);

#define TOPK_TARGET      __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma")))
#define TOPK(name)       name##_avx512
#define LANES            16
#define WHICH            uint32_t
#define AT_LEAST(v, w)   (uint32_t) _mm512_cmp_ps_mask(v, w, _CMP_GE_OQ)
#define SIGNS(v)         (v)
#define REACHES(v, f, g) AT_LEAST(v, _mm512_min_ps(f, g))
#include "lib/linalg/topk_tmpl.h"

static const struct topk_loops avx512 = SET(avx512);

const struct topk_loops *iso_topk_loops(void)
{
    const iso_cpu cpu = iso_cpu_level();

    return cpu >= ISO_CPU_AVX512 ? &avx512 : cpu >= ISO_CPU_AVX2 ? &avx2 : &plain;
}

#else

const struct topk_loops *iso_topk_loops(void)
{
    return &plain;
}

#endif

double iso_topk_dot(const float *x, const float *y, int64_t n)
{
    return iso_topk_loops()->dot(x, y, n);
}

double iso_topk_cosine(const iso_topk_rows *x, int64_t i, const iso_topk_rows *y, int64_t j)
{
    const int64_t row = x->pick ? x->pick[i] : i, column = y->pick ? y->pick[j] : j;
    const double inverse = x->inverse[row] * y->inverse[column];

    return inverse == 0
               ? 0
               : iso_topk_dot(x->data + row * x->stride, y->data + column * y->stride, x->cols) *
                     inverse;
}
