/* How two quantities of the same items go together: Pearson, Spearman, Kendall; a third constant.
 */
#ifndef ISO_ANALYSIS_CORRELATION_H
#define ISO_ANALYSIS_CORRELATION_H

#include <stdint.h>

#include "analysis/measure/value.h"
#include "lib/base/err.h"
#include "lib/linalg/bootstrap.h"
#include "lib/linalg/view.h"

ISO_BEGIN

typedef enum iso_correlation {
    ISO_PEARSON = 0,
    ISO_SPEARMAN, /* Pearson of ranks; equal values share the mean of their ranks */
    ISO_KENDALL /* τ-b: (concordant − discordant) / √(pairs not tied in x · those not tied in y) */
} iso_correlation;

enum { ISO_CORRELATIONS = 3, ISO_CORRELATION_LEAST = 4 /* items */ };

/** "pearson", "spearman", "kendall". */
ISO_API const char *iso_correlation_name(iso_correlation kind);

/**
 * The size from which a Pearson correlation of n pairs differs from 0 at 5 % (two-sided, of normal
 * quantities): t / √(n − 2 + t²) with t the 97.5 % point of Student's t, n − 2 degrees of freedom.
 * 1 for n < 3.
 */
ISO_API double iso_correlation_critical(int64_t n);

/** rank[i] in 1 … n, equal values at the mean of their places; may be x itself. `sorted` (n) takes
 * x in rising order. O(n log n). */
ISO_API void iso_ranks(double *rank, double *sorted, const double *x, int64_t n);

/** Pearson's coefficient, no more: NAN for n < 2 and where x or y is constant. O(n). */
ISO_API double iso_pearson(const double *x, const double *y, int64_t n);

/** All zero: BCa is not made, 10 000 permutations, seed 0. */
typedef struct iso_correlation_opt {
    iso_boot boot;
    int64_t permutations; /* 0 = 10 000, negative = none */
    uint64_t seed;
} iso_correlation_opt;

/**
 * The correlation of x[0..n) and y[0..n), in [−1, 1]; with `given` (n, or NULL) the partial one,
 * (r_xy − r_xz r_yz) / √((1 − r_xz²)(1 − r_yz²)).
 *
 * `interval` is boot-items: items drawn with replacement. It is a description more than a promise
 * when items are few: with 14 normal items the 95 % BCa interval holds the truth about 92 times in
 * 100. `p` is two-sided, the share of permutations of y, all of them up to n = 8, whose value is as
 * far from 0; a partial one permutes what z leaves of y (Freedman, Lane); a partial Kendall has
 * none. `null` is 0, `null_sd` exact: 1/√(n − 1), Kendall √(2(2n + 5)/9n(n − 1)) without ties.
 * Undefined: fewer than 4 items (partial: 5), x, y or given constant, given telling x or y wholly.
 * Cost  O(n²) a resample and permutation. Errors  ISO_EARG (not finite), ISO_ENOMEM.
 * Source  Kendall, Biometrika 30 (1938), 33 (1945); Efron, JASA 82 (1987); Freedman, Lane, JBES 1
 * (1983).
 */
ISO_API ISO_MUST_USE iso_err iso_correlation_of(iso_value *out, iso_correlation kind,
                                                const double *x, const double *y,
                                                const double *given, int64_t n,
                                                const iso_correlation_opt *opt);

/** out[i] is the value without item i, NAN where that is undefined. Errors as above. */
ISO_API ISO_MUST_USE iso_err iso_correlation_without(double *out, iso_correlation kind,
                                                     const double *x, const double *y,
                                                     const double *given, int64_t n);

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
