#include "lib/nn/norm.h"

#include "lib/nn/vector.h"

iso_err iso_norm_fwd(iso_mat *y, iso_view x, iso_view r, const iso_norm *norm)
{
    const iso_nn_vector *op = iso_nn_vector_best();

    if (y->rows != x.rows || y->cols != x.cols || y->dtype != ISO_F32 || x.dtype != ISO_F32 ||
        (r.data && (r.rows != x.rows || r.cols != x.cols || r.dtype != ISO_F32)))
        return iso_fail(ISO_EARG, "LayerNorm of %lld x %lld into %lld x %lld", (long long)x.rows,
                        (long long)x.cols, (long long)y->rows, (long long)y->cols);
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < x.rows; i++)
        op->norm((float *)y->data + i * y->stride, (const float *)x.data + i * x.stride,
                 r.data ? (const float *)r.data + i * r.stride : NULL, norm->gain, norm->bias,
                 (float)norm->eps, x.cols);
    return ISO_OK;
}
