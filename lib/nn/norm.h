/* LayerNorm over rows, with the residual it closes. */
#ifndef ISO_NN_NORM_H
#define ISO_NN_NORM_H

#include "lib/linalg/product.h"
#include "lib/nn/times.h"

ISO_BEGIN

typedef struct iso_norm {
    const float *gain, *bias; /* C each */
    double eps;
} iso_norm;

/**
 * Each row of y (f32) = gain (h − mean h) / √(var h + eps) + bias, h = x + r; var divides by C. A
 * {0} view r is left out; y may be x or r. Multi-threaded. Errors  ISO_EARG (shapes).
 * Source  Ba, Kiros, Hinton, 2016, arXiv:1607.06450.
 */
ISO_MUST_USE iso_err iso_norm_fwd(iso_mat *y, iso_view x, iso_view r, const iso_norm *norm);

/** What closes a residual: y and x have the shape of a product's result, y may be x. It lives until
 * the product is finished. */
typedef struct iso_norm_residual {
    iso_mat y;
    iso_view x;
    const iso_norm *norm;
    iso_nn_times *times; /* or NULL */
} iso_norm_residual;

/** Each row of y = LayerNorm of x + the result's row, as the product finishes it. */
iso_then iso_norm_then(iso_norm_residual *n);

/** One row of n numbers; r may be NULL, y may be x or r. */
void iso_norm_row(float *y, const float *x, const float *r, const iso_norm *norm, int64_t n);

ISO_END

#endif
