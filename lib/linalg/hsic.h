/* HSIC of two linear kernels from a handful of scalars, whichever method made them. */
#ifndef ISO_LINALG_HSIC_H
#define ISO_LINALG_HSIC_H

#include <stdint.h>

#include "lib/base/api.h"

ISO_BEGIN

/**
 * Scalars of X and Y over the same n rows (any common shift of the rows of a side is allowed):
 * norm2 = ‖XᵀY‖²_F, qq = Σ‖x‖²‖y‖², sx = ‖Σx‖², qx = Σ‖x‖² (sy, qy likewise),
 * bil = ΣxᵀXᵀYΣy, ax = Σx·Σ‖y‖²x, ay = Σy·Σ‖x‖²y.
 */
typedef struct iso_hsic_sums {
    int64_t n;
    double norm2, qq, sx, sy, qx, qy, bil, ax, ay;
} iso_hsic_sums;

/**
 * The unbiased estimator HSIC₁ of Song et al. (2012, JMLR 13), with K = XXᵀ and L = YYᵀ:
 * [ Σ_{i≠j} k l + (Σ_{i≠j} k)(Σ_{i≠j} l)/((n−1)(n−2)) − 2/(n−2)·1ᵀK̃L̃1 ] / (n(n−3)).
 * NAN when n < 4.
 */
ISO_API double iso_hsic_unbiased(const iso_hsic_sums *s);

/** The same from its four parts: the three sums above in their order. */
ISO_API double iso_hsic_from_parts(int64_t n, double kl, double k, double l, double klk);

/** ‖XcᵀYc‖²_F with column means removed: (n−1)² times the biased HSIC₀ of Gretton et al. (2005). */
ISO_API double iso_hsic_biased(const iso_hsic_sums *s);

/** Mean over the rows of ‖x−x̄‖²‖y−ȳ‖²: n times the leading bias of HSIC₀. NAN when n = 0. */
ISO_API double iso_hsic_diag(const iso_hsic_sums *s);

ISO_END

#endif
