/* Many exact dot products at once: the bits of iso_topk_dot at the speed of a product in double. */
#ifndef ISO_LINALG_DOTS_H
#define ISO_LINALG_DOTS_H

#include <stdint.h>

/** Rows of x and columns (rows of y) of a block; x so converted stays in the second-level cache. */
enum { ISO_DOTS_ROWS = 48, ISO_DOTS_COLUMNS = 8 };

/** m <= ISO_DOTS_ROWS rows of `cols` floats, `stride` apart, in double; those that are missing are
 * zero. `to` has ISO_DOTS_ROWS · cols numbers. */
void iso_dots_rows(double *to, const float *x, int64_t stride, int64_t m, int64_t cols);

/** Column j of a block, 0 <= j < ISO_DOTS_COLUMNS, in `to` of ISO_DOTS_COLUMNS · cols numbers; y
 * NULL is a column of zeros. */
void iso_dots_column(double *to, int j, const float *y, int64_t cols);

/** out[i · ISO_DOTS_COLUMNS + j] = row i · column j for the first m rows and all columns; `out` has
 * room for ISO_DOTS_ROWS rows, of which two more than m may be written. Each has the bits of
 * iso_topk_dot. */
void iso_dots(double *out, const double *rows, int64_t m, const double *columns, int64_t cols);

#endif
