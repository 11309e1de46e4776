/* How far two branches of one model agree: a sentence and its translation, read and judged. */
#ifndef ISO_ANALYSIS_CONSISTENCY_H
#define ISO_ANALYSIS_CONSISTENCY_H

#include <stdint.h>

#include "analysis/measure/value.h"
#include "lib/base/err.h"
#include "lib/linalg/bootstrap.h"
#include "lib/linalg/view.h"

ISO_BEGIN

/*
 * Rows are items; both views of a call have the same shape and finite numbers of any type. Each
 * value is the mean of one outcome an item; `each`, unless NULL, takes the n outcomes, to be
 * subtracted from those of another run over the same items. Intervals: 95 %, `boot-items`. `null`
 * (from 2 items on) is the exact mean over all pairings of the rows of one side with those of the
 * other. Errors of all: ISO_EARG (shapes, NaN or infinity, whose row is named), ISO_ENOMEM; outputs
 * are then untouched.
 */

/**
 * Mean squared difference of final [CLS] states, n × C: 1/C Σ_c (a_c − b_c)² an item. At least 0;
 * in squared units of the states, so that models do not compare. Changes neither when both sides
 * are swapped nor when both are shifted or rotated together. Cost  O(n C). Source  Yang et al.,
 * ICLR 2022, arXiv:2205.04182 (the consistency loss).
 */
ISO_API ISO_MUST_USE iso_err iso_consistency_mse(iso_value *out, double *each, iso_view a,
                                                 iso_view b, iso_boot boot, uint64_t seed);

/**
 * Divergence of predictions, KL(p ‖ q) = Σ_k p_k ln(p_k / q_k), of p = softmax(source's logits) and
 * q = softmax(target's), n × K, both clipped to [1e-7, 1] and not scaled again, as the published
 * code has it. In nats; one-directional; 0 where p = q; at most 16.2; clipping can take up to
 * K·1e-7 away, so that a value may lie that much below 0. Cost  O(n K). Source  as above; Kullback,
 * Leibler, Annals of Mathematical Statistics 22 (1951).
 */
ISO_API ISO_MUST_USE iso_err iso_consistency_kl(iso_value *out, double *each, iso_view src,
                                                iso_view tgt, iso_boot boot, uint64_t seed);

/**
 * The mean of n outcomes of any range with its interval; those that are NAN are of no item. No
 * items is undefined; where all are equal there is no interval, and `why` says so. For differences
 * of outcomes. Errors  ISO_EARG (an infinite outcome), ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_consistency_mean(iso_value *out, const double *outcome, int64_t n,
                                                  iso_boot boot, uint64_t seed);

ISO_END

#endif
