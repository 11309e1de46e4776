/* One value minus another over the same units, as sure as both together are. */
#ifndef ISO_ANALYSIS_DIFFERENCE_H
#define ISO_ANALYSIS_DIFFERENCE_H

#include <stdint.h>

#include "analysis/measure/value.h"
#include "lib/base/err.h"

ISO_BEGIN

/**
 * a − b, two values of one measure over the same items, with a paired interval: what both lose
 * with a unit they lose together, so that their leave-one-out replicates subtract, and the
 * jackknife (95 %, Student's t) is taken of what is left. Undefined, with its reason, where one of
 * the values is; without interval where one of them has none. Neither has a chance level.
 *
 * Noise lengthens both of two distances by as much where they are of equally spread rows, so that
 * their plain replicates serve.
 * Shapes  rep_a, rep_b: `units` each, NAN where undefined.
 * Errors  ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_difference(iso_value *out, const iso_value *a, const double *rep_a,
                                            const iso_value *b, const double *rep_b, int64_t units);

ISO_END

#endif
