/* Covariates of items as a projection: what regression on them leaves, and how much it takes. */
#ifndef ISO_LINALG_DESIGN_H
#define ISO_LINALG_DESIGN_H

#include "lib/linalg/view.h"

/**
 * Regression of rows on a constant and covariates. q (n × rank, f64) has orthonormal columns; what
 * is left of X is MX, M = I − QQᵀ, which has n − rank degrees of freedom.
 *
 * Residuals are not independent of each other, so that sums over pairs of them are biased. With
 * T₁ = tr(KL), T₂ = tr(K)tr(L), T₃ = Σ k_ii l_ii of K = MXXᵀM and L = MYYᵀM, and rows x, y that
 * are, but for the covariates, independent draws of one distribution,
 *
 *     E T₁ = a (ν² + ν − 2s₂) + b (ν − s₂)   + c s₂      a = ‖E xyᵀ‖²
 *     E T₂ = a 2(ν − s₂)      + b (ν² − s₂)  + c s₂      b = E‖x‖² E‖y‖²
 *     E T₃ = a 2(s₂ − s₄)     + b (s₂ − s₄)  + c s₄      c = E‖x‖²‖y‖²
 *
 * with ν = tr M, s₂ = Σ m_ii², s₄ = Σ m_ij⁴. `weight` solves them for a: Σ weight_k T_k estimates
 * HSIC without bias, whatever the distribution. For a constant alone it is HSIC₁ (Song et al.
 * 2012).
 */
typedef struct iso_design {
    iso_mat q;
    int64_t n, rank;
    double weight[3];
    const char *why; /* there is no such regression, and q and the weights are absent; or NULL */
} iso_design;

/**
 * Of covariates (n × c, f64, finite). Columns that others determine count once.
 * Undefined  a covariate has one value for all items; fewer than 3 degrees of freedom are left.
 * Cost       n (c + rank⁴ / 4). Errors  ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_design_make(iso_design *out, iso_view covariates);
void iso_design_free(iso_design *d);

/** The unbiased HSIC of residuals from their three sums. */
double iso_design_hsic(const iso_design *d, double t1, double t2, double t3);

#endif
