/* One set of loops; included with ROUND(name) and ROUND_TARGET defined (round.c). */

ROUND_TARGET static void ROUND(bf16)(float *dst, const float *src, int64_t n)
{
#pragma omp simd
    for (int64_t i = 0; i < n; i++) {
        uint32_t u;
        memcpy(&u, &src[i], sizeof u);
        const uint32_t up = (u + 0x7fff + (u >> 16 & 1)) & 0xffff0000;
        u = (u & 0x7fffffff) > 0x7f800000 ? u : up;
        memcpy(&dst[i], &u, sizeof u);
    }
}

ROUND_TARGET static void ROUND(bf16_bits)(uint16_t *dst, const float *src, int64_t n)
{
#pragma omp simd
    for (int64_t i = 0; i < n; i++) {
        uint32_t u;
        memcpy(&u, &src[i], sizeof u);
        const uint32_t up = u + 0x7fff + (u >> 16 & 1), quiet = u | 0x400000;
        dst[i] = (uint16_t)(((u & 0x7fffffff) > 0x7f800000 ? quiet : up) >> 16);
    }
}

/* The bits of numbers without their sign are in the order of the numbers, and above them all is
 * what is not finite. */
ROUND_TARGET static float ROUND(peak)(const float *src, int64_t n)
{
    int32_t most = 0;
    float peak;

#pragma omp simd reduction(max : most)
    for (int64_t i = 0; i < n; i++) {
        int32_t u;
        memcpy(&u, &src[i], sizeof u);
        u &= 0x7fffffff;
        most = u > most ? u : most;
    }
    memcpy(&peak, &most, sizeof peak);
    return most < 0x7f800000 ? peak : NAN;
}

/* Added to 1.5 * 2^23, where floats lie one apart, a number is rounded by the hardware. A NaN that
 * comes with by = 0 must still be an integer. */
#define WHOLE(x, by) (((x) * (by) + 0x1.8p23f) - 0x1.8p23f)

ROUND_TARGET static void ROUND(whole)(float *dst, const float *src, float by, int64_t n)
{
    if (by == 0) {
        memset(dst, 0, (size_t)n * sizeof *dst);
        return;
    }
#pragma omp simd
    for (int64_t i = 0; i < n; i++)
        dst[i] = WHOLE(src[i], by);
}

ROUND_TARGET static void ROUND(s8)(int8_t *dst, const float *src, float by, int64_t n)
{
    if (by == 0) {
        memset(dst, 0, (size_t)n * sizeof *dst);
        return;
    }
#pragma omp simd
    for (int64_t i = 0; i < n; i++)
        dst[i] = (int8_t)(int32_t)WHOLE(src[i], by);
}

ROUND_TARGET static void ROUND(s16)(int16_t *dst, const float *src, float by, int64_t n)
{
    if (by == 0) {
        memset(dst, 0, (size_t)n * sizeof *dst);
        return;
    }
#pragma omp simd
    for (int64_t i = 0; i < n; i++)
        dst[i] = (int16_t)(int32_t)WHOLE(src[i], by);
}

#undef WHOLE
#undef ROUND
