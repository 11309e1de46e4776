/* Each step is a map of single rows whose numbers come from all rows: found, applied, kept. */
#include "analysis/pass/prep_fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/linalg/convert.h"
#include "lib/linalg/principal.h"

enum { ROUNDS = 5 }; /* of iternorm */

/* --- A row --- */

static double squares(const double *x, int64_t n)
{
    double sum = 0;

    for (int64_t j = 0; j < n; j++)
        sum += x[j] * x[j];
    return sum;
}

static void divide(double *x, int64_t n, double by)
{
    for (int64_t j = 0; j < n; j++)
        x[j] /= by;
}

static void unit_row(double *x, int64_t n)
{
    double square = squares(x, n), max = 0;

    if (square < 1e-280 || square > 1e280) { /* squares leave the range of doubles: scale first */
        for (int64_t j = 0; j < n; j++)
            max = fmax(max, fabs(x[j]));
        if (max == 0)
            return;
        divide(x, n, max);
        square = squares(x, n);
    }
    divide(x, n, sqrt(square));
}

static void less_row(double *x, int64_t n, const struct iso_prep_map *m)
{
    for (int64_t j = 0; m->a && j < n; j++)
        x[j] -= m->a[j];
    for (int64_t k = 0; k < m->direction.rows; k++) {
        const double *u = (const double *)m->direction.data + k * m->direction.stride;
        double along = 0;
        for (int64_t j = 0; j < n; j++)
            along += u[j] * x[j];
        for (int64_t j = 0; j < n; j++)
            x[j] -= along * u[j];
    }
}

static void map_row(double *x, int64_t n, const struct iso_prep_map *m)
{
    if (m->kind == PREP_ROW_LENGTH)
        unit_row(x, n);
    else if (m->kind == PREP_ROW_LESS)
        less_row(x, n, m);
    for (int64_t j = 0; m->kind == PREP_ROW_AFFINE && j < n; j++)
        x[j] = (x[j] - m->a[j]) / m->b[j];
    for (int64_t j = 0; m->kind == PREP_ROW_BOUNDS && j < n; j++)
        x[j] = x[j] < m->a[j] ? m->a[j] : x[j] > m->b[j] ? m->b[j] : x[j];
}

void iso_prep_fit_row(const iso_prep_fit *fit, double *row)
{
    for (int i = 0; i < fit->count; i++)
        map_row(row, fit->cols, &fit->map[i]);
}

/* --- All rows of a matrix --- */

/* A matrix under work, and one row of it in double. */
struct work {
    iso_mat *x;
    double *row;
};

static void load(const struct work *w, int64_t i)
{
    iso_convert_f64(w->row, w->x->cols, iso_view_rows(iso_mat_view(w->x), i, 1));
}

static void apply(const struct work *w, const struct iso_prep_map *m)
{
    const iso_view row = iso_view_f64(w->row, 1, w->x->cols);
    char *data = w->x->data;

    for (int64_t i = 0; i < w->x->rows; i++) {
        load(w, i);
        map_row(w->row, w->x->cols, m);
        iso_convert(data + (size_t)(i * w->x->stride) * iso_dtype_size(w->x->dtype), w->x->cols,
                    w->x->dtype, row);
    }
}

/* Sums are of differences from the first row, so that a constant column has mean and deviation
 * exact, and no rounding is blown up to unit variance. `first` is room for a row. */
static void column_means(double *mean, double *first, const struct work *w)
{
    const int64_t n = w->x->rows, d = w->x->cols;

    memset(mean, 0, (size_t)d * sizeof *mean);
    for (int64_t i = 0; i < n; i++) {
        load(w, i);
        if (i == 0)
            memcpy(first, w->row, (size_t)d * sizeof *first);
        for (int64_t j = 0; j < d; j++)
            mean[j] += w->row[j] - first[j];
    }
    for (int64_t j = 0; j < d; j++)
        mean[j] = first[j] + mean[j] / (double)n;
}

