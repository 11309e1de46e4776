#include "lib/nn/activation.h"

#include "lib/nn/vector.h"

static void activate(void *with, const iso_mat *part, int64_t row, int64_t col)
{
    const iso_activate *a = with;
    const iso_nn_vector *op = iso_nn_vector_best();
    void (*const each)(float *, int64_t) = a->activation == ISO_GELU        ? op->gelu
                                           : a->activation == ISO_GELU_TANH ? op->gelu_tanh
                                                                            : op->relu;
    const int64_t began = iso_nn_began(a->times);

    (void)row, (void)col;
    for (int64_t i = 0; i < part->rows; i++)
        each((float *)part->data + i * part->stride, part->cols);
    iso_nn_ended(a->times, ISO_NN_ACTIVATION, began);
}

iso_then iso_activation_then(iso_activate *a)
{
    return (iso_then){activate, a, false};
}
