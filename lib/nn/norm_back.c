#include "lib/nn/norm_back.h"

#include <string.h>

#include "lib/nn/vector.h"
#include "lib/nn/vector_back.h"

static void keep_row(float *y, const float *x, const float *r, const iso_norm *norm,
                     iso_norm_kept kept, int64_t row, int64_t n)
{
    kept.rstd[row] = iso_back_vector_best()->norm(y, kept.hat + row * n, x, r, norm->gain,
                                                  norm->bias, (float)norm->eps, n);
}

static void keep_rows(void *with, const iso_mat *part, int64_t row, int64_t col)
{
    const iso_norm_keep *n = with;
    const int64_t began = iso_nn_began(n->times);

    (void)col;
    for (int64_t i = 0; i < part->rows; i++) {
        float *const r = (float *)part->data + i * part->stride;
        iso_drop_row(r, part->cols, &n->drop, row + i, 0);
        keep_row((float *)n->y.data + (row + i) * n->y.stride,
                 (const float *)n->x.data + (row + i) * n->x.stride, r, n->norm, n->kept, row + i,
                 part->cols);
    }
    iso_nn_ended(n->times, ISO_NN_NORMS, began);
}

iso_then iso_norm_keep_then(iso_norm_keep *n)
{
    return (iso_then){keep_rows, n, true};
}

void iso_norm_keep_rows(iso_mat *y, iso_view x, const iso_norm *norm, iso_norm_kept kept)
{
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < x.rows; i++)
        keep_row((float *)y->data + i * y->stride, (const float *)x.data + i * x.stride, NULL, norm,
                 kept, i, x.cols);
}

void iso_norm_kept_out(iso_mat *y, iso_norm_kept kept, const iso_norm *norm)
{
    const iso_back_vector *op = iso_back_vector_best();

#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < y->rows; i++)
        op->norm_out((float *)y->data + i * y->stride, kept.hat + i * y->cols, norm->gain,
                     norm->bias, y->cols);
}

/* A chunk of rows, and its sums: of gain, bias and r side by side. */
static void back_chunk(iso_mat *d, iso_mat *dr, const iso_norm *norm, iso_norm_kept kept,
                       const iso_drop *drop, float *sums, bool sum_r, int64_t first,
                       iso_nn_times *times)
{
    const int64_t began = iso_nn_began(times);
    const int64_t n = d->cols;
    const int64_t end = first + ISO_SUM_ROWS < d->rows ? first + ISO_SUM_ROWS : d->rows;
    const iso_back_vector *op = iso_back_vector_best();

    if (sums)
        memset(sums, 0, (size_t)(3 * n) * sizeof *sums);
    for (int64_t i = first; i < end; i++) {
        float *const row = (float *)d->data + i * d->stride, *r = row;
        op->norm_back(row, sums, sums ? sums + n : NULL, kept.hat + i * n, norm->gain, kept.rstd[i],
                      n);
        if (dr) {
            r = (float *)dr->data + i * dr->stride;
            memcpy(r, row, (size_t)n * sizeof *r);
            iso_drop_row(r, n, drop, i, 0);
        }
        if (sum_r)
            iso_nn_vector_best()->add(sums + 2 * n, r, n);
    }
    iso_nn_ended(times, ISO_NN_NORMS, began);
}

iso_err iso_norm_back(iso_mat *d, iso_mat *dr, const iso_norm *norm, iso_norm_kept kept,
                      const iso_drop *drop, iso_norm_grad g, float *sum_r, iso_workspace *sums,
                      iso_nn_times *times)
{
    const int64_t n = d->cols, chunks = iso_sum_chunks(d->rows);
    const bool summed = g.gain || sum_r;
    iso_err err = ISO_OK;

    if (summed)
        ISO_TRY(iso_workspace_need(sums, chunks * 3 * n));
#pragma omp parallel for schedule(static)
    for (int64_t k = 0; k < chunks; k++)
        back_chunk(d, dr, norm, kept, drop, summed ? sums->at + k * 3 * n : NULL, sum_r,
                   k * ISO_SUM_ROWS, times);
    if (summed) {
        iso_row_sums_add(g.gain, sums->at, chunks, 3 * n, n);
        iso_row_sums_add(g.bias, sums->at + n, chunks, 3 * n, n);
        iso_row_sums_add(sum_r, sums->at + 2 * n, chunks, 3 * n, n);
    }
done:
    return err;
}
