/* A linear classifier in the columns of its rows: logits, and how far a row is from another answer.
 */
#ifndef ISO_ANALYSIS_LINEAR_PROBE_H
#define ISO_ANALYSIS_LINEAR_PROBE_H

#include <stdint.h>

#include "lib/base/err.h"

/* z = W x + b. {0} is empty: it says nothing. */
struct linear_probe {
    int classes;
    int64_t d;
    double *w; /* classes × d */
    double *b; /* classes */
};

void iso_linear_probe_free(struct linear_probe *l);

/* z[0 .. classes) of a row of d numbers; the class of the largest, of equals the lowest. */
int32_t iso_linear_probe_answer(double *z, const struct linear_probe *l, const float *row);

/* Where the answer of a row would change first: among classes c other than the answer a the least
 * (z_a − z_c) / ‖w_a − w_c‖, the distance (L2) to the plane between both. Whatever is nearer than
 * that has the same answer. apart: classes × classes, of iso_linear_probe_apart. */
struct boundary {
    double distance; /* INFINITY: no other class has other weights */
    int32_t answer, other;
};
struct boundary iso_linear_probe_boundary(double *z, const struct linear_probe *l,
                                          const double *apart, const float *row);

/* apart[a * classes + c] = ‖w_a − w_c‖. */
void iso_linear_probe_apart(double *apart, const struct linear_probe *l);

#endif
