/* How well a number ranks those that something befell before the others: the area under the curve.
 */
#ifndef ISO_ANALYSIS_AUC_H
#define ISO_ANALYSIS_AUC_H

#include "analysis/measure/value.h"
#include "lib/base/err.h"

ISO_BEGIN

/**
 * P(x of a positive > x of a negative) + P(equal) / 2, in [0, 1]; chance 0.5. The interval is the
 * jackknife's over items, whose replicates come from the ranks: O(n log n). Undefined: no positive
 * or no negative. Errors  ISO_ENOMEM.
 * Source  Hanley, McNeil, Radiology 143 (1982); DeLong et al., Biometrics 44 (1988).
 */
ISO_API ISO_MUST_USE iso_err iso_auc(iso_value *out, const double *x, const uint8_t *positive,
                                     int64_t n);

ISO_END

#endif
