/* The way back through means of lists of tokens. */
#ifndef ISO_NN_POOLING_BACK_H
#define ISO_NN_POOLING_BACK_H

#include <stdbool.h>

#include "lib/nn/pooling.h"

ISO_BEGIN

/**
 * dx (tokens × C, f32) += gradient of dout (rows × C, f32) through iso_pool_lists with the same
 * lists: a part of 1 / n or 1 / √n each, or the weights by place. A token may stand in several lists.
 * Errors  ISO_EARG (shapes, an index out of range, ISO_POOL_MAX, MAX_SPECIAL).
 */
ISO_MUST_USE iso_err iso_pool_lists_back(iso_mat *dx, iso_view dout, const int64_t *first,
                                         const int64_t *index, iso_pool pool);

ISO_END

#endif
