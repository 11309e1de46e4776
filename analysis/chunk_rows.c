/* Rows in: from the sources into blocks of the plan's type, shifted, with their norms. */
#include <math.h>

#include "analysis/chunk.h"
#include "lib/base/alloc.h"
#include "lib/linalg/convert.h"
#include "lib/linalg/loops.h"

static char *row_at(const iso_mat *m, int64_t row)
{
    return (char *)m->data + (size_t)(row * m->stride) * iso_dtype_size(m->dtype);
}

/* A few rows at a time, so that all cores convert. */
static void convert(const iso_mat *to, int64_t first, iso_view from)
{
    enum { STEP = 32 };

#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < from.rows; i += STEP) {
        const int64_t count = from.rows - i < STEP ? from.rows - i : STEP;
        iso_convert(row_at(to, first + i), to->stride, to->dtype, iso_view_rows(from, i, count));
    }
}

iso_err iso_chunk_append(struct iso_chunk *c, int64_t first, int64_t count)
{
    iso_view v;
    iso_err err = ISO_OK;

    if (count == 0)
        return ISO_OK;
    for (int m = 0; m < c->matrices; m++) {
        ISO_TRY(iso_rows_read(c->task->matrix[c->global[m]], first, count, &v));
        convert(&c->block[m], c->have, v);
    }
    c->have += count;
done:
    return err;
}

/* The mean of the first rows, each number rounded to f32 so that any reader of f32 states removes
 * exactly the same. Blocks too small for them all take them in turns. */
static iso_err pilot_of(double *shift, struct iso_chunk *c, int m)
{
    iso_rows *rows = c->task->matrix[c->global[m]];
    const int64_t n = rows->rows < ISO_PILOT ? rows->rows : ISO_PILOT;
    iso_mat *b = &c->block[m];
    iso_view v;
    iso_err err = ISO_OK;

    for (int64_t j = 0; j < rows->cols; j++)
        shift[j] = 0;
    for (int64_t first = 0, count; first < n; first += count) {
        count = n - first < b->rows ? n - first : b->rows;
        ISO_TRY(iso_rows_read(rows, first, count, &v));
        iso_convert(b->data, b->stride, b->dtype, v);
        for (int64_t i = 0; i < count; i++) {
            if (b->dtype == ISO_F64)
                iso_loops_best()->add_f64(shift, (const double *)row_at(b, i), b->cols);
            else
                iso_loops_best()->add_f32(shift, (const float *)row_at(b, i), b->cols);
        }
    }
    for (int64_t j = 0; j < rows->cols; j++) {
        const double mean = (double)(float)(shift[j] / (double)n);
        shift[j] = isfinite(mean) ? mean : 0; /* the row at fault is named when it is read */
    }
done:
    return err;
}

iso_err iso_chunk_pilot(struct iso_chunk *c)
{
    iso_err err = ISO_OK;

    for (int m = 0; m < c->matrices && !err; m++) {
        /* Another chunk has taken these sums already: begin anew, the result is the same. */
        iso_moments fresh = {0};
        ISO_TRY(iso_moments_new(&fresh, c->moments[m]->p));
        iso_moments_free(c->moments[m]);
        *c->moments[m] = fresh;
        if (c->plan->rows > 0)
            ISO_TRY(pilot_of(c->moments[m]->shift, c, m));
    }
done:
    return err;
}

/* The first row whose norm is not finite, or -1. */
static int64_t not_finite(const double *norm2, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(norm2[i]))
            return i;
    }
    return -1;
}

/* Names the row: the block does not know where its rows came from, so the source is asked. */
static iso_err blame(struct iso_chunk *c, int m)
{
    iso_rows *rows = c->task->matrix[c->global[m]];
    iso_view v;
    int64_t row;
    iso_err err = ISO_OK;

    for (int64_t first = 0, count; first < rows->rows; first += count) {
        count = rows->rows - first < ISO_PILOT ? rows->rows - first : ISO_PILOT;
        ISO_TRY(iso_rows_read(rows, first, count, &v));
        if (!iso_view_finite(&row, v))
            ISO_FAIL(ISO_EFORMAT,
                     "%s: row %lld holds NaN or infinity; `isogloss inspect` lists all",
                     iso_rows_name(rows), (long long)(first + row));
    }
    ISO_FAIL(ISO_EFORMAT, "%s: numbers too large for single precision: --precision double",
             iso_rows_name(rows));
done:
    return err;
}

/* Subtracts shift from every row; norms become those of the shifted rows. */
static iso_err shift_block(struct iso_chunk *c, int m, const double *shift)
{
    const iso_loops *loops = iso_loops_best();
    const iso_mat *b = &c->block[m];
    double *norm2 = c->norm2[m];
    float *narrow = NULL;
    iso_err err = iso_alloc(&narrow, b->cols, sizeof *narrow);

    if (err)
        return err;
    for (int64_t j = 0; j < b->cols; j++)
        narrow[j] = (float)shift[j];
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < c->have; i++)
        norm2[i] = b->dtype == ISO_F64 ? loops->shift_f64((double *)row_at(b, i), shift, b->cols)
                                       : loops->shift_f32((float *)row_at(b, i), narrow, b->cols);
    iso_free(narrow);
    return not_finite(norm2, c->have) < 0 ? ISO_OK : blame(c, m);
}

iso_err iso_chunk_shift(struct iso_chunk *c)
{
    iso_err err = ISO_OK;

    for (int m = 0; m < c->matrices && !err; m++)
        err = shift_block(c, m, c->moments[m]->shift);
    return err;
}

iso_err iso_chunk_centre(struct iso_chunk *c)
{
    double *rest = NULL;
    iso_err err = ISO_OK;

    for (int m = 0; m < c->matrices && !err; m++) {
        const iso_moments *mo = c->moments[m];
        ISO_TRY(iso_realloc(&rest, 0, mo->p, sizeof *rest));
        for (int64_t j = 0; j < mo->p; j++)
            rest[j] = mo->s1[j] / (double)mo->n;
        ISO_TRY(shift_block(c, m, rest));
    }
done:
    iso_free(rest);
    return err;
}
