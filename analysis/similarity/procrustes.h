/* Procrustes similarity and distance of a pair, from its sums. */
#ifndef ISO_ANALYSIS_PROCRUSTES_H
#define ISO_ANALYSIS_PROCRUSTES_H

#include "analysis/measure/measure.h"

ISO_BEGIN

/**
 * How well the best rotation takes one side to the other: with columns centred and each side
 * divided by its Frobenius norm,
 *
 *     nuclear = ‖XᵀY‖_*,     the sum of singular values: the Procrustes correlation.
 *
 * Shapes    x is n × p, y is n × q; row i of both is the same item.
 * Value     in [0, 1]; 1 when a side is the other rotated, shifted, multiplied by one number. It
 *           tends to 1 for unrelated data when the dims exceed the items.
 * Undefined no items, or a side without variance.
 * Interval  where the task wants dear ones (20 more singular value decompositions, and memory for
 *           20 products p × q a pair): the similarity without each of 20 groups of rows,
 *           jackknifed (`groups`, n >= 4), about the value. Noise lengthens every singular value,
 *           so that few items overstate the similarity; the interval is of the value expected at
 *           this n, that bias included, as biased CKA's is: values of unequal n are not compared.
 * Null      none in closed form.
 * Replicates by groups; NAN unless the task wants dear intervals.
 * Cost      O(n·p·q) and O(pq) memory a pair, O(p q min(p, q)) for the singular values.
 * Source    Schönemann, Psychometrika 31 (1966); Peres-Neto, Jackson, Oecologia 129 (2001);
 *           Williams et al., NeurIPS 2021, arXiv:2110.14739.
 */
ISO_API extern const iso_measure iso_procrustes_similarity;

/** The distance √(2 − 2 nuclear) between the sides so aligned, in [0, √2]; the same interval. */
ISO_API extern const iso_measure iso_procrustes_distance;

ISO_END

#endif
