/* The bootstrap: how sure an average over items, or another number made of them, is. */
#ifndef ISO_LINALG_BOOTSTRAP_H
#define ISO_LINALG_BOOTSTRAP_H

#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

typedef enum iso_boot { ISO_BOOT_NONE = 0, ISO_BOOT_PERCENTILE, ISO_BOOT_BCA } iso_boot;

enum { ISO_BOOT_RESAMPLES = 2000 };

/**
 * The bootstrap interval of the mean of x[0..n), whose items are drawn with replacement.
 *
 * PERCENTILE: the (1 ∓ confidence)/2 quantiles of the resampled means. BCA: the quantiles at levels
 * corrected for bias and for the acceleration Σ(x−x̄)³ / 6(Σ(x−x̄)²)^{3/2}. Where x has just two
 * values (hits and misses), or three equally far apart (what hits gained and lost), the law of the
 * resampled mean is known and its quantiles are exact, without a draw; else ISO_BOOT_RESAMPLES
 * resamples, each of its own stream of `seed`, so that the result does not depend on threads. With
 * all of x equal there is nothing to resample: lo = hi = NAN.
 *
 * Cost O(n), of three values O(n) too (100 to 400 n p for values of share p), or 2000 n draws.
 * Errors  ISO_EARG (n < 1, kind NONE, confidence not in (0, 1)), ISO_ENOMEM. Source  Efron, JASA 82
 * (1987).
 */
ISO_API ISO_MUST_USE iso_err iso_boot_mean(double *lo, double *hi, const double *x, int64_t n,
                                           iso_boot kind, double confidence, uint64_t seed);

/** A number made of items: value(payload, pick, n) is that of the items pick[0..n), which may come
 * more than once; NAN where they do not tell. */
typedef struct iso_boot_statistic {
    double (*value)(void *payload, const int64_t *pick, int64_t n);
    void *payload;
} iso_boot_statistic;

/**
 * The same interval of any statistic of n items, always by ISO_BOOT_RESAMPLES resamples (of which
 * those that are NAN are left out). The acceleration of BCA comes from the values without each
 * item. lo = hi = NAN where the value is NAN, fewer than half of the resamples tell, or all tell
 * the same. Cost  2000 values of n items, BCA n more. Errors as above.
 */
ISO_API ISO_MUST_USE iso_err iso_boot_interval(double *lo, double *hi, const iso_boot_statistic *of,
                                               int64_t n, iso_boot kind, double confidence,
                                               uint64_t seed);

/**
 * The same interval of Σ part / Σ whole over n items, whole >= 0: a mean over things that come in
 * groups (the pairs of a word, the finds of a sentence), of which whole groups are drawn, because
 * those of one group are not independent. lo = hi = NAN as in iso_boot_interval.
 * Cost  2000 n draws. Errors as above.
 */
ISO_API ISO_MUST_USE iso_err iso_boot_ratio(double *lo, double *hi, const double *part,
                                            const double *whole, int64_t n, iso_boot kind,
                                            double confidence, uint64_t seed);

ISO_END

#endif
