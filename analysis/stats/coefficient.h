/* Coefficients that correlations of items and of distances share. */
#ifndef ISO_ANALYSIS_COEFFICIENT_H
#define ISO_ANALYSIS_COEFFICIENT_H

#include "analysis/stats/correlation.h"

/* Of n numbers, or ranks; NAN where one side is constant. */
double iso_correlation_coefficient(iso_correlation kind, const double *x, const double *y,
                                   int64_t n);

/* Ranks within many choices of the same n numbers, of which none is sorted: `place` is how many of
 * all are smaller than each, of iso_rank_places; pick[m] are numbers of items, `room` is n long.
 * The same as iso_ranks of the chosen. */
void iso_rank_places(int64_t *place, double *sorted, const double *x, int64_t n);
void iso_ranks_picked(double *rank, int64_t *room, const int64_t *place, const int64_t *pick,
                      int64_t m, int64_t n);

/* The partial one of three; NAN where z tells x or y wholly. */
double iso_correlation_partial(double xy, double xz, double yz);

#endif
