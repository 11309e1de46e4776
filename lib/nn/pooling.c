#include "lib/nn/pooling.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/linalg/convert.h"

/* Rows index[0..n) of x into sum, which holds C doubles. */
static void collect(double *sum, iso_view x, const int64_t *index, int64_t n, bool largest)
{
    const float *data = x.data;

    for (int64_t c = 0; c < x.cols; c++)
        sum[c] = n > 0 && largest ? data[index[0] * x.stride + c] : 0;
    for (int64_t i = 0; i < n; i++) {
        const float *row = data + index[i] * x.stride;
        if (largest)
            for (int64_t c = 0; c < x.cols; c++)
                sum[c] = row[c] > sum[c] ? row[c] : sum[c];
        else
            for (int64_t c = 0; c < x.cols; c++)
                sum[c] += row[c];
    }
    for (int64_t c = 0; n > 0 && !largest && c < x.cols; c++)
        sum[c] /= (double)n;
}

static iso_err check(const iso_mat *out, iso_view x, const int64_t *first, const int64_t *index)
{
    iso_err err = ISO_OK;

    ISO_NEED(x.dtype == ISO_F32 && out->cols == x.cols, "pooling %lld x %lld %s into %lld columns",
             (long long)x.rows, (long long)x.cols, iso_dtype_name(x.dtype), (long long)out->cols);
    for (int64_t i = first[0]; i < first[out->rows]; i++)
        ISO_NEED(index[i] >= 0 && index[i] < x.rows, "pooling: token %lld is not among %lld",
                 (long long)index[i], (long long)x.rows);
done:
    return err;
}

iso_err iso_pool_lists(iso_mat *out, iso_view x, const int64_t *first, const int64_t *index,
                       bool largest)
{
    const size_t size = iso_dtype_size(out->dtype);
    double *sum = NULL;
    int64_t row;
    iso_err err = ISO_OK;

    ISO_TRY(check(out, x, first, index));
    ISO_TRY(iso_alloc(&sum, x.cols, sizeof *sum));
    for (int64_t r = 0; r < out->rows; r++) {
        void *to = (char *)out->data + (size_t)(r * out->stride) * size;
        collect(sum, x, index + first[r], first[r + 1] - first[r], largest);
        iso_convert(to, out->stride, out->dtype, iso_view_f64(sum, 1, x.cols));
    }
    if (!iso_view_finite(&row, iso_mat_view(out)))
        ISO_FAIL(ISO_EFORMAT, "row %lld holds a number that %s cannot", (long long)row,
                 iso_dtype_name(out->dtype));
done:
    iso_free(sum);
    return err;
}
