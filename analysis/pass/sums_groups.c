/* What a small group of rows says on its own, from n × n Gram matrices of its few rows. */
#include <math.h>

#include "analysis/pass/chunk.h"
#include "lib/base/alloc.h"
#include "lib/linalg/blas.h"
#include "lib/linalg/loops.h"

static iso_view rows_of(const struct iso_chunk *c, int m, const struct iso_span *span)
{
    return iso_view_rows(iso_mat_view(&c->block[m]), span->first, span->count);
}

static iso_mat gram_of(const struct iso_sums_work *w, int m, int64_t n)
{
    const int64_t most = w->gram.cols;
    char *data = w->gram.data;

    return (iso_mat){data + (size_t)(m * most * most) * iso_dtype_size(w->gram.dtype),
                     n,
                     n,
                     most,
                     w->gram.dtype,
                     NULL};
}

/* x·Σx for every row of the group, Σx in the type and scale of the rows. */
static iso_err take_along(double *along, iso_view x, const double *sum, int scale)
{
    const iso_loops *loops = iso_loops_best();
    const double by = ldexp(1, scale);
    float *narrow = NULL;
    iso_err err = iso_alloc(&narrow, x.cols, sizeof *narrow);

    if (err)
        return err;
    for (int64_t j = 0; j < x.cols; j++)
        narrow[j] = (float)(sum[j] / by);
    for (int64_t i = 0; i < x.rows; i++)
        along[i] =
            x.dtype == ISO_F64
                ? by * loops->dot_f64((const double *)x.data + i * x.stride, sum, x.cols)
                : by * by * loops->dot_f32((const float *)x.data + i * x.stride, narrow, x.cols);
    iso_free(narrow);
    return ISO_OK;
}

/* Σ_{i<j} k_ij l_ij of two upper triangles. */
static double above_diagonal(iso_view k, iso_view l)
{
    const iso_loops *loops = iso_loops_best();
    double sum = 0;

    for (int64_t i = 0; i + 1 < k.rows; i++) {
        const int64_t at = i * k.stride + i + 1, count = k.rows - i - 1;
        sum += k.dtype == ISO_F64
                   ? loops->dot_f64((const double *)k.data + at, (const double *)l.data + at, count)
                   : loops->dot_f32((const float *)k.data + at, (const float *)l.data + at, count);
    }
    return sum;
}

/* ‖XᵀY‖² = Σ k l over all pairs of rows; the other scalars are sums over single rows. */
static iso_hsic_sums scalars(const struct iso_sums_work *w, const struct iso_chunk *c,
                             const struct iso_span *span, int x, int y)
{
    const int64_t n = span->count, most = w->gram.cols;
    const double *qx = c->norm2[x] + span->first, *qy = c->norm2[y] + span->first;
    const double *ux = w->along + x * most, *uy = w->along + y * most;
    const iso_moments *mx = c->moments[x], *my = c->moments[y];
    const double *sx = mx->gs1 + span->group * mx->p, *sy = my->gs1 + span->group * my->p;
    const iso_mat k = gram_of(w, x, n), l = gram_of(w, y, n);
    const double fx = ldexp(1, 2 * c->scale[x]), fy = ldexp(1, 2 * c->scale[y]);
    const double qq = fx * fy * iso_dot(qx, qy, n);

    return (iso_hsic_sums){
        .n = n,
        .norm2 = fx * fy * 2 * above_diagonal(iso_mat_view(&k), iso_mat_view(&l)) + qq,
        .qq = qq,
        .sx = iso_dot(sx, sx, mx->p),
        .sy = iso_dot(sy, sy, my->p),
        .qx = mx->gq[span->group],
        .qy = my->gq[span->group],
        .bil = iso_dot(ux, uy, n),
        .ax = fy * iso_dot(ux, qy, n),
        .ay = fx * iso_dot(uy, qx, n),
    };
}

iso_err iso_sums_group(struct iso_sums_work *w, struct iso_chunk *c, const struct iso_span *span)
{
    const int64_t most = w->gram.cols, all = c->pairs + c->matrices;
    iso_err err = ISO_OK;

    for (int m = 0; m < c->matrices; m++) {
        iso_mat gram = gram_of(w, m, span->count);
        ISO_TRY(iso_square_nt(&gram, rows_of(c, m, span)));
        ISO_TRY(take_along(w->along + m * most, rows_of(c, m, span),
                           c->moments[m]->gs1 + span->group * c->moments[m]->p, c->scale[m]));
    }
    if (c->plan->needs & ISO_NEED_MEANS)
        iso_chunk_dots(w->dot, c, span->first, span->count);
#pragma omp parallel for schedule(dynamic, 4)
    for (int64_t i = 0; i < all; i++) {
        const bool pair = i < c->pairs;
        const int m = (int)(i - c->pairs), x = pair ? c->pair[i].x : m, y = pair ? c->pair[i].y : m;
        const iso_hsic_sums s = scalars(w, c, span, x, y);
        iso_cross_group(pair ? &c->cross[i] : &c->self[m], span->group, &s, pair ? w->dot[i] : 0);
    }
done:
    return err;
}
