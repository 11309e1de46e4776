/* The other method for few items: what two n × n Gram matrices say together, without keeping them.
 */
#ifndef ISO_LINALG_GRAM_H
#define ISO_LINALG_GRAM_H

#include <stdint.h>

#include "lib/base/run.h"
#include "lib/linalg/view.h"

ISO_BEGIN

enum { ISO_GRAM_MAX = 4096 }; /* more items than this take the sums method */

/**
 * Terms of a pair over the same n items. X and Y have column means removed, K = XXᵀ, L = YYᵀ:
 * off[i] = Σ_{j≠i} k_ij l_ij,  k[i] = k_ii = ‖x_i‖²,  l[i] = l_ii,  kl[i] = Σ_j k_ij l_jj,
 * lk[i] = Σ_j l_ij k_jj. Arrays of n doubles; `k` and `l` may be shared with other pairs.
 */
typedef struct iso_gram_terms {
    int64_t n;
    const double *k, *l;
    double *off, *kl, *lk;
} iso_gram_terms;

/** A pair of matrices by number. */
typedef struct iso_gram_pair {
    int x, y;
} iso_gram_pair;

/**
 * Fills off, kl and lk of every pair; out[i] is of pair[i], its arrays made by the caller, off
 * zero.
 *
 * Shapes  x[0..matrices): n × p_m, column means removed, all ISO_F32 or all ISO_F64;
 *         norm2[m]: n doubles, the squared row norms of x[m] (they become k and l).
 * Cost    n²·Σp_m operations, n² a pair besides; memory iso_gram_bytes.
 *         The result does not depend on the number of threads.
 * Errors  ISO_EARG, ISO_ENOMEM, ISO_ECANCEL.
 */
ISO_API ISO_MUST_USE iso_err iso_gram_pairs(iso_gram_terms *out, const iso_gram_pair *pair,
                                            int64_t pairs, const iso_view *x,
                                            const double *const *norm2, int matrices,
                                            const iso_run *run);

/**
 * Sums over groups of rows: within[g · pairs + p] = Σ k_ij l_ij over the rows i ≠ j of group g,
 * which has the rows [first[g], first[g + 1]); between[p], unless NULL, the same over i and j of
 * unlike groups. Both start anew. Column means need not be removed.
 *
 * Shapes and errors as above; groups + 1 numbers in `first`, from 0.
 * Cost    n²·Σp_m operations and n²/2 a pair, by groups alone where `between` is NULL. The result
 *         does not depend on the number of threads.
 */
ISO_API ISO_MUST_USE iso_err iso_gram_sums(double *within, double *between, const int64_t *first,
                                           int groups, const iso_gram_pair *pair, int64_t pairs,
                                           const iso_view *x, int matrices, const iso_run *run);

/** The anonymous memory that either takes of its own, in bytes. */
ISO_API int64_t iso_gram_bytes(int64_t n, int matrices, int64_t pairs, int64_t max_cols,
                               iso_dtype dtype);

ISO_END

#endif
