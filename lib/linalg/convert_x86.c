#include "lib/linalg/convert_x86.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2,f16c")))

AVX2 static __m128i load(const uint16_t *src)
{
    return _mm_loadu_si128((const __m128i *)(const void *)src);
}

AVX2 void iso_x86_f16_to_f32(float *dst, const uint16_t *src, int64_t n)
{
    int64_t i = 0;

    for (; i + 32 <= n; i += 32) {
        _mm256_storeu_ps(dst + i, _mm256_cvtph_ps(load(src + i)));
        _mm256_storeu_ps(dst + i + 8, _mm256_cvtph_ps(load(src + i + 8)));
        _mm256_storeu_ps(dst + i + 16, _mm256_cvtph_ps(load(src + i + 16)));
        _mm256_storeu_ps(dst + i + 24, _mm256_cvtph_ps(load(src + i + 24)));
    }
    for (; i + 8 <= n; i += 8)
        _mm256_storeu_ps(dst + i, _mm256_cvtph_ps(load(src + i)));
    if (i < n) {
        uint16_t in[8] = {0};
        float out[8];
        memcpy(in, src + i, (size_t)(n - i) * sizeof *in);
        _mm256_storeu_ps(out, _mm256_cvtph_ps(load(in)));
        memcpy(dst + i, out, (size_t)(n - i) * sizeof *out);
    }
}

AVX2 static void widen(double *dst, const uint16_t *src)
{
    const __m256 x = _mm256_cvtph_ps(load(src));

    _mm256_storeu_pd(dst, _mm256_cvtps_pd(_mm256_castps256_ps128(x)));
    _mm256_storeu_pd(dst + 4, _mm256_cvtps_pd(_mm256_extractf128_ps(x, 1)));
}

AVX2 void iso_x86_f16_to_f64(double *dst, const uint16_t *src, int64_t n)
{
    int64_t i = 0;

    for (; i + 8 <= n; i += 8)
        widen(dst + i, src + i);
    if (i < n) {
        uint16_t in[8] = {0};
        double out[8];
        memcpy(in, src + i, (size_t)(n - i) * sizeof *in);
        widen(out, in);
        memcpy(dst + i, out, (size_t)(n - i) * sizeof *out);
    }
}

AVX2 static void narrow(uint16_t *dst, const float *src)
{
    const __m128i h = _mm256_cvtps_ph(_mm256_loadu_ps(src), _MM_FROUND_TO_NEAREST_INT);

    _mm_storeu_si128((__m128i *)(void *)dst, h);
}

AVX2 void iso_x86_f32_to_f16(uint16_t *dst, const float *src, int64_t n)
{
    int64_t i = 0;

    for (; i + 8 <= n; i += 8)
        narrow(dst + i, src + i);
    if (i < n) {
        float in[8] = {0};
        uint16_t out[8];
        memcpy(in, src + i, (size_t)(n - i) * sizeof *in);
        narrow(out, in);
        memcpy(dst + i, out, (size_t)(n - i) * sizeof *out);
    }
}

#else

/* Never called where the processor has no AVX2. */
void iso_x86_f16_to_f32(float *dst, const uint16_t *src, int64_t n)
{
    (void)dst, (void)src, (void)n;
}

void iso_x86_f16_to_f64(double *dst, const uint16_t *src, int64_t n)
{
    (void)dst, (void)src, (void)n;
}

void iso_x86_f32_to_f16(uint16_t *dst, const float *src, int64_t n)
{
    (void)dst, (void)src, (void)n;
}

#endif
