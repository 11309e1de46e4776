/* Numbers in text, fast, the same in every locale. */
#ifndef ISO_IO_DECIMAL_H
#define ISO_IO_DECIMAL_H

#include "lib/base/api.h"

ISO_BEGIN

/**
 * The decimal number that `text` begins with ("-1.5e-3", "nan", "inf"), as the nearest f32, ties to
 * even; beyond its range infinite. Returns where it ends, or NULL if there is none. The text ends
 * with a byte that no number holds (NUL, space, line end).
 * Cost    about a nanosecond a digit; a few tens for numbers beyond 1e18, below 1e-22, or so near
 *         the middle of two f32 that the C library decides.
 * Source  Clinger, How to read floating point numbers accurately, PLDI 1990 (the exact powers).
 */
const char *iso_decimal_f32(float *out, const char *text);

/** The same as the nearest f64; words are no numbers here. Cost  a few tens of nanoseconds; some
 * hundred with more than 19 digits, below 1e-27, or with a positive power of ten. */
const char *iso_decimal_f64(double *out, const char *text);

ISO_END

#endif
