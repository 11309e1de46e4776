#include "analysis/study/compare/compare_rows.h"

#include "analysis/pass/prep_fit.h"
#include "analysis/study/items/prepared.h"
#include "lib/base/str.h"

enum { MOST_AT_HAND = 4096 }; /* rows that the pass reads of a matrix at once */

iso_err iso_compare_rows_make(struct compare_rows *out, const char *prep)
{
    iso_err err = iso_prep_parse(&out->prep, prep);

    return err ? iso_fail_in(err, ISO_FIELD(prep)) : iso_prep_text(&out->text, &out->prep);
}

void iso_compare_rows_free(struct compare_rows *r)
{
    iso_buf_free(&r->text);
    iso_language_spans_free(&r->spans);
    iso_mat_free(&r->buffer);
    *r = (struct compare_rows){0};
}

iso_err iso_compare_rows_open(struct compare_rows *r, struct pairing *p, const iso_run *run)
{
    iso_err err = ISO_OK;

    for (int m = 0; r->prep.count > 0 && m < p->matrices; m++)
        ISO_TRY(iso_prepared_open(&p->rows[m], p->rows[m], &r->buffer, run));
done:
    return err;
}

/* Rows at hand, and the few numbers that every source keeps. */
static double kept(const struct compare_rows *r, const struct pairing *p)
{
    double bytes = 0, most = 0;

    for (int m = 0; r->prep.count > 0 && m < p->matrices; m++) {
        const iso_rows *x = p->rows[m];
        const double rows = (double)(x->rows < MOST_AT_HAND ? x->rows : MOST_AT_HAND);
        const double hand = rows * (double)x->cols * (double)iso_dtype_size(x->dtype);
        most = hand > most ? hand : most;
        bytes += (double)iso_prep_fit_kept(&r->prep, x->cols);
    }
    return bytes + most;
}

iso_err iso_compare_rows_run(iso_run *out, const struct compare_rows *r, const struct pairing *p,
                             int64_t more, const iso_run *run)
{
    const double have = (double)iso_run_mem(run), need = kept(r, p) + (double)more;

    if (have - need < 1)
        return iso_fail(ISO_EARG,
                        "rows at hand take %.0f MB of memory, " ISO_FIELD(mem) " gives %.0f MB",
                        need / 1e6, have / 1e6);
    *out = run ? *run : (iso_run){0};
    out->mem = (int64_t)(have - need);
    return ISO_OK;
}

iso_err iso_compare_rows_fit(struct compare_rows *r, struct pairing *p, const iso_run *run)
{
    iso_err err = ISO_OK;

    for (int m = 0; r->prep.count > 0 && m < p->matrices; m++) {
        const struct origin *o = &p->origin[m];
        const struct language_span *span;
        ISO_TRY(iso_run_step(run, "preparing", m, p->matrices, "matrices"));
        ISO_TRY(
            iso_language_span(&span, &r->spans, &r->prep, p->states[o->collection], o->layer, run));
        ISO_TRY(iso_prepared_fit(p->rows[m], &r->prep, &span->span, run));
    }
done:
    return err;
}

int64_t iso_compare_rows_bytes(const struct compare_rows *r, const struct pairing *p)
{
    int64_t bytes = 0;

    for (int m = 0; r->prep.count > 0 && m < p->matrices; m++)
        bytes += p->rows[m]->rows * p->rows[m]->cols * (int64_t)iso_dtype_size(p->rows[m]->dtype);
    return bytes;
}

int64_t iso_compare_rows_memory(const struct compare_rows *r, const struct pairing *p, int64_t pass)
{
    int64_t most = pass;

    for (int m = 0; r->prep.count > 0 && m < p->matrices; m++) {
        const iso_rows *x = p->rows[m];
        const int64_t bytes = x->rows * x->cols * (int64_t)iso_dtype_size(x->dtype) +
                              iso_prep_fit_bytes(&r->prep, x->rows, x->cols);
        most = bytes > most ? bytes : most;
    }
    return most + (int64_t)kept(r, p);
}

const char *iso_compare_rows_text(const struct compare_rows *r)
{
    return r->text.len > 0 ? r->text.text : NULL;
}

const char *iso_compare_rows_subset(const struct compare_rows *r, const struct pairing *p,
                                    int matrix)
{
    const struct origin *o = &p->origin[matrix];

    return iso_language_spans_names(&r->spans, p->states[o->collection], o->layer);
}
