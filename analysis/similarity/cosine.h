/* Paired cosine: how nearly an item's two states point the same way. */
#ifndef ISO_ANALYSIS_COSINE_H
#define ISO_ANALYSIS_COSINE_H

#include "analysis/measure/measure.h"

ISO_BEGIN

/**
 * The mean over items of the cosine of an item's two states, with u = x/‖x‖ and v = y/‖y‖:
 *
 *     value = 1/n · Σ u_i·v_i
 *
 * `raw` takes the states as they are, `centred` with the column means of each side removed.
 * Value     in [−1, 1]; undefined when p ≠ q, without items, or when a state is all zero.
 * Null      ū·v̄ exactly: the mean over all pairings π of 1/n · Σ u_i·v_π(i), since each of the n²
 *           products occurs in the same share of pairings.
 * Interval  jackknife of the mean by items, or by groups of items where only their sums were kept.
 * Cost      one reading of both sides, 3p products an item in double; memory p + q doubles.
 */
ISO_API extern const iso_measure iso_cosine_raw;
ISO_API extern const iso_measure iso_cosine_centred;

ISO_END

#endif
