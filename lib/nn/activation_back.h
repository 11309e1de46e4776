/* The activation of a feed-forward part in training. */
#ifndef ISO_NN_ACTIVATION_BACK_H
#define ISO_NN_ACTIVATION_BACK_H

#include "lib/linalg/product.h"
#include "lib/nn/config.h"
#include "lib/nn/times.h"

ISO_BEGIN

/** `other` has the shape of a product's result. It lives until the product is finished. */
typedef struct iso_activate_part {
    iso_activation activation;
    iso_mat other;
    const float *bias;   /* of a product on the way forward, which it lacks; NULL: none */
    iso_nn_times *times; /* or NULL */
} iso_activate_part;

/** The result gets the bias; other = act(result). */
iso_then iso_activation_keep_then(iso_activate_part *a);

/** The result, a gradient, is multiplied by act'(other), and other becomes act(other). */
iso_then iso_activation_back_then(iso_activate_part *a);

ISO_END

#endif
