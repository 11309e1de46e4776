/* Rows times a panel in 16-bit integers: twice the products of an f32 FMA in an instruction. */
#include <string.h>

#include "lib/base/cpu.h"
#include "lib/linalg/panel.h"

static void int16_plain(float *c, const int16_t *a, const int16_t *panel, int64_t m, int64_t pairs,
                        float scale)
{
    for (int64_t i = 0; i < m; i++, a += 2 * pairs)
        for (int j = 0; j < ISO_PANEL; j++) {
            int32_t sum = 0;
            for (int64_t l = 0; l < pairs; l++) {
                const int16_t *two = panel + (l * ISO_PANEL + j) * 2;
                sum += a[2 * l] * two[0] + a[2 * l + 1] * two[1];
            }
            *c++ = (float)sum * scale;
        }
}

iso_panel_int16_fn *iso_panel_int16_plain(void)
{
    return int16_plain;
}

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

/* Four rows of two vectors: with a row's pair and the panel's two vectors they fit the registers
 * with room for a product, which has none of its own in an FMA. */
enum { ROWS = 4, WIDE = 2, LANES = 8, AHEAD = 2048 };

AVX2 __attribute__((always_inline)) static inline __m256i vector(const int16_t *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

AVX2 __attribute__((always_inline)) static inline void
tile(float *c, const int16_t *a, const int16_t *panel, int64_t pairs, float scale, const int rows)
{
    __m256i sum[ROWS][WIDE];

#pragma GCC unroll 4
    for (int i = 0; i < rows; i++)
        sum[i][0] = sum[i][1] = _mm256_setzero_si256();
#pragma GCC unroll 4
    for (int64_t l = 0; l < pairs; l++, panel += 2 * ISO_PANEL) {
        const __m256i left = vector(panel), right = vector(panel + ISO_PANEL);
        __builtin_prefetch(panel + AHEAD);
#pragma GCC unroll 4
        for (int i = 0; i < rows; i++) {
            int32_t two;
            memcpy(&two, a + (i * pairs + l) * 2, sizeof two);
            const __m256i both = _mm256_set1_epi32(two);
            sum[i][0] = _mm256_add_epi32(sum[i][0], _mm256_madd_epi16(both, left));
            sum[i][1] = _mm256_add_epi32(sum[i][1], _mm256_madd_epi16(both, right));
        }
    }
#pragma GCC unroll 4
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < WIDE; j++)
            _mm256_storeu_ps(c + i * ISO_PANEL + j * LANES,
                             _mm256_mul_ps(_mm256_cvtepi32_ps(sum[i][j]), _mm256_set1_ps(scale)));
}

AVX2 static void int16_avx2(float *c, const int16_t *a, const int16_t *panel, int64_t m,
                            int64_t pairs, float scale)
{
    int64_t i = 0;

    for (; i + ROWS <= m; i += ROWS)
        tile(c + i * ISO_PANEL, a + i * 2 * pairs, panel, pairs, scale, ROWS);
    for (; i < m; i++)
        tile(c + i * ISO_PANEL, a + i * 2 * pairs, panel, pairs, scale, 1);
}

iso_panel_int16_fn *iso_panel_int16_best(void)
{
    return iso_cpu_level() >= ISO_CPU_AVX2 ? int16_avx2 : int16_plain;
}

#else

iso_panel_int16_fn *iso_panel_int16_best(void)
{
    return int16_plain;
}

#endif

bool iso_panel_int16_pays(void)
{
    return iso_panel_int16_best() != int16_plain;
}