/* √(Σ (x − mean)² / divisor) by column; where nothing varies there is nothing to divide by. */
static void column_lengths(double *length, const double *mean, double divisor, const struct work *w)
{
    const int64_t d = w->x->cols;

    memset(length, 0, (size_t)d * sizeof *length);
    for (int64_t i = 0; i < w->x->rows; i++) {
        load(w, i);
        for (int64_t j = 0; j < d; j++)
            length[j] += (w->row[j] - mean[j]) * (w->row[j] - mean[j]);
    }
    for (int64_t j = 0; j < d; j++)
        length[j] = length[j] > 0 ? sqrt(length[j] / divisor) : 1;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Between the sorted numbers around (n − 1) q. */
static double quantile(const double *sorted, int64_t n, double q)
{
    const double at = (double)(n - 1) * q;
    const int64_t low = (int64_t)floor(at), high = low + 1 < n ? low + 1 : low;

    return sorted[low] + (at - (double)low) * (sorted[high] - sorted[low]);
}

/* --- Steps --- */

static iso_err new_map(struct iso_prep_map **out, iso_prep_fit *fit, enum iso_prep_kind kind,
                       bool a, bool b)
{
    iso_err err = ISO_OK;

    if (fit->count == fit->room) {
        const int room = fit->room ? 2 * fit->room : 16;
        ISO_TRY(iso_realloc(&fit->map, fit->room, room, sizeof *fit->map));
        fit->room = room;
    }
    struct iso_prep_map *m = &fit->map[fit->count++];
    *m = (struct iso_prep_map){.kind = kind};
    if (a)
        ISO_TRY(iso_alloc(&m->a, fit->cols, sizeof *m->a));
    if (b)
        ISO_TRY(iso_alloc(&m->b, fit->cols, sizeof *m->b));
    *out = m;
done:
    return err;
}

static iso_err unit(iso_prep_fit *fit, const struct work *w)
{
    struct iso_prep_map *m;
    iso_err err = ISO_OK;

    ISO_TRY(new_map(&m, fit, PREP_ROW_LENGTH, false, false));
    apply(w, m);
done:
    return err;
}

/* center, zscore (mean and deviation), unitdim (length alone). */
static iso_err affine(iso_prep_fit *fit, const struct work *w, bool shift, bool scale)
{
    struct iso_prep_map *m;
    iso_err err = ISO_OK;

    ISO_TRY(new_map(&m, fit, PREP_ROW_AFFINE, true, true));
    if (shift)
        column_means(m->a, m->b, w);
    for (int64_t j = 0; j < fit->cols; j++)
        m->b[j] = 1;
    if (scale)
        column_lengths(m->b, m->a, shift ? (double)w->x->rows : 1, w);
    apply(w, m);
done:
    return err;
}

static iso_err iternorm(iso_prep_fit *fit, const struct work *w)
{
    iso_err err = ISO_OK;

    for (int round = 0; round < ROUNDS; round++) {
        ISO_TRY(unit(fit, w));
        ISO_TRY(affine(fit, w, true, false));
    }
    ISO_TRY(unit(fit, w));
done:
    return err;
}

/* The mean goes too, and what is left has nothing along the directions. (The published text takes
 * the directions out of the rows as they came, which leaves the mean's part along them, negated,
 * in every row: no measure that centres sees a difference.) */
static iso_err remove_pcs(iso_prep_fit *fit, const struct work *w, int64_t k)
{
    struct iso_prep_map *m;
    double *room = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(k < w->x->cols && k < w->x->rows - 1,
             "remove-pcs:%lld of %lld rows of %lld dims leaves nothing: a number below %lld",
             (long long)k, (long long)w->x->rows, (long long)w->x->cols,
             (long long)(w->x->cols < w->x->rows - 1 ? w->x->cols : w->x->rows - 1));
    ISO_TRY(new_map(&m, fit, PREP_ROW_LESS, true, false));
    ISO_TRY(iso_alloc(&room, fit->cols, sizeof *room));
    column_means(m->a, room, w);
    ISO_TRY(iso_principal(&m->direction, iso_mat_view(w->x), m->a, k));
    apply(w, m);
done:
    iso_free(room);
    return err;
}

static iso_err lsar(iso_prep_fit *fit, const struct work *w, const iso_mat *out)
{
    struct iso_prep_map *m;
    iso_err err = ISO_OK;

    ISO_NEED(out, "lsar takes the means of all languages of a collection, and there are none here");
    ISO_NEED(out->cols == w->x->cols, "lsar: rows have %lld dims, the languages' means %lld",
             (long long)w->x->cols, (long long)out->cols);
    ISO_TRY(new_map(&m, fit, PREP_ROW_LESS, false, false));
    ISO_TRY(iso_mat_new(&m->direction, out->rows, out->cols, ISO_F64));
    iso_convert_f64(m->direction.data, m->direction.stride, iso_mat_view(out));
    apply(w, m);
done:
    return err;
}

static iso_err clip(iso_prep_fit *fit, const struct work *w, double q)
{
    const int64_t n = w->x->rows;
    struct iso_prep_map *m;
    double *column = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(new_map(&m, fit, PREP_ROW_BOUNDS, true, true));
    ISO_TRY(iso_alloc(&column, n, sizeof *column));
    for (int64_t j = 0; j < fit->cols; j++) {
        const iso_mat one = iso_mat_columns(w->x, j, 1);
        iso_convert_f64(column, 1, iso_mat_view(&one));
        qsort(column, (size_t)n, sizeof *column, by_size);
        m->a[j] = quantile(column, n, q);
        m->b[j] = quantile(column, n, 1 - q);
    }
    apply(w, m);
done:
    iso_free(column);
    return err;
}

static iso_err one_step(iso_prep_fit *fit, const struct work *w, const iso_prep *p, int i,
                        const iso_prep_span *span)
{
    switch (p->step[i]) {
    case ISO_PREP_CENTER:
        return affine(fit, w, true, false);
    case ISO_PREP_UNIT:
        return unit(fit, w);
    case ISO_PREP_ZSCORE:
        return affine(fit, w, true, true);
    case ISO_PREP_UNITDIM:
        return affine(fit, w, false, true);
    case ISO_PREP_ITERNORM:
        return iternorm(fit, w);
    case ISO_PREP_REMOVE_PCS:
        return remove_pcs(fit, w, (int64_t)p->param[i]);
    case ISO_PREP_LSAR:
        return lsar(fit, w, span ? span->out[i] : NULL);
    case ISO_PREP_CLIP:
        return clip(fit, w, p->param[i]);
    }
    return iso_fail(ISO_EARG, "no such preparation: %d", (int)p->step[i]);
}

iso_err iso_prep_fit_make(iso_prep_fit *out, iso_mat *x, const iso_prep *p,
                          const iso_prep_span *span)
{
    iso_prep_fit fit = {.cols = x->cols};
    struct work w = {.x = x};
    iso_err err = ISO_OK;

    ISO_NEED(x->dtype == ISO_F32 || x->dtype == ISO_F64, "rows to prepare are %s, not f32 or f64",
             iso_dtype_name(x->dtype));
    ISO_TRY(iso_alloc(&w.row, x->cols, sizeof *w.row));
    for (int i = 0; i < p->count && x->rows > 0; i++)
        ISO_TRY(one_step(&fit, &w, p, i, span));
    *out = fit;
    fit = (iso_prep_fit){0};
done:
    iso_prep_fit_free(&fit);
    iso_free(w.row);
    return err;
}

void iso_prep_fit_free(iso_prep_fit *fit)
{
    for (int i = 0; i < fit->count; i++) {
        iso_free(fit->map[i].a);
        iso_free(fit->map[i].b);
        iso_mat_free(&fit->map[i].direction);
    }
    iso_free(fit->map);
    *fit = (iso_prep_fit){0};
}

int64_t iso_prep_fit_kept(const iso_prep *p, int64_t d)
{
    int64_t rows = 0;

    for (int i = 0; i < p->count; i++)
        rows += p->step[i] == ISO_PREP_ITERNORM ? 2 * ROUNDS : 2 + (int64_t)p->param[i];
    return rows * d * (int64_t)sizeof(double);
}

int64_t iso_prep_fit_bytes(const iso_prep *p, int64_t n, int64_t d)
{
    const int64_t column = n * (int64_t)sizeof(double), square = iso_principal_bytes(n, d);
    int64_t most = 2 * d * (int64_t)sizeof(double);

    if (iso_prep_has(p, ISO_PREP_CLIP) && column > most)
        most = column;
    if (iso_prep_has(p, ISO_PREP_REMOVE_PCS) && square > most)
        most = square;
    return most + iso_prep_fit_kept(p, d);
}

iso_err iso_prep_apply(iso_mat *x, const iso_prep *p, const iso_prep_span *span)
{
    iso_prep_fit fit = {0};
    const iso_err err = iso_prep_fit_make(&fit, x, p, span);

    iso_prep_fit_free(&fit);
    return err;
}

iso_err iso_prep_directions(iso_mat *out, iso_view means, int64_t rank)
{
    double *mean = NULL, *row = NULL;
    iso_mat found = {0};
    iso_err err = ISO_OK;

    ISO_NEED(
        rank < means.rows, "lsar:%lld takes the means of more than %lld languages, there %s %lld",
        (long long)rank, (long long)rank, means.rows == 1 ? "is" : "are", (long long)means.rows);
    ISO_TRY(iso_alloc(&mean, means.cols, sizeof *mean));
    ISO_TRY(iso_alloc(&row, means.cols, sizeof *row));
    for (int64_t l = 0; l < means.rows; l++) {
        iso_convert_f64(row, means.cols, iso_view_rows(means, l, 1));
        for (int64_t j = 0; j < means.cols; j++)
            mean[j] += row[j] / (double)means.rows;
    }
    ISO_TRY(iso_principal(&found, means, mean, rank));
    if (found.rows < rank)
        ISO_FAIL(ISO_EDATA, "lsar:%lld: the means of %lld languages differ in %lld directions only",
                 (long long)rank, (long long)means.rows, (long long)found.rows);
    *out = found;
    found = (iso_mat){0};
done:
    iso_mat_free(&found);
    iso_free(mean);
    iso_free(row);
    return err;
}
