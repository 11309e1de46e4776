/* Sums over the rows of a matrix in an order that does not depend on threads. */
#ifndef ISO_NN_ROW_SUMS_H
#define ISO_NN_ROW_SUMS_H

#include "lib/linalg/view.h"
#include "lib/nn/workspace.h"

ISO_BEGIN

/* Rows whose sums are made together, in f32; those of chunks are added in double. */
enum { ISO_SUM_ROWS = 32 };

static inline int64_t iso_sum_chunks(int64_t rows)
{
    return (rows + ISO_SUM_ROWS - 1) / ISO_SUM_ROWS;
}

/** to (n) += the sums over the chunks of parts (chunks × stride, the first n of each row). `to`
 * NULL: nothing. Multi-threaded. */
void iso_row_sums_add(float *to, const float *parts, int64_t chunks, int64_t stride, int64_t n);

/** to (x.cols) += Σ rows of x (f32); NULL: nothing. Multi-threaded. Errors  ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_row_sums(float *to, iso_view x, iso_workspace *scratch);

ISO_END

#endif
