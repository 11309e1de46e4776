/* Who chose each other: pairs that are strictly the best of their row and of their column. */
#ifndef ISO_ANALYSIS_MUTUAL_H
#define ISO_ANALYSIS_MUTUAL_H

#include "analysis/search/neighbours.h"

ISO_BEGIN

/**
 * outcome[i] = 1 where pair (i, i) scores strictly above everything else in its row and column,
 * else 0, for equally many rows on both sides; the lists hold the two best at least (one, where
 * there is one row). *null is the mean under random pairing: (cells that are strictly the best of
 * row and column) / n². Cost O(n). Errors  ISO_EARG (rows differ, lists too short), ISO_ENOMEM.
 * Source  Kargaran et al., 2024, arXiv:2410.05873 (MEXA).
 */
ISO_API ISO_MUST_USE iso_err iso_mutual_best(double *outcome, double *null, const iso_near *forward,
                                             const iso_near *backward);

/* chosen[i]: the row of the other side that i chose strictly before all others and that so chose i;
 * −1 for none. Lists and errors as above. */
ISO_MUST_USE iso_err iso_mutual_rows(int64_t *chosen, const iso_near *forward,
                                     const iso_near *backward);

ISO_END

#endif
