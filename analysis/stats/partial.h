/* Spearman's correlation with several quantities held constant. */
#ifndef ISO_ANALYSIS_PARTIAL_H
#define ISO_ANALYSIS_PARTIAL_H

#include "analysis/stats/correlation.h"

enum { ISO_PARTIAL_MOST = 4 };

/* Ranks of x, centred, without what the ranks of the `count` given (n each) tell of them by least
 * squares; 0 throughout where they tell all. ISO_ENOMEM. */
iso_err iso_rank_residuals(double *left, const double *x, const double *const *given, int count,
                           int64_t n);

/* The Pearson correlation of what is left of x and of y: with one given the partial Spearman
 * correlation of iso_correlation_of. Interval as there, p none. Undefined: fewer than 4 + `count`
 * items, nothing left of x or y. Errors  ISO_EARG (not finite, more given than
 * ISO_PARTIAL_MOST), ISO_ENOMEM. */
iso_err iso_partial_of(iso_value *out, const double *x, const double *y, const double *const *given,
                       int count, int64_t n, const iso_correlation_opt *opt);

#endif
