/* A linear layer's way back. */
#ifndef ISO_NN_LINEAR_BACK_H
#define ISO_NN_LINEAR_BACK_H

#include "lib/nn/grads.h"
#include "lib/nn/row_sums.h"
#include "lib/nn/times.h"

ISO_BEGIN

/** dx (T × inputs) = dy (T × outputs) W + beta dx, and `then` (or NULL) with its finished parts. */
ISO_MUST_USE iso_err iso_linear_back_input(iso_mat *dx, iso_view dy, const iso_linear *l,
                                           double beta, const iso_then *then, iso_nn_times *times);

/** g->w += dyᵀ x, g->bias += Σ rows of dy; nothing for NULL. */
ISO_MUST_USE iso_err iso_linear_back_weights(const iso_linear_grad *g, iso_view dy, iso_view x,
                                             iso_workspace *sums, iso_nn_times *times);

ISO_END

#endif
