/* Sums of exponentials, column by column, that no size overflows. */
#ifndef ISO_LINALG_SOFTMAX_H
#define ISO_LINALG_SOFTMAX_H

#include <stdint.h>

enum { ISO_SOFTMAX_COLUMNS = 8 };

/**
 * For each of 8 columns: sum = Σ exp(beta (c − top)) over all c so far, top the largest of them.
 * Adds m rows c[i · 8 + j]: first `top` rises, with one factor for the sum, then the terms are
 * added in the order of the rows, so that the bits depend on how rows are cut into calls, and on
 * nothing else. Begin with top −∞, sum 0. beta > 0, c finite. The exponential is our own (within 2
 * units in the last place; what is below 1e-307 is 0), the same bits on every machine.
 */
void iso_softmax_add(double *top, double *sum, const double *c, int64_t m, double beta);

#endif
