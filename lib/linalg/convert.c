#include "lib/linalg/convert.h"

#include <string.h>

#include "lib/base/cpu.h"
#include "lib/linalg/convert_x86.h"

/* One number ---------------------------------------------------------------- */

static uint32_t bits32(float x)
{
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

static float float_of(uint32_t u)
{
    float x;
    memcpy(&x, &u, sizeof x);
    return x;
}

#if defined(__aarch64__)

/* One instruction there, and the compilers' vector loops use it. */
static float half_to_float(uint16_t h)
{
    __fp16 x;
    memcpy(&x, &h, sizeof x);
    return (float)x;
}

#else

/* Branches, because almost all numbers of a model are normal: they are foreseen. */
static float half_to_float(uint16_t h)
{
    const uint32_t sign = (uint32_t)(h & 0x8000) << 16, a = h & 0x7fff;

    if (a < 0x0400) /* zero and subnormal: a multiple of 2^-24 */
        return float_of(sign | bits32((float)(int32_t)a * 0x1p-24f));
    if (a < 0x7c00)
        return float_of(sign | ((a << 13) + 0x38000000));
    if (a == 0x7c00)
        return float_of(sign | 0x7f800000);
    return float_of(sign | 0x7fc00000 | a << 13); /* NaN: made quiet, as the hardware does */
}

#endif

static float bf16_to_float(uint16_t h)
{
    const bool nan = (h & 0x7fff) > 0x7f80;

    return float_of((uint32_t)(h | (nan ? 0x40 : 0)) << 16);
}

static uint16_t float_to_half(float x)
{
    const uint32_t u = bits32(x), sign = u >> 16 & 0x8000;
    uint32_t a = u & 0x7fffffff;

    if (a > 0x7f800000)
        return (uint16_t)(sign | 0x7e00 | (a >> 13 & 0x3ff));
    if (a >= 0x477ff000) /* 65520, half way from the largest half to 2^16 */
        return (uint16_t)(sign | 0x7c00);
    if (a < 0x38800000) /* below 2^-14; a float in [0.5, 1) has steps of 2^-24, so adding rounds */
        return (uint16_t)(sign | (bits32(float_of(a) + 0.5f) - 0x3f000000));
    a += 0xfff + (a >> 13 & 1);
    return (uint16_t)(sign | (a - 0x38000000) >> 13);
}

static uint16_t float_to_bf16(float x)
{
    const uint32_t u = bits32(x);

    if ((u & 0x7fffffff) > 0x7f800000)
        return (uint16_t)(u >> 16 | 0x40);
    return (uint16_t)((u + 0x7fff + (u >> 16 & 1)) >> 16);
}

/* A double in 16 bits, `m` of them mantissa, exponent bias `bias`; rounds once, not by way of
 * float. Below the smallest normal the steps are those of `grid`, whose neighbours lie one
 * subnormal step apart. */
static uint16_t double_to_16(double x, int m, int bias, double grid)
{
    uint64_t u, a, g;
    memcpy(&u, &x, sizeof u);
    const uint64_t sign = u >> 48 & 0x8000, inf = 0x7fff & ~((1u << m) - 1);

    a = u & 0x7fffffffffffffff;
    if (a > 0x7ff0000000000000) /* NaN: the payload's upper bits, quiet */
        return (uint16_t)(sign | inf | 1u << (m - 1) | (a >> (52 - m) & ((1u << m) - 1)));
    if (a < (uint64_t)(1024 - bias) << 52) {
        double y;
        memcpy(&y, &a, sizeof y);
        y += grid;
        memcpy(&a, &y, sizeof a);
        memcpy(&g, &grid, sizeof g);
        return (uint16_t)(sign | (a - g));
    }
    a += ((uint64_t)1 << (51 - m)) - 1 + (a >> (52 - m) & 1);
    a = (a - ((uint64_t)(1023 - bias) << 52)) >> (52 - m);
    return (uint16_t)(sign | (a < inf ? a : inf));
}

static uint16_t double_to_half(double x)
{
    return double_to_16(x, 10, 15, 0x1p28);
}

static uint16_t double_to_bf16(double x)
{
    return double_to_16(x, 7, 127, 0x1p-81);
}

/* One row ------------------------------------------------------------------- */

#define LOOP(name, to, from, expression)                                                           \
    static void name(void *restrict dst, const void *src, int64_t n)                               \
    {                                                                                              \
        to *restrict out = dst;                                                                    \
        const from *in = src;                                                                      \
        for (int64_t i = 0; i < n; i++) {                                                          \
            const from x = in[i];                                                                  \
            out[i] = (to)(expression);                                                             \
        }                                                                                          \
    }

LOOP(f32_from_f64, float, double, x)
LOOP(f32_from_f16, float, uint16_t, half_to_float(x))
LOOP(f32_from_bf16, float, uint16_t, bf16_to_float(x))
LOOP(f64_from_f32, double, float, x)
LOOP(f64_from_f16, double, uint16_t, half_to_float(x))
LOOP(f64_from_bf16, double, uint16_t, bf16_to_float(x))
LOOP(f16_from_f32, uint16_t, float, float_to_half(x))
LOOP(f16_from_f64, uint16_t, double, double_to_half(x))
LOOP(f16_from_bf16, uint16_t, uint16_t, float_to_half(bf16_to_float(x)))
LOOP(bf16_from_f32, uint16_t, float, float_to_bf16(x))
LOOP(bf16_from_f64, uint16_t, double, double_to_bf16(x))
LOOP(bf16_from_f16, uint16_t, uint16_t, float_to_bf16(half_to_float(x)))

static void copy2(void *restrict dst, const void *src, int64_t n)
{
    memcpy(dst, src, (size_t)n * 2);
}

static void copy4(void *restrict dst, const void *src, int64_t n)
{
    memcpy(dst, src, (size_t)n * 4);
}

static void copy8(void *restrict dst, const void *src, int64_t n)
{
    memcpy(dst, src, (size_t)n * 8);
}

static void f32_from_f16_x86(void *restrict dst, const void *src, int64_t n)
{
    iso_x86_f16_to_f32(dst, src, n);
}

static void f64_from_f16_x86(void *restrict dst, const void *src, int64_t n)
{
    iso_x86_f16_to_f64(dst, src, n);
}

static void f16_from_f32_x86(void *restrict dst, const void *src, int64_t n)
{
    iso_x86_f32_to_f16(dst, src, n);
}

typedef void kernel(void *restrict dst, const void *src, int64_t n);

/* Row: the type made; column: the type read; in the order of iso_dtype. */
static kernel *const plain[4][4] = {
    {copy4, f32_from_f64, f32_from_f16, f32_from_bf16},
    {f64_from_f32, copy8, f64_from_f16, f64_from_bf16},
    {f16_from_f32, f16_from_f64, copy2, f16_from_bf16},
    {bf16_from_f32, bf16_from_f64, bf16_from_f16, copy2},
};
static kernel *const fast[4][4] = {
    [ISO_F32][ISO_F16] = f32_from_f16_x86,
    [ISO_F64][ISO_F16] = f64_from_f16_x86,
    [ISO_F16][ISO_F32] = f16_from_f32_x86,
};

void iso_convert(void *dst, int64_t dst_stride, iso_dtype dtype, iso_view src)
{
    kernel *row = fast[dtype][src.dtype];
    const size_t out = (size_t)dst_stride * iso_dtype_size(dtype);
    const size_t in = (size_t)src.stride * iso_dtype_size(src.dtype);

    if (!row || iso_cpu_level() < ISO_CPU_AVX2)
        row = plain[dtype][src.dtype];
    if (src.rows <= 0 || src.cols <= 0)
        return;
    if (dst_stride == src.cols && src.stride == src.cols) {
        row(dst, src.data, src.rows * src.cols);
        return;
    }
    for (int64_t i = 0; i < src.rows; i++)
        row((char *)dst + (size_t)i * out, (const char *)src.data + (size_t)i * in, src.cols);
}

void iso_convert_f32(float *dst, int64_t dst_stride, iso_view src)
{
    iso_convert(dst, dst_stride, ISO_F32, src);
}

void iso_convert_f64(double *dst, int64_t dst_stride, iso_view src)
{
    iso_convert(dst, dst_stride, ISO_F64, src);
}

void iso_convert_f16(uint16_t *dst, int64_t dst_stride, iso_view src)
{
    iso_convert(dst, dst_stride, ISO_F16, src);
}

void iso_convert_bf16(uint16_t *dst, int64_t dst_stride, iso_view src)
{
    iso_convert(dst, dst_stride, ISO_BF16, src);
}
