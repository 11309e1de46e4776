#include "lib/nn/pooling.h"

#include <math.h>

#include "lib/base/alloc.h"
#include "lib/base/threads.h"
#include "lib/linalg/convert.h"
#include "lib/linalg/loops.h"

enum { SMALL = 1 << 14 }; /* numbers for which no thread is woken */

/* Rows index[0..n) of x into out, which holds C doubles. */
static void largest(double *out, iso_view x, const int64_t *index, int64_t n)
{
    const float *data = x.data;

    for (int64_t c = 0; c < x.cols; c++)
        out[c] = n > 0 ? data[index[0] * x.stride + c] : 0;
    for (int64_t i = 1; i < n; i++) {
        const float *row = data + index[i] * x.stride;
        for (int64_t c = 0; c < x.cols; c++)
            out[c] = row[c] > out[c] ? row[c] : out[c];
    }
}

/* Weights are 1, or, of the weighted mean, the places skip + 1 to skip + n. */
static void mean(double *out, iso_view x, const int64_t *index, int64_t n, int64_t skip,
                 iso_pool pool)
{
    const iso_loops *loops = iso_loops_best();
    const bool by_place = pool == ISO_POOL_WEIGHTED;
    const double count = (double)n;
    const double by = by_place                     ? count * (count + 1) / 2 + count * (double)skip
                      : pool == ISO_POOL_MEAN_SQRT ? sqrt(count)
                                                   : count;
    const float *data = x.data;

    for (int64_t c = 0; c < x.cols; c++)
        out[c] = 0;
    for (int64_t i = 0; i < n; i++)
        loops->add_f32(out, data + index[i] * x.stride, by_place ? (double)(skip + i + 1) : 1,
                       x.cols);
    for (int64_t c = 0; n > 0 && c < x.cols; c++)
        out[c] /= by;
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

iso_err iso_pool_lists_after(iso_mat *out, iso_view x, const int64_t *first, const int64_t *index,
                             iso_pool pool, int64_t skip)
{
    const size_t size = iso_dtype_size(out->dtype);
    double *sums = NULL;
    int64_t wrong;
    iso_err err = ISO_OK;

    ISO_TRY(check(out, x, first, index));
    ISO_TRY(iso_alloc(&sums, iso_threads_most() * x.cols, sizeof *sums));
#pragma omp parallel for schedule(dynamic, 4) if (x.rows * x.cols > SMALL)
    for (int64_t r = 0; r < out->rows; r++) {
        void *to = (char *)out->data + (size_t)(r * out->stride) * size;
        double *sum = sums + iso_thread_this() * x.cols;
        const int64_t all = first[r + 1] - first[r], n = all > skip ? all - skip : 0;
        const int64_t *list = index + first[r] + (all - n);
        if (pool == ISO_POOL_MAX || pool == ISO_POOL_MAX_SPECIAL)
            largest(sum, x, list, n);
        else
            mean(sum, x, list, n, skip, pool);
        iso_convert(to, out->stride, out->dtype, iso_view_f64(sum, 1, x.cols));
    }
    if (!iso_view_finite(&wrong, iso_mat_view(out)))
        ISO_FAIL(ISO_EFORMAT, "row %lld holds a number that %s cannot", (long long)wrong,
                 iso_dtype_name(out->dtype));
done:
    iso_free(sums);
    return err;
}

iso_err iso_pool_lists(iso_mat *out, iso_view x, const int64_t *first, const int64_t *index,
                       iso_pool pool)
{
    return iso_pool_lists_after(out, x, first, index, pool, 0);
}
