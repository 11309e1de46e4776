/* An order of items in which neighbours are alike, for drawing a matrix of distances. */
#ifndef ISO_ANALYSIS_CLUSTER_H
#define ISO_ANALYSIS_CLUSTER_H

#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

/**
 * Orders n items by average linkage and then turns every subtree the way that brings the ends of
 * neighbouring subtrees closest together (optimal leaf order of the tree).
 *
 * Distances distance[i * n + j] are symmetric: the upper triangle is read; absent ones (NAN) count
 * as the largest present. order[0..n) are the items; it begins with the lower-numbered of its two
 * ends, and ties go to the first found, so that equal input gives equal output.
 * Cost    O(n³) time, 32 n² bytes.
 * Errors  ISO_EARG (n < 0), ISO_ENOMEM.
 * Source  Sokal & Michener 1958 (average linkage); Bar-Joseph, Gifford, Jaakkola 2001 (leaf order).
 */
ISO_API ISO_MUST_USE iso_err iso_cluster_order(int *order, const double *distance, int n);

ISO_END

#endif
