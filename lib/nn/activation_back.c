#include "lib/nn/activation_back.h"

#include "lib/nn/vector_back.h"

static float *row_of(const iso_mat *m, int64_t row, int64_t col)
{
    return (float *)m->data + row * m->stride + col;
}

static void activate(void *with, const iso_mat *part, int64_t row, int64_t col)
{
    const iso_activate_part *a = with;
    const iso_back_vector *op = iso_back_vector_best();
    void (*const each)(float *, float *, const float *, int64_t) =
        a->activation == ISO_GELU        ? op->keep_gelu
        : a->activation == ISO_GELU_TANH ? op->keep_gelu_tanh
                                         : op->keep_relu;
    const int64_t began = iso_nn_began(a->times);

    for (int64_t i = 0; i < part->rows; i++)
        each(row_of(&a->other, row + i, col), row_of(part, i, 0), a->bias ? a->bias + col : NULL,
             part->cols);
    iso_nn_ended(a->times, ISO_NN_ACTIVATION, began);
}

static void back(void *with, const iso_mat *part, int64_t row, int64_t col)
{
    const iso_activate_part *a = with;
    const iso_back_vector *op = iso_back_vector_best();
    void (*const each)(float *, float *, int64_t) = a->activation == ISO_GELU        ? op->gelu
                                                    : a->activation == ISO_GELU_TANH ? op->gelu_tanh
                                                                                     : op->relu;
    const int64_t began = iso_nn_began(a->times);

    for (int64_t i = 0; i < part->rows; i++)
        each(row_of(part, i, 0), row_of(&a->other, row + i, col), part->cols);
    iso_nn_ended(a->times, ISO_NN_ACTIVATION, began);
}

iso_then iso_activation_keep_then(iso_activate_part *a)
{
    return (iso_then){activate, a, false};
}

iso_then iso_activation_back_then(iso_activate_part *a)
{
    return (iso_then){back, a, false};
}
