/* Rounding rows of f32 to fewer bits: it stands before every product of low precision. */
#ifndef ISO_LINALG_ROUND_H
#define ISO_LINALG_ROUND_H

#include <stdint.h>

/** n numbers each; all sets of loops give the same bits. dst and src may be the same. */
typedef struct iso_rounding {
    /* To the nearest bfloat16, ties to even, as an f32; NaN stays NaN. */
    void (*bf16)(float *dst, const float *src, int64_t n);
    /* The same as the 16 bits of a bfloat16; NaN becomes quiet. dst and src are apart. */
    void (*bf16_bits)(uint16_t *dst, const float *src, int64_t n);
    /* max |x|; NaN when one of them is not finite. */
    float (*peak)(const float *src, int64_t n);
    /* x * by to the nearest integer, ties to even, for |x * by| <= 127.5. */
    void (*s8)(int8_t *dst, const float *src, float by, int64_t n);
    void (*s16)(int16_t *dst, const float *src, float by, int64_t n);
    void (*whole)(float *dst, const float *src, float by, int64_t n);
} iso_rounding;

/** The loops for this CPU. */
const iso_rounding *iso_rounding_best(void);

/** The plain C versions, for tests. */
const iso_rounding *iso_rounding_plain(void);

/**
 * The symmetric 8-bit scale of a row whose peak is `peak`: x is about scale * q with q in
 * -127 ... 127, and *by is what to multiply x with before rounding. A row below 2^-100 is zeros
 * (scale and *by 0); one that is not finite has scale NaN and *by 0.
 */
float iso_rounding_scale(float *by, float peak);

#endif
