/* Cosines of permuted rows: all cosines of two matrices once, then sums of those that are paired.
 */
#include <math.h>
#include <stdbool.h>

#include "analysis/similarity/cosine_inside.h"
#include "lib/base/alloc.h"
#include "lib/linalg/product.h"

enum { ROWS = 256 };

struct work {
    const iso_null_rows *rows;
    int64_t n, count; /* of a batch */
    iso_mat ux, uy, cosine;
    int32_t *order;
    double *sum; /* by permutation of the batch */
};

static double element(iso_view v, int64_t i, int64_t j)
{
    const int64_t at = i * v.stride + j;

    return v.dtype == ISO_F64 ? ((const double *)v.data)[at] : (double)((const float *)v.data)[at];
}

/* Row i of length 1; with `mean` as it was read, 2^scale apart. A row of zeros makes NAN. */
static void unit_row(iso_mat *to, int64_t i, iso_view x, const double *mean, int scale)
{
    const double by = ldexp(1, -scale);
    double norm2 = 0;

    for (int64_t j = 0; j < x.cols; j++) {
        const double v = element(x, i, j) + (mean ? mean[j] * by : 0);
        norm2 += v * v;
    }
    const double over = norm2 > 0 ? 1 / sqrt(norm2) : NAN;
    for (int64_t j = 0; j < x.cols; j++) {
        const double v = (element(x, i, j) + (mean ? mean[j] * by : 0)) * over;
        if (to->dtype == ISO_F64)
            ((double *)to->data)[i * to->stride + j] = v;
        else
            ((float *)to->data)[i * to->stride + j] = (float)v;
    }
}

static iso_err unit_rows(iso_mat *to, const iso_null_rows *rows, int m, bool centred)
{
    const iso_view x = rows->x[m];
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(to, x.rows, x.cols, x.dtype));
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < x.rows; i++)
        unit_row(to, i, x, centred ? NULL : rows->mean[m], rows->scale[m]);
done:
    return err;
}

/* Adds the cosines of rows [first, first + rows) with the rows that come to their places. */
static void add_paired(struct work *w, int64_t first, int64_t rows)
{
    const iso_view c = iso_mat_view(&w->cosine);

#pragma omp parallel for schedule(static)
    for (int64_t b = 0; b < w->count; b++) {
        const int32_t *order = w->order + b * w->n + first;
        double sum = 0;
        for (int64_t i = 0; i < rows; i++)
            sum += element(c, i, order[i]);
        w->sum[b] += sum;
    }
}

static iso_err batch_sums(struct work *w)
{
    iso_err err = ISO_OK;

    for (int64_t b = 0; b < w->count; b++)
        w->sum[b] = 0;
    for (int64_t i = 0; i < w->n; i += ROWS) {
        const int64_t rows = w->n - i < ROWS ? w->n - i : ROWS;
        w->cosine.rows = rows;
        ISO_TRY(iso_mul_nt(&w->cosine, iso_view_rows(iso_mat_view(&w->ux), i, rows),
                           iso_mat_view(&w->uy), 0));
        add_paired(w, i, rows);
    }
done:
    return err;
}

/* Permutations [first, first + count) of one pair. */
static iso_err pair_values(double *out, struct work *w, int64_t i, int64_t first, bool centred)
{
    const iso_gram_pair pair = w->rows->pair[i];
    const int64_t all = w->rows->permutations->count + 1;
    const bool equal = w->rows->x[pair.x].cols == w->rows->x[pair.y].cols;
    iso_err err = ISO_OK;

    if (equal) {
        ISO_TRY(unit_rows(&w->ux, w->rows, pair.x, centred));
        ISO_TRY(unit_rows(&w->uy, w->rows, pair.y, centred));
        ISO_TRY(batch_sums(w));
    }
    for (int64_t b = 0; b < w->count; b++)
        out[i * all + first + b] = equal ? w->sum[b] / (double)w->n : NAN;
done:
    iso_mat_free(&w->ux);
    iso_mat_free(&w->uy);
    w->ux = w->uy = (iso_mat){0};
    return err;
}

static iso_err fill(double *out, const iso_null_rows *rows, const iso_run *run, bool centred)
{
    const iso_permutations *p = rows->permutations;
    struct work w = {.rows = rows, .n = p->items};
    const int64_t high = w.n < ROWS ? w.n : ROWS, batches = p->count / ISO_NULL_BATCH + 1;
    int64_t done = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&w.cosine, high, w.n, rows->x[0].dtype));
    ISO_TRY(iso_alloc(&w.order, ISO_NULL_BATCH * w.n, sizeof *w.order));
    ISO_TRY(iso_alloc(&w.sum, ISO_NULL_BATCH, sizeof *w.sum));
    for (int64_t first = 0; first <= p->count; first += w.count) {
        w.count = p->count + 1 - first < ISO_NULL_BATCH ? p->count + 1 - first : ISO_NULL_BATCH;
        ISO_TRY(iso_permutations_draw(w.order, NULL, p, first, w.count));
        for (int64_t i = 0; i < rows->pairs; i++) {
            ISO_TRY(pair_values(out, &w, i, first, centred));
            ISO_TRY(iso_run_step(run, "permuted cosines", ++done, rows->pairs * batches, "pairs"));
        }
    }
done:
    iso_mat_free(&w.cosine);
    iso_free(w.order);
    iso_free(w.sum);
    return err;
}

static iso_err fill_raw(double *out, const iso_null_rows *rows, const iso_run *run)
{
    return fill(out, rows, run, false);
}

static iso_err fill_centred(double *out, const iso_null_rows *rows, const iso_run *run)
{
    return fill(out, rows, run, true);
}

static double operations(int64_t n, int64_t p, int64_t q)
{
    (void)p;
    (void)q;
    return (double)n;
}

const iso_null_model iso_cosine_raw_permuted = {
    .text = "rows paired at random", .values = 1, .fill = fill_raw, .operations = operations};
const iso_null_model iso_cosine_centred_permuted = {
    .text = "rows paired at random", .values = 1, .fill = fill_centred, .operations = operations};
