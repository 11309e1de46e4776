/* Token states to rows: each row is a mean or the largest of a list of tokens. */
#ifndef ISO_NN_POOLING_H
#define ISO_NN_POOLING_H

#include <stdint.h>

#include "lib/io/pool.h"
#include "lib/linalg/view.h"

ISO_BEGIN

/**
 * Row r of `out` (rows × C, f32, f16 or f64) is made of the rows index[first[r]] … of x (tokens ×
 * C, f32): the largest number of each column (ISO_POOL_MAX, MAX_SPECIAL), the mean weighted by the
 * place in the list, from 1 (WEIGHTED), the sum over the root of their number (MEAN_SQRT), or, of
 * every other pooling, the mean; sums in double. An empty list gives zeros; a list of one is a copy.
 * Errors  ISO_EARG (shapes, an index out of range), ISO_EFORMAT (a number beyond f16).
 */
ISO_MUST_USE iso_err iso_pool_lists(iso_mat *out, iso_view x, const int64_t *first,
                                    const int64_t *index, iso_pool pool);

/** The same of lists whose first `skip` tokens have a place and do not count. */
ISO_MUST_USE iso_err iso_pool_lists_after(iso_mat *out, iso_view x, const int64_t *first,
                                          const int64_t *index, iso_pool pool, int64_t skip);

ISO_END

#endif
