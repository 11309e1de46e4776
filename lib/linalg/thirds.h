/* Products of f32 on tiles of bf16 (AMX-BF16), as exact as in f32.
 *
 * A number x is the sum of three of bf16, 8 bits each: x0 is x rounded, x1 the rest rounded, x2 the
 * rest of that. Of the nine products of the parts of two numbers the six largest are summed in f32;
 * what is left out is below 2^-25 of the product, half of what f32 rounds off it. Six products of
 * bf16 tiles take 0.4 of the time that AVX-512's of f32 take.
 *
 * Infinite numbers, and those above 3.39e38, give NaN. Of numbers below 1e-33 fewer bits count, and
 * results below 1.2e-38 are 0. */
#ifndef ISO_LINALG_THIRDS_H
#define ISO_LINALG_THIRDS_H

#include "lib/linalg/product.h"

/** Whether this CPU multiplies an f32 C of this shape and inner size k faster so. */
bool iso_thirds_pay(const iso_mat *c, int64_t k);

/** iso_product_run for such a C; shapes are checked, k is positive, beta 0 or 1, nothing is upper.
 * The bits of a number depend neither on threads nor on what is computed beside. Errors
 * ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_thirds_run(iso_mat *c, const iso_product *p);

#endif
