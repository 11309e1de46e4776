/* The other road for few items: what two n × n Gram matrices say, without keeping them. */
#ifndef ISO_LINALG_GRAM_H
#define ISO_LINALG_GRAM_H

#include <stdint.h>

#include "lib/base/run.h"
#include "lib/linalg/view.h"

ISO_BEGIN

enum { ISO_GRAM_MAX = 4096 }; /* more items than this go the sums road */

/**
 * Terms of a pair over the same n items, X and Y with column means removed, K = XXᵀ, L = YYᵀ:
 * kl_off[i] = Σ_{j≠i} k_ij l_ij,  k[i] = ‖x_i‖²,  l[i] = ‖y_i‖²,  Kl[i] = Σ_j k_ij l_j,
 * Lk[i] = Σ_j l_ij k_j. Arrays of n doubles.
 */
typedef struct iso_gram_terms {
    int64_t n;
    double *kl_off, *k, *l, *Kl, *Lk;
} iso_gram_terms;

ISO_END

#endif
