#include "lib/nn/activation.h"

#include "lib/nn/vector.h"

void iso_activation_fwd(iso_mat *x, iso_activation activation)
{
    const iso_nn_vector *op = iso_nn_vector_best();
    void (*const each)(float *, int64_t) = activation == ISO_GELU        ? op->gelu
                                           : activation == ISO_GELU_TANH ? op->gelu_tanh
                                                                         : op->relu;

#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < x->rows; i++)
        each((float *)x->data + i * x->stride, x->cols);
}
