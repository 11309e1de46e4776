/* Procrustes of permuted rows: a product and its singular values for every permutation. */
#include <math.h>
#include <string.h>

#include "analysis/similarity/procrustes_inside.h"
#include "lib/base/alloc.h"
#include "lib/linalg/product.h"
#include "lib/linalg/decomp.h"

/* Operations that all permutations of a pair may cost: about a minute of one core. */
static const double most_operations = 2e11;

struct work {
    const iso_null_rows *rows;
    int64_t n, count, done; /* items; of a batch; permutations made */
    int32_t *order;
};

static double norm2(iso_view v)
{
    double sum = 0;

    for (int64_t i = 0; i < v.rows; i++)
        for (int64_t j = 0; j < v.cols; j++) {
            const int64_t at = i * v.stride + j;
            const double x = v.dtype == ISO_F64 ? ((const double *)v.data)[at]
                                                : (double)((const float *)v.data)[at];
            sum += x * x;
        }
    return sum;
}

static void gather(iso_mat *to, iso_view from, const int32_t *order)
{
    const size_t size = iso_dtype_size(from.dtype);

#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < from.rows; i++)
        memcpy((char *)to->data + (size_t)(i * to->stride) * size,
               (const char *)from.data + (size_t)(order[i] * from.stride) * size,
               (size_t)from.cols * size);
}

/* Permutations [first, first + count) of one pair. */
static iso_err pair_values(double *out, struct work *w, int64_t i, int64_t first,
                           const iso_run *run)
{
    const iso_null_rows *r = w->rows;
    const iso_view x = r->x[r->pair[i].x], y = r->x[r->pair[i].y];
    const int64_t all = r->permutations->count + 1, k = x.cols < y.cols ? x.cols : y.cols;
    const double size = sqrt(norm2(x)) * sqrt(norm2(y));
    double *nuclear = out + (i * ISO_PROCRUSTES + ISO_PROCRUSTES_NUCLEAR) * all + first;
    double *distance = out + (i * ISO_PROCRUSTES + ISO_PROCRUSTES_DISTANCE) * all + first;
    iso_mat moved = {0}, product = {0};
    double *s = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&moved, y.rows, y.cols, y.dtype));
    ISO_TRY(iso_mat_new(&product, x.cols, y.cols, x.dtype));
    ISO_TRY(iso_alloc(&s, k, sizeof *s));
    for (int64_t b = 0; b < w->count; b++) {
        double sum = 0;
        gather(&moved, y, w->order + b * w->n);
        ISO_TRY(iso_mul_tn(&product, x, iso_mat_view(&moved), 0));
        ISO_TRY(iso_singular_values(s, iso_mat_view(&product)));
        for (int64_t j = 0; j < k; j++)
            sum += s[j];
        nuclear[b] = size > 0 ? fmin(sum / size, 1) : NAN;
        distance[b] = sqrt(2 - 2 * nuclear[b]);
        ISO_TRY(iso_run_step(run, "permuted rotations", ++w->done, all * r->pairs, "permutations"));
    }
done:
    iso_mat_free(&moved);
    iso_mat_free(&product);
    iso_free(s);
    return err;
}

static iso_err fill(double *out, const iso_null_rows *rows, const iso_run *run)
{
    const iso_permutations *p = rows->permutations;
    struct work w = {.rows = rows, .n = p->items};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&w.order, ISO_NULL_BATCH * w.n, sizeof *w.order));
    for (int64_t first = 0; first <= p->count; first += w.count) {
        w.count = p->count + 1 - first < ISO_NULL_BATCH ? p->count + 1 - first : ISO_NULL_BATCH;
        ISO_TRY(iso_permutations_draw(w.order, NULL, p, first, w.count));
        for (int64_t i = 0; i < rows->pairs; i++)
            ISO_TRY(pair_values(out, &w, i, first, run));
    }
done:
    iso_free(w.order);
    return err;
}

/* The product, and the reduction to two diagonals, without vectors. */
static double operations(int64_t n, int64_t p, int64_t q)
{
    const double small = (double)(p < q ? p : q), large = (double)(p < q ? q : p);

    return (double)n * small * large + 2 * small * small * (large - small / 3);
}

static int64_t most(int64_t n, int64_t p, int64_t q)
{
    return (int64_t)(most_operations / operations(n, p, q));
}

const iso_null_model iso_procrustes_permuted = {
    .text = "rows paired at random",
    .values = ISO_PROCRUSTES,
    .fill = fill,
    .most = most,
    .operations = operations,
};
