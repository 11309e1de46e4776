/* Conversions in AVX2 and F16C; only convert.c calls them, after asking the processor. */
#ifndef ISO_LINALG_CONVERT_X86_H
#define ISO_LINALG_CONVERT_X86_H

#include <stdint.h>

#include "lib/base/api.h"

ISO_BEGIN

/** n packed numbers; bitwise equal to the plain loops of convert.c. */
void iso_x86_f16_to_f32(float *dst, const uint16_t *src, int64_t n);
void iso_x86_f16_to_f64(double *dst, const uint16_t *src, int64_t n);
void iso_x86_f32_to_f16(uint16_t *dst, const float *src, int64_t n);

ISO_END

#endif
