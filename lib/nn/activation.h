/* What stands between the two products of a feed-forward part, element by element. */
#ifndef ISO_NN_ACTIVATION_H
#define ISO_NN_ACTIVATION_H

#include "lib/linalg/view.h"
#include "lib/nn/config.h"

ISO_BEGIN

/**
 * x (f32) in place: x Φ(x), or 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))), or max(x, 0). Within
 * 4e-7 |x| of the exact value. Multi-threaded.
 * Source  Hendrycks, Gimpel, 2016, arXiv:1606.08415.
 */
void iso_activation_fwd(iso_mat *x, iso_activation activation);

ISO_END

#endif
