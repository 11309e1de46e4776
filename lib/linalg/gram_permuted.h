/* Inner products of Gram matrices where the items of one of the two change places. */
#ifndef ISO_LINALG_GRAM_PERMUTED_H
#define ISO_LINALG_GRAM_PERMUTED_H

#include <stdint.h>

#include "lib/base/run.h"
#include "lib/linalg/view.h"

/**
 * Matrices of rows over the same n items: those whose items stay, and those whose items move.
 * order[b n + i] is the item that comes to place i under permutation b, place[] its inverse.
 */
struct iso_gram_permuted {
    const iso_view *stay, *move; /* n × any, all ISO_F32 or all ISO_F64; numbers about 1 */
    int stays, moves;
    const int32_t *order, *place; /* count × n */
    int64_t count;
};

/**
 * out[(b stays + s) moves + m] = Σ_{i≠j} k_ij l_π(i)π(j), K = XXᵀ of stay[s], L = YYᵀ of move[m]:
 * every one of the first with every one of the second.
 *
 * Cost    n²·Σp for the Gram matrices; then n² multiplications and additions a permutation and pair
 *         by sixteen stays (of doubles eight) at a time: a table holds their entries next to each
 *         other, and one row of the moving matrices at a time is looked up in the permuted order.
 *         The table takes up to `memory` bytes, 32 n² at best, and is made in parts where they are
 *         fewer. Where there are fewer stays than moves, or many more, see iso_gram_permuted_cost.
 *         Sums are in the type of the rows within 512 entries, in double beyond. They do not depend
 *         on the number of threads where the products of the BLAS do not.
 * Errors  ISO_ENOMEM, ISO_ECANCEL (step `permutations`).
 */
ISO_MUST_USE iso_err iso_gram_permuted_sums(double *out, const struct iso_gram_permuted *ask,
                                            int64_t memory, const iso_run *run);

/** How long that takes for an entry, compared with other numbers of stays and moves. */
double iso_gram_permuted_cost(int stays, int moves, iso_dtype dtype);

#endif
