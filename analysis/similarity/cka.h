/* Linear centred kernel alignment, debiased and biased, from sums or from Gram terms. */
#ifndef ISO_ANALYSIS_CKA_H
#define ISO_ANALYSIS_CKA_H

#include "analysis/measure/measure.h"

ISO_BEGIN

/**
 * Linear CKA with the unbiased HSIC₁ in all three places.
 *
 *     cka = HSIC₁(X,Y) / √(HSIC₁(X,X)·HSIC₁(Y,Y))
 *
 * Shapes    x is n × p, y is n × q; row i of both is the same item.
 * Value     at most about 1, 0 in the mean for unrelated rows, may be negative; never clamped.
 *           Unchanged when a side is rotated, shifted or multiplied by one number.
 * Undefined n < 4, or a side whose HSIC₁ with itself is not positive.
 * Interval  Gram method: delete-one jackknife (`jackknife`, n >= 5). Sums method: the unbiased
 *           terms of 20 groups of rows, jackknifed (`groups`, where 10
 * groups have 4 rows: n >= 80, or a little less).
 * Null      0, with standard deviation √(2/(n(n−3))): exact over all pairings of the rows.
 * p         where asked for, and of residuals (iso_pair.design), one-sided, up: Pearson's
 *           type III with these two and the skewness of the biased form.
 * Cost      O(n·p·q) and O(pq) memory a pair (sums), O(n²) a pair after O(n²p) a matrix (Gram).
 * Source    Kornblith et al. 2019 (arXiv 1905.00414); HSIC₁: Song et al. 2012 (JMLR 13);
 *           debiased CKA as in Nguyen et al. 2021 (arXiv 2010.15327), here over all rows.
 */
ISO_API extern const iso_measure iso_cka_debiased;

/**
 * Linear CKA as first published (= the RV coefficient): ‖XcᵀYc‖²_F / (‖XcᵀXc‖_F·‖YcᵀYc‖_F).
 *
 * Value     in [0, 1]; tends to 1 for unrelated data when the dims exceed the items.
 * Undefined n < 2, or a side without variance.
 * Null      √(βxβy)/(n−1), β = tr(S)²/tr(S²): the exact mean over random pairings; the exact
 *           standard deviation (n >= 4) by Kazi-Aoual et al. 1995, from Σ s_ii² too.
 * p         one-sided, up: a gamma distribution of that mean and variance (Pearson's type III of
 *           skewness 2 sd / mean), which a sum of squares Σ λ_i μ_j z² is to two moments. Where
 *           dims exceed items by far, so that the null is near 1, take permutations.
 * Interval  as the debiased form's, of the value expected at this n.
 * Source    Kornblith et al. 2019; RV: Robert & Escoufier 1976; its moments: Kazi-Aoual, Hitier,
 *           Sabatier, Lebreton, Computational Statistics & Data Analysis 20 (1995); gamma: Box,
 *           Annals of Mathematical Statistics 25 (1954).
 */
ISO_API extern const iso_measure iso_cka_biased;

ISO_END

#endif
