#include "analysis/study/items/residual.h"

#include <string.h>

#include "analysis/study/items/load.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/linalg/product.h"
#include "lib/linalg/convert.h"

enum { READ_ROWS = 1024 };

struct residual {
    iso_rows base;
    iso_rows *inner;
    const iso_design *design;
    iso_mat coefficient; /* rank × cols, f64; empty until it is fitted */
    double *row;
    iso_mat own, *buffer;
};

static iso_err residual_read(iso_rows *self, int64_t first, int64_t count, iso_view *out)
{
    struct residual *r = (struct residual *)self;
    const size_t size = iso_dtype_size(self->dtype);
    const iso_mat *q = &r->design->q, *b = &r->coefficient;
    iso_view v;
    iso_err err = ISO_OK;

    ISO_NEED(b->data, "%s: rows are read before the regression", iso_rows_name(self));
    ISO_TRY(iso_rows_read(r->inner, first, count, &v));
    ISO_TRY(iso_buffer_room(r->buffer, count * self->cols, self->dtype));
    for (int64_t i = 0; i < count; i++) {
        const double *at = (const double *)q->data + (first + i) * q->stride;
        iso_convert_f64(r->row, self->cols, iso_view_rows(v, i, 1));
        for (int64_t k = 0; k < b->rows; k++) {
            const double *to = (const double *)b->data + k * b->stride;
            for (int64_t j = 0; j < self->cols; j++)
                r->row[j] -= at[k] * to[j];
        }
        iso_convert((char *)r->buffer->data + (size_t)(i * self->cols) * size, self->cols,
                    self->dtype, iso_view_f64(r->row, 1, self->cols));
    }
    *out = (iso_view){r->buffer->data, count, self->cols, self->cols, self->dtype};
done:
    return err;
}

static void residual_close(iso_rows *self)
{
    struct residual *r = (struct residual *)self;

    iso_mat_free(&r->coefficient);
    iso_mat_free(&r->own);
    iso_free(r->row);
    iso_free(r);
}

iso_err iso_residual_open(iso_rows **out, iso_rows *inner, const iso_design *design,
                          iso_mat *buffer, const iso_run *run)
{
    const bool wide = inner->dtype == ISO_F64 || (run && run->double_precision);
    struct residual *r = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(design->n == inner->rows, "%s has %lld items, its covariates %lld",
             iso_rows_name(inner), (long long)inner->rows, (long long)design->n);
    ISO_TRY(iso_alloc(&r, 1, sizeof *r));
    r->base = (iso_rows){.rows = inner->rows,
                         .cols = inner->cols,
                         .dtype = wide ? ISO_F64 : ISO_F32,
                         .run = inner->run,
                         .read = residual_read,
                         .close = residual_close};
    ISO_TRY(iso_alloc(&r->row, inner->cols, sizeof *r->row));
    ISO_TRY(iso_str_dup(&r->base.name, iso_rows_name(inner), -1));
    r->buffer = buffer ? buffer : &r->own;
    r->inner = inner;
    r->design = design;
    *out = &r->base;
    r = NULL;
done:
    if (r) {
        iso_free(r->row);
        iso_free(r->base.name);
    }
    iso_free(r);
    return err;
}

iso_err iso_residual_fit(iso_rows *residual)
{
    struct residual *r = (struct residual *)residual;
    const iso_mat *q = &r->design->q;
    const int64_t n = residual->rows;
    iso_mat b = {0}, block = {0};
    iso_view v;
    int64_t bad;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&b, q->cols, residual->cols, ISO_F64));
    ISO_TRY(iso_mat_new(&block, n < READ_ROWS ? n : READ_ROWS, residual->cols, ISO_F64));
    for (int64_t i = 0; i < n; i += READ_ROWS) {
        block.rows = n - i < READ_ROWS ? n - i : READ_ROWS;
        ISO_TRY(iso_rows_read(r->inner, i, block.rows, &v));
        if (!iso_view_finite(&bad, v))
            ISO_FAIL(ISO_EFORMAT,
                     "%s: row %lld holds a number that is not finite (`isogloss inspect`)",
                     iso_rows_name(residual), (long long)(i + bad));
        iso_convert_f64(block.data, block.stride, v);
        ISO_TRY(iso_mul_tn(&b, iso_view_rows(iso_mat_view(q), i, block.rows), iso_mat_view(&block),
                           i > 0));
    }
    iso_mat_free(&r->coefficient);
    r->coefficient = b;
    b = (iso_mat){0};
done:
    iso_mat_free(&b);
    iso_mat_free(&block);
    return err;
}

int64_t iso_residual_bytes(const iso_rows *residual)
{
    const struct residual *r = (const struct residual *)residual;

    return r->design->rank * residual->cols * (int64_t)sizeof(double);
}
