#include "lib/nn/norm.h"

#include "lib/nn/vector.h"

void iso_norm_row(float *y, const float *x, const float *r, const iso_norm *norm, int64_t n)
{
    iso_nn_vector_best()->norm(y, x, r, norm->gain, norm->bias, (float)norm->eps, n);
}

iso_err iso_norm_fwd(iso_mat *y, iso_view x, iso_view r, const iso_norm *norm)
{
    if (y->rows != x.rows || y->cols != x.cols || y->dtype != ISO_F32 || x.dtype != ISO_F32 ||
        (r.data && (r.rows != x.rows || r.cols != x.cols || r.dtype != ISO_F32)))
        return iso_fail(ISO_EARG, "LayerNorm of %lld x %lld into %lld x %lld", (long long)x.rows,
                        (long long)x.cols, (long long)y->rows, (long long)y->cols);
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < x.rows; i++)
        iso_norm_row((float *)y->data + i * y->stride, (const float *)x.data + i * x.stride,
                     r.data ? (const float *)r.data + i * r.stride : NULL, norm, x.cols);
    return ISO_OK;
}

static void close_rows(void *with, const iso_mat *part, int64_t row, int64_t col)
{
    const iso_norm_residual *n = with;
    const int64_t began = iso_nn_began(n->times);

    (void)col;
    for (int64_t i = 0; i < part->rows; i++)
        iso_norm_row((float *)n->y.data + (row + i) * n->y.stride,
                     (const float *)n->x.data + (row + i) * n->x.stride,
                     (const float *)part->data + i * part->stride, n->norm, part->cols);
    iso_nn_ended(n->times, ISO_NN_NORMS, began);
}

iso_then iso_norm_then(iso_norm_residual *n)
{
    return (iso_then){close_rows, n, true};
}
