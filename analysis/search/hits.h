/* From ranks to what papers print: P@k, MRR, error rate, with intervals over items. */
#ifndef ISO_ANALYSIS_HITS_H
#define ISO_ANALYSIS_HITS_H

#include <stdint.h>

#include "analysis/measure/value.h"
#include "lib/base/err.h"
#include "lib/linalg/bootstrap.h"

ISO_BEGIN

/**
 * Mean outcome of n items with its interval (95 %, `boot-items`: items drawn with replacement, what
 * they were searched among stays fixed). outcome[i], in [0, 1], is 0 or 1 for P@k and error,
 * 1/rank for MRR; `null` is left to the caller. n = 0 is undefined.
 *
 * Where every outcome is 0, or every one 1, no resample differs and the bootstrap would claim
 * certainty: the bounds are then the exact binomial ones, 1 − 0.025^(1/n) above 0 and 0.025^(1/n)
 * below 1, and `why` says so. They hold for any outcome in [0, 1]. Where all are equal otherwise
 * there is no interval, and `why` says so.
 * Errors  ISO_EARG (an outcome not in [0, 1]), ISO_ENOMEM. Cost  see lib/linalg/bootstrap.h.
 * Source  Efron, JASA 82 (1987) (BCa); Clopper, Pearson, Biometrika 26 (1934).
 */
ISO_API ISO_MUST_USE iso_err iso_hits_mean(iso_value *out, const double *outcome, int64_t n,
                                           iso_boot boot, uint64_t seed);

/**
 * Mean of after[i] − before[i], outcomes of the same n items in [0, 1], paired: whole items are
 * drawn. Where every item changes by 1, or every one by −1, the bounds are the exact binomial ones
 * of that; where all change alike otherwise, above all where none does, there is no interval, and
 * `why` says so. No chance level. Errors and cost as iso_hits_mean.
 */
ISO_API ISO_MUST_USE iso_err iso_hits_difference(iso_value *out, const double *after,
                                                 const double *before, int64_t n, iso_boot boot,
                                                 uint64_t seed);

/**
 * The interval of a ratio Σ part / Σ whole into v (95 %, `boot-items`: units drawn with
 * replacement), whose value is there. Where no resample differs there is none, and `why` says so.
 */
ISO_API ISO_MUST_USE iso_err iso_hits_ratio(iso_value *v, const double *part, const double *whole,
                                            int64_t units, iso_boot boot, uint64_t seed);

/** outcome[i] of a rank (0 = not found at all): 1 if 1 <= rank <= k else 0; 1/rank, 0 if not found.
 */
ISO_API double iso_hit(int64_t rank, int64_t k);
ISO_API double iso_reciprocal(int64_t rank);

/**
 * Chance level: the expected outcome, P@k or with k = 0 the reciprocal rank, of the best of
 * `answers` right candidates (at least 1) among `candidates` in random order. Cost O(min(k,
 * candidates)).
 */
ISO_API double iso_hits_chance(int64_t candidates, int64_t answers, int64_t k);

ISO_END

#endif
