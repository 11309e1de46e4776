/* Correlations of matrices of distances. */
#include <math.h>

#include "analysis/stats/coefficient.h"
#include "analysis/stats/permuted.h"
#include "lib/base/alloc.h"
#include "lib/linalg/statistics.h"

/* Entries above the diagonal, row after row. */
struct entries {
    int64_t n, count;
    double *a, *b, *c; /* c is NULL when nothing is given */
    double *sorted;
};

static void entries_free(struct entries *e)
{
    iso_free(e->a);
    iso_free(e->b);
    iso_free(e->c);
    iso_free(e->sorted);
}

static iso_err take(double **out, iso_view m, const struct entries *e, iso_correlation kind)
{
    int64_t at = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(out, e->count, sizeof **out));
    for (int64_t i = 0; i < e->n; i++) {
        for (int64_t j = i + 1; j < e->n; j++) {
            const double x = ((const double *)m.data)[i * m.stride + j];
            ISO_NEED(isfinite(x), "a distance that is not finite, of items %lld and %lld",
                     (long long)i, (long long)j);
            (*out)[at++] = x;
        }
    }
    if (kind == ISO_SPEARMAN)
        iso_ranks(*out, e->sorted, *out, e->count);
done:
    return err;
}

static iso_err check(iso_correlation kind, iso_view a, iso_view b, iso_view c)
{
    const bool given = c.data != NULL;
    iso_err err = ISO_OK;

    ISO_NEED(kind != ISO_KENDALL, "matrices of distances: pearson or spearman");
    ISO_NEED(a.rows == a.cols && b.rows == a.rows && b.cols == a.rows &&
                 (!given || (c.rows == a.rows && c.cols == a.rows)),
             "matrices of distances are %lld x %lld and %lld x %lld", (long long)a.rows,
             (long long)a.cols, (long long)b.rows, (long long)b.cols);
    ISO_NEED(a.dtype == ISO_F64 && b.dtype == ISO_F64 && (!given || c.dtype == ISO_F64),
             "matrices of distances are f64");
done:
    return err;
}

static double value_of(const double *a, const struct entries *e)
{
    const double ab = iso_pearson(a, e->b, e->count);

    if (!e->c)
        return ab;
    return iso_correlation_partial(ab, iso_pearson(a, e->c, e->count),
                                   iso_pearson(e->b, e->c, e->count));
}

/* a is permuted, or what c leaves of it. */
static iso_err permute(iso_value *v, iso_correlation kind, iso_view a, iso_view b, iso_view given,
                       const iso_correlation_opt *opt)
{
    const struct iso_permuted_test test = {.kind = kind,
                                           .pairs = true,
                                           .n = a.rows,
                                           .x = b.data,
                                           .y = a.data,
                                           .z = given.data,
                                           .stride = {b.stride, a.stride, given.stride}};
    const struct iso_permuted_opt how = {.permutations = opt->permutations, .seed = opt->seed};
    struct iso_permuted one = {0};
    iso_err err = ISO_OK;

    if (opt->permutations < 0)
        return ISO_OK;
    ISO_TRY(iso_permuted_add(&one, &test));
    ISO_TRY(iso_permuted_run(&one, &how, NULL));
    v->p = one.at[0].p;
done:
    iso_permuted_free(&one);
    return err;
}

static const char *why_not(const struct entries *e)
{
    if (e->n < ISO_CORRELATION_LEAST)
        return "fewer than 4 items say nothing about a correlation";
    if (e->c && e->n <= ISO_CORRELATION_LEAST)
        return "fewer than 5 items say nothing about a partial correlation";
    if (iso_all_equal(e->a, e->count) || iso_all_equal(e->b, e->count) ||
        (e->c && iso_all_equal(e->c, e->count)))
        return "all distances are the same";
    return NULL;
}

iso_err iso_mantel(iso_value *out, iso_correlation kind, iso_view a, iso_view b, iso_view given,
                   const iso_correlation_opt *opt)
{
    struct entries e = {.n = a.rows, .count = a.rows * (a.rows - 1) / 2};
    iso_value v = iso_value_none();
    iso_err err = ISO_OK;

    ISO_TRY(check(kind, a, b, given));
    ISO_TRY(iso_alloc(&e.sorted, e.count, sizeof *e.sorted));
    ISO_TRY(take(&e.a, a, &e, kind));
    ISO_TRY(take(&e.b, b, &e, kind));
    if (given.data)
        ISO_TRY(take(&e.c, given, &e, kind));
    v.n = e.n;
    v.why = why_not(&e);
    if (!v.why) {
        v.value = value_of(e.a, &e);
        v.why = isnan(v.value) ? "what is given tells a matrix wholly" : NULL;
    }
    if (!v.why) {
        v.null = 0;
        ISO_TRY(permute(&v, kind, a, b, given, opt));
    }
    *out = v;
done:
    entries_free(&e);
    return err;
}
