/* What correlations of items and of distances share. */
#ifndef ISO_ANALYSIS_CORRELATION_INSIDE_H
#define ISO_ANALYSIS_CORRELATION_INSIDE_H

#include <stdbool.h>

#include "analysis/stats/correlation.h"
#include "lib/base/rng.h"

enum {
    CORRELATION_PERMUTATIONS = 10000,
    CORRELATION_ALL = 8 /* items of which all orders are tried */
};

/* The partial one of three; NAN where z tells x or y wholly. */
double iso_correlation_partial(double xy, double xz, double yz);

/* y becomes what a straight line in z leaves of it; `fit` (may be NULL) takes the line. */
void iso_correlation_residual(double *y, double *fit, const double *z, int64_t n);

/* Whether a permuted value is as far from 0 as the true one, rounding forgiven. */
bool iso_correlation_as_far(double permuted, double value);

/* Orders of n items one after another: all when there are few, else drawn. */
struct correlation_orders {
    int64_t n, left;
    bool all;
    iso_rng rng;
    int64_t *order; /* n */
};

struct correlation_orders iso_correlation_orders_of(int64_t n, const iso_correlation_opt *opt,
                                                    int64_t *order);
bool iso_correlation_orders_next(struct correlation_orders *o);

/* p of `far` among `tried` orders; the true order is one of all, and added to drawn ones. */
double iso_correlation_p(const struct correlation_orders *o, int64_t far, int64_t tried);

#endif
