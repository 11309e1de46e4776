/* The second reading: values of pairs of one set of items again, with those of one side permuted.
 */
#ifndef ISO_ANALYSIS_PERMUTE_H
#define ISO_ANALYSIS_PERMUTE_H

#include "analysis/pass/plan.h"

/* permuted[(pair * measures + measure) * (count + 1) + b]: what the measures' null models make of a
 * task under permutation b; NAN where there is none, and a note says why: more than ISO_GRAM_MAX
 * items, more permutations than a pair is worth, a measure without null model. Rows are read twice,
 * a part of the matrices that fits the run's memory at a time, whatever the number of permutations.
 * Errors as iso_pass. */
iso_err iso_permute(double *permuted, const iso_task *task, const iso_permutations *permutations,
                    const iso_run *run);

/* What that costs: multiplications and additions, and bytes at its peak, of which `permuted` are
 * the most where there are many permutations. */
double iso_permute_operations(const iso_task *task, int64_t count);
double iso_permute_memory(const iso_task *task, int64_t count);

#endif
