/* What the files of the bootstrap share. */
#ifndef ISO_LINALG_BOOTSTRAP_INSIDE_H
#define ISO_LINALG_BOOTSTRAP_INSIDE_H

#include "lib/linalg/bootstrap.h"

/* What the resampled value follows: `drawn` sorted, `count` of them, or, where drawn is NULL,
 * low + (high − low)/n times a binomial count of n trials, `hits` expected. */
struct boot_law {
    const double *drawn;
    int count;
    int64_t n, hits;
    double low, high;
};

/* The interval of a value whose n items have these influences (BCa alone looks at them). */
void boot_law_interval(double *lo, double *hi, const struct boot_law *l, double value,
                       const double *influence, iso_boot kind, double confidence);

#endif
