#include "analysis/study/items/prepared.h"

#include "analysis/pass/prep_fit.h"
#include "analysis/study/items/language_span.h"
#include "analysis/study/items/load.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/linalg/convert.h"

struct prepared {
    iso_rows base;
    iso_rows *inner;
    iso_prep_fit fit;
    bool ready;
    double *row;
    iso_mat own, *buffer;
};

static iso_err prepared_read(iso_rows *self, int64_t first, int64_t count, iso_view *out)
{
    struct prepared *p = (struct prepared *)self;
    const size_t size = iso_dtype_size(self->dtype);
    iso_view v;
    iso_err err = ISO_OK;

    ISO_NEED(p->ready, "%s: rows are read before they are prepared", iso_rows_name(self));
    ISO_TRY(iso_rows_read(p->inner, first, count, &v));
    ISO_TRY(iso_buffer_room(p->buffer, count * self->cols, self->dtype));
    for (int64_t i = 0; i < count; i++) {
        iso_convert_f64(p->row, self->cols, iso_view_rows(v, i, 1));
        iso_prep_fit_row(&p->fit, p->row);
        iso_convert((char *)p->buffer->data + (size_t)(i * self->cols) * size, self->cols,
                    self->dtype, iso_view_f64(p->row, 1, self->cols));
    }
    *out = (iso_view){p->buffer->data, count, self->cols, self->cols, self->dtype};
done:
    return err;
}

static void prepared_close(iso_rows *self)
{
    struct prepared *p = (struct prepared *)self;

    iso_rows_close(p->inner);
    iso_prep_fit_free(&p->fit);
    iso_mat_free(&p->own);
    iso_free(p->row);
    iso_free(p);
}

iso_err iso_prepared_open(iso_rows **out, iso_rows *inner, iso_mat *buffer, const iso_run *run)
{
    const bool wide = inner->dtype == ISO_F64 || (run && run->double_precision);
    struct prepared *p = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&p, 1, sizeof *p));
    p->base = (iso_rows){.rows = inner->rows,
                         .cols = inner->cols,
                         .dtype = wide ? ISO_F64 : ISO_F32,
                         .run = inner->run,
                         .read = prepared_read,
                         .close = prepared_close};
    ISO_TRY(iso_alloc(&p->row, inner->cols, sizeof *p->row));
    ISO_TRY(iso_str_dup(&p->base.name, iso_rows_name(inner), -1));
    p->buffer = buffer ? buffer : &p->own;
    p->inner = inner;
    *out = &p->base;
    p = NULL;
done:
    if (p) {
        iso_free(p->row);
        iso_free(p->base.name);
    }
    iso_free(p);
    return err;
}

iso_err iso_prepared_fit(iso_rows *prepared, const iso_prep *prep, const iso_prep_span *span,
                         const iso_run *run)
{
    struct prepared *p = (struct prepared *)prepared;
    iso_prep_fit fit = {0};
    iso_mat x = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_prep_fits(iso_rows_name(prepared), prep, prepared->rows, prepared->cols,
                          prepared->dtype, run));
    ISO_TRY(iso_load_matrix(&x, p->inner, prepared->dtype));
    err = iso_prep_fit_make(&fit, &x, prep, span);
    if (err) {
        err = iso_fail_in(err, "%s", iso_rows_name(prepared));
        goto done;
    }
    iso_prep_fit_free(&p->fit);
    p->fit = fit;
    p->ready = true;
done:
    iso_mat_free(&x);
    return err;
}
