/* The engine: one reading for the union of what the chosen measures need. */
#ifndef ISO_ANALYSIS_PASS_H
#define ISO_ANALYSIS_PASS_H

#include "analysis/pass/plan.h"

ISO_BEGIN

/**
 * Carries out a plan: values[pair * measures + measure].
 *
 * `replicates`, unless NULL, takes iso_plan_units leave-one-out values for each of these, NAN where
 * there are none: replicates[(pair * measures + measure) * plan->stride + u].
 * Values do not depend on block size, memory or threads beyond rounding; with the same plan they
 * are the same bits for any number of threads of ours (the BLAS keeps its own counsel).
 * Errors  what the sources say; ISO_EFORMAT for a number that is not finite (source and row
 *         named); ISO_ENOMEM; ISO_ECANCEL. `values` is untouched on failure.
 */
ISO_API ISO_MUST_USE iso_err iso_pass(iso_value *values, double *replicates, const iso_task *task,
                                      const iso_plan *plan, const iso_run *run);

/** Plans and carries out in one go. */
ISO_API ISO_MUST_USE iso_err iso_measure_pairs(iso_value *values, const iso_task *task,
                                               const iso_run *run);

ISO_END

#endif
