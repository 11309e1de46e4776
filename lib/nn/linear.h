/* A linear layer: y = x Wᵀ + b. */
#ifndef ISO_NN_LINEAR_H
#define ISO_NN_LINEAR_H

#include <stdbool.h>

#include "lib/linalg/packed.h"

ISO_BEGIN

/** W (outputs × inputs) as the checkpoint holds it, b, and W prepared for products on first use. */
typedef struct iso_linear {
    iso_view w;
    const float *bias;
    iso_compute compute;
    bool changes; /* W is being learnt: nothing of it is prepared, each product packs it; compute is
                   * f32, w packed f32 */
    iso_packed *packed;      /* NULL until iso_linear_ready */
    const char *file, *name; /* of the tensor w is, for messages; NULL: of none */
} iso_linear;

/** Prepares W, once, unless it changes. Errors  as iso_packed_new; names the tensor that holds NaN
 * or infinity. */
ISO_MUST_USE iso_err iso_linear_ready(iso_linear *l);

/** y (T × outputs, f32) = x (T × inputs, f32) Wᵀ + b, and `then` (or NULL) with parts of y while
 * they lie in the cache. Cost  2 T outputs inputs operations. */
ISO_MUST_USE iso_err iso_linear_fwd(iso_mat *y, iso_view x, iso_linear *l, const iso_then *then);

void iso_linear_free(iso_linear *l);

ISO_END

#endif
