#include "lib/nn/pooling_back.h"

#include <math.h>

enum { COLUMNS = 64 }; /* that a thread adds to at a time: each sum is in the order of the lists */

static void add(float *to, const float *from, float by, int64_t n)
{
    for (int64_t c = 0; c < n; c++)
        to[c] += by * from[c];
}

/* Columns [j, j + width) of all lists. */
static void back(iso_mat *dx, iso_view dout, const int64_t *first, const int64_t *index,
                 iso_pool pool, int64_t j, int64_t width)
{
    const bool by_place = pool == ISO_POOL_WEIGHTED;

    for (int64_t r = 0; r < dout.rows; r++) {
        const float *from = (const float *)dout.data + r * dout.stride + j;
        const int64_t n = first[r + 1] - first[r];
        const double all = by_place                     ? (double)n * ((double)n + 1) / 2
                           : pool == ISO_POOL_MEAN_SQRT ? sqrt((double)n)
                                                        : (double)n;
        for (int64_t i = 0; i < n; i++)
            add((float *)dx->data + index[first[r] + i] * dx->stride + j, from,
                (float)((by_place ? (double)(i + 1) : 1) / all), width);
    }
}

iso_err iso_pool_lists_back(iso_mat *dx, iso_view dout, const int64_t *first, const int64_t *index,
                            iso_pool pool)
{
    iso_err err = ISO_OK;

    ISO_NEED(dx->dtype == ISO_F32 && dout.dtype == ISO_F32 && dx->cols == dout.cols,
             "the way back through pooling from %lld x %lld %s to %lld x %lld %s",
             (long long)dout.rows, (long long)dout.cols, iso_dtype_name(dout.dtype),
             (long long)dx->rows, (long long)dx->cols, iso_dtype_name(dx->dtype));
    ISO_NEED(pool != ISO_POOL_MAX && pool != ISO_POOL_MAX_SPECIAL,
             "pooling by the largest number has no way back here");
    for (int64_t i = first[0]; i < first[dout.rows]; i++)
        ISO_NEED(index[i] >= 0 && index[i] < dx->rows, "pooling: token %lld is not among %lld",
                 (long long)index[i], (long long)dx->rows);
#pragma omp parallel for schedule(static) if (dx->rows * dx->cols > 1 << 14)
    for (int64_t j = 0; j < dx->cols; j += COLUMNS)
        back(dx, dout, first, index, pool, j, dx->cols - j < COLUMNS ? dx->cols - j : COLUMNS);
done:
    return err;
}
