/* How two matrices of distances between the same items go together. */
#ifndef ISO_ANALYSIS_MANTEL_H
#define ISO_ANALYSIS_MANTEL_H

#include "analysis/correlation.h"

ISO_BEGIN

/**
 * The correlation of the entries above the diagonal of a and b (n × n, f64, taken as symmetric);
 * `given` holds a third matrix constant ({0} for none).
 *
 * `p` permutes the items of a, rows and columns together (all orders up to n = 8), since entries
 * that share an item are not independent; with `given` those of what it leaves of a. Two-sided.
 * There is no interval: resampled items would be at distance 0 from themselves. `n` counts items,
 * not entries. Undefined: fewer than 4 items (partial: 5), a constant matrix. KENDALL is refused.
 * Cost  O(n²) a permutation; the ranks of n² / 2 entries once. Errors  ISO_EARG (shapes, types, not
 *         finite), ISO_ENOMEM.
 * Source  Mantel, Cancer Research 27 (1967); Smouse, Long, Sokal, Systematic Zoology 35 (1986).
 */
ISO_API ISO_MUST_USE iso_err iso_mantel(iso_value *out, iso_correlation kind, iso_view a,
                                        iso_view b, iso_view given, const iso_correlation_opt *opt);

ISO_END

#endif
