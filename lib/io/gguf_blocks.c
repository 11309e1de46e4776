#include "lib/io/gguf_blocks.h"

#include <string.h>

#include "lib/linalg/convert.h"

/* A scale has 11 bits, its own scale and the number it multiplies at most 12 together: products are
 * exact in f32, and a sum is rounded once, fused or not. */

enum { SMALL = 32, LARGE = 256 };

static float half(const unsigned char *at)
{
    uint16_t bits = (uint16_t)(at[0] | at[1] << 8);
    float out;

    iso_convert_f32(&out, 1, (iso_view){&bits, 1, 1, 1, ISO_F16});
    return out;
}

/* --- Blocks of 32: a scale, and a least number in those called _1 ------------------------------
 */

/* The lower halves of all bytes, then the upper ones. */
static int nibble(const unsigned char *packed, int i)
{
    return i < SMALL / 2 ? packed[i] & 15 : packed[i - SMALL / 2] >> 4;
}

static int bit(const unsigned char *bits, int i)
{
    return bits[i / 8] >> i % 8 & 1;
}

static void q4_0(float *out, const unsigned char *b)
{
    const float d = half(b);

    for (int i = 0; i < SMALL; i++)
        out[i] = d * (float)(nibble(b + 2, i) - 8);
}

static void q4_1(float *out, const unsigned char *b)
{
    const float d = half(b), least = half(b + 2);

    for (int i = 0; i < SMALL; i++)
        out[i] = d * (float)nibble(b + 4, i) + least;
}

static void q5_0(float *out, const unsigned char *b)
{
    const float d = half(b);

    for (int i = 0; i < SMALL; i++)
        out[i] = d * (float)((nibble(b + 6, i) | bit(b + 2, i) << 4) - 16);
}

static void q5_1(float *out, const unsigned char *b)
{
    const float d = half(b), least = half(b + 2);

    for (int i = 0; i < SMALL; i++)
        out[i] = d * (float)(nibble(b + 8, i) | bit(b + 4, i) << 4) + least;
}

static void q8_0(float *out, const unsigned char *b)
{
    const float d = half(b);

    for (int i = 0; i < SMALL; i++)
        out[i] = d * (float)(signed char)b[2 + i];
}

/* --- Blocks of 256: parts of 16 or 32 with a scale each, which is scaled itself ----------------
 */

/* Pairs of bits: 128 numbers in 32 bytes, the lowest pairs of all bytes first. */
static int pair_of(const unsigned char *packed, int i)
{
    return packed[i / 128 * 32 + i % 32] >> i % 128 / 32 * 2 & 3;
}

static void q2_k(float *out, const unsigned char *b)
{
    const unsigned char *scales = b, *packed = b + 16;
    const float d = half(b + 80), least = half(b + 82);

    for (int i = 0; i < LARGE; i++) {
        const int s = scales[i / 16];
        out[i] = d * (float)(s & 15) * (float)pair_of(packed, i) - least * (float)(s >> 4);
    }
}

/* Scale i of 16: four bits in the first eight bytes, two in the last four. */
static int scale_q3(const unsigned char *scales, int i)
{
    const int low = i < 8 ? scales[i] & 15 : scales[i - 8] >> 4;

    return (low | (scales[8 + i % 4] >> i / 4 * 2 & 3) << 4) - 32;
}

static void q3_k(float *out, const unsigned char *b)
{
    const unsigned char *mask = b, *packed = b + 32, *scales = b + 96;
    const float d = half(b + 108);

    for (int i = 0; i < LARGE; i++) {
        const int high = mask[i % 32] >> i / 32 & 1;
        out[i] = d * (float)scale_q3(scales, i / 16) * (float)(pair_of(packed, i) - (high ? 0 : 4));
    }
}

/* Scale and least number of part i of 8, six bits each in twelve bytes. */
static void scale_q4(int *scale, int *least, const unsigned char *s, int i)
{
    const int k = i % 4;

    *scale = i < 4 ? s[k] & 63 : (s[8 + k] & 15) | (s[k] >> 2 & 48);
    *least = i < 4 ? s[4 + k] & 63 : s[8 + k] >> 4 | (s[4 + k] >> 2 & 48);
}

/* Of 64 numbers the lower halves of 32 bytes, then the upper ones. `high`: NULL, or a fifth bit. */
static void unpack_q45(float *out, const unsigned char *b, const unsigned char *high,
                       const unsigned char *packed)
{
    const float d = half(b), dmin = half(b + 2);

    for (int part = 0; part < LARGE / 32; part++) {
        int scale, least;
        scale_q4(&scale, &least, b + 4, part);
        const float step = d * (float)scale, low = dmin * (float)least;
        for (int k = 0; k < 32; k++) {
            const int byte = packed[part / 2 * 32 + k];
            const int q =
                (part % 2 ? byte >> 4 : byte & 15) | (high ? (high[k] >> part & 1) << 4 : 0);
            out[part * 32 + k] = step * (float)q - low;
        }
    }
}

static void q4_k(float *out, const unsigned char *b)
{
    unpack_q45(out, b, NULL, b + 16);
}

static void q5_k(float *out, const unsigned char *b)
{
    unpack_q45(out, b, b + 16, b + 48);
}

static void q6_k(float *out, const unsigned char *b)
{
    const unsigned char *low = b, *high = b + 128, *scales = b + 192;
    const float d = half(b + 208);

    for (int i = 0; i < LARGE; i++) {
        const int within = i % 128, byte = low[i / 128 * 64 + within % 64];
        const int four = within < 64 ? byte & 15 : byte >> 4;
        const int two = high[i / 128 * 32 + within % 32] >> within / 32 * 2 & 3;
        out[i] = d * (float)(signed char)scales[i / 16] * (float)((four | two << 4) - 32);
    }
}

/* --- The table ----------------------------------------------------------------------------------
 */

static const iso_gguf_block table[] = {
    {0, "F32", 1, 4, NULL, ISO_F32},    {1, "F16", 1, 2, NULL, ISO_F16},
    {30, "BF16", 1, 2, NULL, ISO_BF16}, {28, "F64", 1, 8, NULL, ISO_F64},
    {2, "Q4_0", SMALL, 18, q4_0, 0},    {3, "Q4_1", SMALL, 20, q4_1, 0},
    {6, "Q5_0", SMALL, 22, q5_0, 0},    {7, "Q5_1", SMALL, 24, q5_1, 0},
    {8, "Q8_0", SMALL, 34, q8_0, 0},    {10, "Q2_K", LARGE, 84, q2_k, 0},
    {11, "Q3_K", LARGE, 110, q3_k, 0},  {12, "Q4_K", LARGE, 144, q4_k, 0},
    {13, "Q5_K", LARGE, 176, q5_k, 0},  {14, "Q6_K", LARGE, 210, q6_k, 0},
};

const iso_gguf_block *iso_gguf_block_of(uint32_t type)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (table[i].type == type)
            return &table[i];
    }
    return NULL;
}

void iso_gguf_dequantise(float *out, const iso_gguf_block *how, const unsigned char *packed,
                         int64_t count)
{
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < count / how->numbers; i++)
        how->unpack(out + i * how->numbers, packed + i * how->bytes);
}
