#include <math.h>

#include "analysis/search/neighbours_inside.h"
#include "lib/base/alloc.h"
#include "lib/linalg/convert.h"
#include "lib/linalg/topk.h"

void near_side_free(struct near_side *s)
{
    iso_free(s->inverse);
    iso_free(s->mean);
    iso_free(s->top);
    iso_free(s->sum);
    iso_free(s->pick);
    iso_free(s->begin);
    iso_free(s->copy);
    iso_free(s->group);
    *s = (struct near_side){0};
}

iso_err near_side_make(struct near_side *s, iso_view v, const char *name)
{
    int64_t bad = 0;
    iso_err err = ISO_OK;

    ISO_NEED(v.dtype == ISO_F32, "%s: numbers are %s, must be f32", name, iso_dtype_name(v.dtype));
    ISO_NEED(v.rows > 0, "%s has no rows", name);
    ISO_NEED(v.rows <= INT32_MAX, "%s has %lld rows, at most %d can be searched", name,
             (long long)v.rows, INT32_MAX);
    if (!iso_view_finite(&bad, v))
        ISO_FAIL(ISO_EFORMAT, "%s: row %lld has a number that is not finite", name, (long long)bad);
    *s = (struct near_side){
        .rows = v.rows, .cols = v.cols, .stride = v.stride, .data = v.data, .all = v.rows};
    ISO_TRY(iso_alloc(&s->inverse, v.rows, sizeof *s->inverse));
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < s->rows; i++) {
        const float *row = s->data + i * s->stride;
        const double norm2 = iso_topk_dot(row, row, s->cols);
        s->inverse[i] = norm2 > 0 ? 1 / sqrt(norm2) : 0;
    }
done:
    return err;
}

iso_topk_rows near_rows(const struct near_side *s)
{
    return (iso_topk_rows){s->data, s->rows, s->cols, s->stride, s->inverse, s->pick};
}

int64_t near_times(const struct near_side *s, int64_t i)
{
    return s->pick ? s->begin[i + 1] - s->begin[i] : 1;
}

/* A row of zeros has cosine 0 with everything, which needs no product. */
double near_cosine(const struct near_side *x, int64_t i, const struct near_side *y, int64_t j)
{
    const int64_t row = x->pick ? x->pick[i] : i, column = y->pick ? y->pick[j] : j;
    const double inverse = x->inverse[row] * y->inverse[column];

    return inverse == 0
               ? 0
               : iso_topk_dot(x->data + row * x->stride, y->data + column * y->stride, x->cols) *
                     inverse;
}
