/* LayerNorm in training: what it keeps, and its way back. */
#ifndef ISO_NN_NORM_BACK_H
#define ISO_NN_NORM_BACK_H

#include "lib/nn/dropout.h"
#include "lib/nn/grads.h"
#include "lib/nn/row_sums.h"
#include "lib/nn/times.h"

ISO_BEGIN

/** x̂ = (h - mean h) / √(var h + eps), T × C packed, and 1 / √(var h + eps), T. */
typedef struct iso_norm_kept {
    float *hat, *rstd;
} iso_norm_kept;

/** iso_norm_residual of training: y = LN(x + dropped result), kept. */
typedef struct iso_norm_keep {
    iso_mat y;
    iso_view x;
    const iso_norm *norm;
    iso_norm_kept kept;
    iso_drop drop; /* rate 0: none */
    iso_nn_times *times;
} iso_norm_keep;

/** Each row of y, as a product finishes it. n lives until that. */
iso_then iso_norm_keep_then(iso_norm_keep *n);

/** Each row of y (T × C) = LN(x), kept; y may be x. */
void iso_norm_keep_rows(iso_mat *y, iso_view x, const iso_norm *norm, iso_norm_kept kept);

/** y (T × C) = gain x̂ + bias: what came out. */
void iso_norm_kept_out(iso_mat *y, iso_norm_kept kept, const iso_norm *norm);

/**
 * d (T × C): gradient of y; becomes that of h = x + r. With dr (T × C, or NULL where nothing is
 * dropped: then r's is d) the gradient of r before dropout. g: += of gain and bias; sum_r (C, or
 * NULL): += Σ rows of r's gradient, the bias of the linear layer that made r.
 * Errors  ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_norm_back(iso_mat *d, iso_mat *dr, const iso_norm *norm,
                                   iso_norm_kept kept, const iso_drop *drop, iso_norm_grad g,
                                   float *sum_r, iso_workspace *sums, iso_nn_times *times);

ISO_END

#endif
