/* From ranks to what papers print: P@k, MRR, error rate, with intervals over items. */
#ifndef ISO_ANALYSIS_HITS_H
#define ISO_ANALYSIS_HITS_H

#include <stdint.h>

#include "analysis/value.h"
#include "lib/base/err.h"

ISO_BEGIN

typedef enum iso_boot { ISO_BOOT_NONE = 0, ISO_BOOT_PERCENTILE, ISO_BOOT_BCA } iso_boot;

/**
 * Mean outcome of n items with its interval (95 %, `boot-items`: items drawn with replacement, what
 * they were searched among stays fixed). outcome[i] is 0 or 1 for P@k and error, 1/rank for MRR;
 * `null` is left to the caller. n = 0 is undefined.
 * Source  Efron, JASA 82 (1987) (BCa).
 */
ISO_API ISO_MUST_USE iso_err iso_hits_mean(iso_value *out, const double *outcome, int64_t n,
                                           iso_boot boot, uint64_t seed);

/** outcome[i] of a rank (0 = not found at all): 1 if 1 <= rank <= k else 0; 1/rank, 0 if not found.
 */
ISO_API double iso_hit(int64_t rank, int64_t k);
ISO_API double iso_reciprocal(int64_t rank);

ISO_END

#endif
