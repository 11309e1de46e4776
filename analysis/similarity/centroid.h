/* Distances between the centroids of two languages, from first moments alone. */
#ifndef ISO_ANALYSIS_CENTROID_H
#define ISO_ANALYSIS_CENTROID_H

#include "analysis/measure/measure.h"

ISO_BEGIN

/**
 * With μ the centroids, S the within-language covariances (n − 1) and D = mean ‖x_i − y_i‖² over
 * the pairs of translations:
 *
 *     euclidean       ‖μa − μb‖
 *     relative        ‖μa − μb‖ / √((tr Sa + tr Sb) / 2); of one dim |Cohen's d|
 *     cosine          1 − cos(μa, μb)
 *     cosine-centred  1 − cos(μa − c, μb − c), c the mean of the centroids of all languages
 *     share           ‖μa − μb‖² / D: the share of the pairs' distance that is one common offset;
 *                     the partial η² of language in a repeated-measures ANOVA with items as blocks,
 *                     SS / (SS + SS error), sums of squares added over dims
 *
 * All in the unshifted coordinates, in double. Undefined, with a reason, when p ≠ q or a
 * denominator is zero. Of two languages `cosine-centred` is 2 whatever they are, and says so.
 *
 * Interval    groups: each of the ISO_GROUPS groups of rows left out once. Noise lengthens every
 *             distance, so the sums above (all quadratic) are first freed of their bias, exactly;
 *             the interval lies about the value of these and is widened to hold the plain one. It
 *             stays in the range of the values; a cosine whose centroids noise alone explains gets
 *             all of it, [0, 2]. None below 4 items.
 * Null        when the two states of each item are dealt to the two languages by a coin:
 *             E‖μa − μb‖² = D/n exactly. `euclidean` gives its root, `share` 1/n, `relative` the
 *             root of the ratio of the expectations; the cosines have none.
 * Replicates  by groups with either method.
 * Cost        O(20 p) a pair; no reading beyond the sums'.
 * Source      Cohen, Statistical Power Analysis, 2nd ed. 1988 (d); Cohen, Educational and
 *             Psychological Measurement 33 (1973) (partial η²).
 */
ISO_API extern const iso_measure iso_centroid_euclidean;
ISO_API extern const iso_measure iso_centroid_relative;
ISO_API extern const iso_measure iso_centroid_cosine;
ISO_API extern const iso_measure iso_centroid_cosine_centred;
ISO_API extern const iso_measure iso_centroid_share;

ISO_END

#endif
