/* What two branches of one model decide together, and how often that is right. */
#ifndef ISO_ANALYSIS_BRANCHES_H
#define ISO_ANALYSIS_BRANCHES_H

#include <stdint.h>

#include "analysis/measure/value.h"
#include "lib/base/err.h"
#include "lib/linalg/bootstrap.h"
#include "lib/linalg/view.h"

ISO_BEGIN

/**
 * Logits (n × K, of any type) of the two-branch decision: (source + target) / 2. `out` may be one
 * of them. Errors  ISO_EARG (shapes), ISO_ENOMEM. Source  the published code of arXiv:2205.04182.
 */
ISO_API ISO_MUST_USE iso_err iso_branches_mean(iso_mat *out, iso_view src, iso_view tgt);

/**
 * The class of each of n items: that of the largest of K logits, the lowest of equal ones.
 * Errors  ISO_EARG (no classes, a row with NaN or infinity), ISO_ENOMEM; `out` is then untouched.
 */
ISO_API ISO_MUST_USE iso_err iso_branches_decide(int32_t *out, iso_view logits);

/**
 * Share of items whose class by iso_branches_decide is label[i], with its interval (95 %,
 * `boot-items`). A label of -1 is not known: such an item does not count, `n` are the others.
 * `each`, unless NULL, takes 1, 0, or NAN where the class is not known. `null` and `null_sd` (from
 * 2 items on) are exact for the decisions dealt to the items at random: Σ_k d_k g_k / n², d_k items
 * decided for k, g_k of label k. Where all outcomes are equal, and without items:
 * analysis/search/hits.h.
 *
 * Errors  as iso_branches_decide; ISO_EARG too for a label beyond the logits.
 * Source  Hoeffding, Annals of Mathematical Statistics 22 (1951) (`null_sd`).
 */
ISO_API ISO_MUST_USE iso_err iso_branches_accuracy(iso_value *out, double *each, iso_view logits,
                                                   const int32_t *label, iso_boot boot,
                                                   uint64_t seed);

ISO_END

#endif
