/* What stands between the two products of a feed-forward part, element by element. */
#ifndef ISO_NN_ACTIVATION_H
#define ISO_NN_ACTIVATION_H

#include "lib/linalg/product.h"
#include "lib/nn/config.h"
#include "lib/nn/times.h"

ISO_BEGIN

/** What is done with the result of a product; it lives until that is finished. */
typedef struct iso_activate {
    iso_activation activation;
    iso_nn_times *times; /* or NULL */
} iso_activate;

/**
 * Changes what a product makes (f32) in place, part by part: x Φ(x), or 0.5 x (1 + tanh(√(2/π) (x +
 * 0.044715 x³))), or max(x, 0). Within 4e-7 |x| of the exact value.
 * Source  Hendrycks, Gimpel, 2016, arXiv:1606.08415.
 */
iso_then iso_activation_then(iso_activate *a);

ISO_END

#endif
