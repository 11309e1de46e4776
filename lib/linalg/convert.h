/* Numbers of one type as numbers of another: f16, bf16, f32 and f64, at memory speed. */
#ifndef ISO_LINALG_CONVERT_H
#define ISO_LINALG_CONVERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/linalg/view.h"

ISO_BEGIN

/**
 * Copies a view into rows of another type; row i starts at dst + i * dst_stride.
 *
 * Widening is exact (subnormals, infinities; a NaN keeps its payload and becomes quiet).
 * Narrowing rounds once, to the nearest, ties to even; what lies beyond the range becomes
 * infinite. dst and src do not overlap; dst_stride >= src.cols.
 */
ISO_API void iso_convert_f32(float *dst, int64_t dst_stride, iso_view src);
ISO_API void iso_convert_f64(double *dst, int64_t dst_stride, iso_view src);
ISO_API void iso_convert_f16(uint16_t *dst, int64_t dst_stride, iso_view src);
ISO_API void iso_convert_bf16(uint16_t *dst, int64_t dst_stride, iso_view src);

/** The same with the type as a value. */
ISO_API void iso_convert(void *dst, int64_t dst_stride, iso_dtype dtype, iso_view src);

/** True if no number is NaN or infinite; else false with the first such row in *row (may be NULL).
 */
ISO_API bool iso_view_finite(int64_t *row, iso_view v);

/**
 * True if single precision holds the rows of `v`: of none the largest number leaves its range or
 * falls below its normal numbers, which only doubles can do; else false with the first such row and
 * that number.
 */
ISO_API bool iso_view_fits_f32(int64_t *row, double *peak, iso_view v);

/** Reverses the bytes of each of `count` numbers of 2, 4 or 8 bytes, in place. */
ISO_API void iso_swap_bytes(void *data, int64_t count, size_t size);

ISO_END

#endif
