/* Silhouettes: how much nearer each row lies to those of its own class than to the next class. */
#ifndef ISO_ANALYSIS_SILHOUETTE_H
#define ISO_ANALYSIS_SILHOUETTE_H

#include <stdint.h>

#include "lib/base/run.h"
#include "lib/linalg/view.h"

ISO_BEGIN

typedef enum iso_silhouette_distance {
    ISO_SILHOUETTE_COSINE,   /* 1 − cosine; rows of zeros have cosine 0 with all others */
    ISO_SILHOUETTE_EUCLIDEAN /* ‖x − y‖ */
} iso_silhouette_distance;

/**
 * s[i] = (b − a) / max(a, b) of row i of x (n × d, f32 or f64) with the class label[i] in
 * 0 … classes − 1: a is its mean distance to the other rows of its class, b the least of the means
 * to the rows of another class. 0 where a row is alone in its class, and where a = b = 0.
 *
 * Value   in [−1, 1]: 1 where classes are far apart, about 0 where they mingle, below 0 where rows
 *         lie nearer to another class than to their own.
 * Cost    cosine O(n d classes), since the mean of cosines is the cosine's numerator with the mean
 *         of unit rows; Euclidean 2 n² d operations in double. Memory 8 n d bytes and 8 n (classes;
 *         Euclidean also 128) more.
 * Threads any number; the result does not depend on how many.
 * Errors  ISO_EARG (fewer than two classes with rows, a label out of range), ISO_ENOMEM,
 *         ISO_ECANCEL.
 * Source  Rousseeuw, Journal of Computational and Applied Mathematics 20 (1987).
 */
ISO_API ISO_MUST_USE iso_err iso_silhouette(double *s, iso_view x, const int32_t *label,
                                            int classes, iso_silhouette_distance distance,
                                            const iso_run *run);

/**
 * The same by cosine with each of `labellings` lists of n labels, one after the other in `label`:
 * mean[b classes + c] of class c (NAN without rows) by list b. Products are in single precision:
 * within 1e-5 of the above. Cost  n d additions and 2 n d classes operations a list, lists on all
 * threads; memory 4 n d bytes and 4 n max(64, classes) for each thread.
 */
ISO_API ISO_MUST_USE iso_err iso_silhouette_means(double *mean, iso_view x, const int32_t *label,
                                                  int64_t labellings, int classes,
                                                  const iso_run *run);

ISO_END

#endif
