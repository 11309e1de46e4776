/* Token states to rows: each row is the mean, or the largest, of a list of tokens. */
#ifndef ISO_NN_POOLING_H
#define ISO_NN_POOLING_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/linalg/view.h"

ISO_BEGIN

/**
 * Row r of `out` (rows × C, f32, f16 or f64) is made of the rows index[first[r]] … of x (tokens ×
 * C, f32): their mean (sums in double), or, with `largest`, the largest number of each column. An
 * empty list gives zeros; a list of one is a copy.
 * Errors  ISO_EARG (shapes, an index out of range), ISO_EFORMAT (a number beyond f16).
 */
ISO_MUST_USE iso_err iso_pool_lists(iso_mat *out, iso_view x, const int64_t *first,
                                    const int64_t *index, bool largest);

ISO_END

#endif
