/* Quantiles and the jackknife: how sure a number is. */
#ifndef ISO_LINALG_STATISTICS_H
#define ISO_LINALG_STATISTICS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/api.h"

ISO_BEGIN

/** P(Z <= z) of the standard normal. */
ISO_API double iso_normal_cdf(double z);

/** The z with P(Z <= z) = p; NAN unless 0 < p < 1. Relative accuracy 1e-12 from p = 1e-300 on. */
ISO_API double iso_normal_quantile(double p);

/** P(T <= t) of Student's t with df > 0 degrees of freedom (any real number); NAN if df <= 0. */
ISO_API double iso_student_cdf(double t, double df);

/** The t with P(T <= t) = p; NAN unless 0 < p < 1 and df > 0. Accuracy 1e-10 or better. */
ISO_API double iso_student_quantile(double p, double df);

/** Sorts x[0..n) in rising order; no NAN. */
ISO_API void iso_sort(double *x, int64_t n);

/** Whether all of x[0..n) are the same. */
ISO_API bool iso_all_equal(const double *x, int64_t n);

/**
 * The jackknife interval of a value from its leave-one-unit-out replicates; a unit is an item or
 * one of several groups of equal size.
 *
 *     se² = (U−1)/U · Σ (rep_u − mean rep)²,     value ± t_{U−1}((1+confidence)/2) · se
 *
 * Replicates that are NAN are left out and U counts the others. Returns false, with lo = hi = NAN,
 * when U < 2 or `value` is not finite.
 * Source  Efron, Stein, Annals of Statistics 9 (1981); Student's t as in Tukey 1958.
 */
ISO_API bool iso_jackknife(double *lo, double *hi, double value, const double *rep, int64_t units,
                           double confidence);

ISO_END

#endif
