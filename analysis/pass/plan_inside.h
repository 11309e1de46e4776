/* Inside the plan: what one part costs. */
#ifndef ISO_ANALYSIS_PLAN_INSIDE_H
#define ISO_ANALYSIS_PLAN_INSIDE_H

#include "analysis/pass/plan.h"

/* With task, rows, method and needs set: fits blocks and chunks into the run's memory, and counts.
 * `place` is of the items, or NULL. Errors as iso_plan_make. */
iso_err iso_plan_part_settle(iso_plan_part *plan, const int64_t *place, const iso_run *run);

#endif
