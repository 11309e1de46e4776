/* Coefficients that correlations of items and of distances share. */
#ifndef ISO_ANALYSIS_COEFFICIENT_H
#define ISO_ANALYSIS_COEFFICIENT_H

#include "analysis/stats/correlation.h"

/* Of n numbers, or ranks; NAN where one side is constant. */
double iso_correlation_coefficient(iso_correlation kind, const double *x, const double *y,
                                   int64_t n);

/* The partial one of three; NAN where z tells x or y wholly. */
double iso_correlation_partial(double xy, double xz, double yz);

#endif
