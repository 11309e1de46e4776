/* What the files of the bootstrap share. */
#ifndef ISO_LINALG_BOOTSTRAP_INSIDE_H
#define ISO_LINALG_BOOTSTRAP_INSIDE_H

#include "lib/linalg/bootstrap.h"

/* What the resampled value follows: `drawn` sorted, `count` of them; or steps of (high − low)/2n
 * from the middle on, `first` and those that follow with the chances chance[0..chances); or, where
 * both are NULL, low + (high − low)/n times a binomial count of n trials, `hits` expected. */
struct boot_law {
    const double *drawn;
    int count;
    double *chance;
    int64_t first, chances;
    int64_t n, hits;
    double low, high;
};

/* Where x[0..n) has no values but low, high and their middle: sets `chance`, which the caller
 * frees. Cost  the product of the spreads (sd) of both extremes' counts. ISO_ENOMEM. */
iso_err iso_boot_law_three(struct boot_law *l, const double *x);

/* The interval of a value whose n items have these influences (BCa alone looks at them). */
void iso_boot_law_interval(double *lo, double *hi, const struct boot_law *l, double value,
                           const double *influence, iso_boot kind, double confidence);

#endif
