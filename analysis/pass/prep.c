#include "analysis/pass/prep.h"

#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/linalg/convert.h"

enum { ROUNDS = 5 }; /* of iternorm */

static const struct {
    const char *name;
    iso_prep_step step;
} known[] = {
    /* The first name of a step is the one records have. */
    {"center", ISO_PREP_CENTER},     {"centre", ISO_PREP_CENTER}, {"unit", ISO_PREP_UNIT},
    {"renorm", ISO_PREP_UNIT},       {"zscore", ISO_PREP_ZSCORE}, {"unitdim", ISO_PREP_UNITDIM},
    {"iternorm", ISO_PREP_ITERNORM},
};

enum { KNOWN = (int)(sizeof known / sizeof *known) };

static iso_err unknown(const char *name, size_t len)
{
    const char *names[KNOWN], *near;
    char typed[64];

    for (int i = 0; i < KNOWN; i++)
        names[i] = known[i].name;
    len = len < sizeof typed ? len : sizeof typed - 1;
    memcpy(typed, name, len);
    typed[len] = '\0';
    near = iso_str_nearest(typed, names, KNOWN);
    if (near)
        return iso_fail(ISO_EARG, "unknown preparation '%s'; did you mean '%s'?", typed, near);
    return iso_fail(ISO_EARG,
                    "unknown preparation '%s'; there are center, unit, zscore, unitdim, iternorm",
                    typed);
}

static iso_err step_find(iso_prep_step *out, const char *name, size_t len)
{
    for (int i = 0; i < KNOWN; i++) {
        if (strlen(known[i].name) == len && memcmp(known[i].name, name, len) == 0) {
            *out = known[i].step;
            return ISO_OK;
        }
    }
    return unknown(name, len);
}

iso_err iso_prep_parse(iso_prep *out, const char *list)
{
    iso_prep p = {0};
    iso_err err = ISO_OK;

    for (const char *at = iso_str_same(list, "none") ? NULL : list; at;) {
        const size_t len = strcspn(at, ",");
        ISO_NEED(len > 0, "'%s' is not a list of preparations (center,unit)", list);
        ISO_NEED(p.count < ISO_PREP_STEPS, "more than %d preparations in '%s'", ISO_PREP_STEPS,
                 list);
        ISO_TRY(step_find(&p.step[p.count], at, len));
        p.count++;
        at = at[len] == ',' ? at + len + 1 : NULL;
    }
    *out = p;
done:
    return err;
}

static const char *step_name(iso_prep_step step)
{
    int i = 0;

    while (known[i].step != step)
        i++;
    return known[i].name;
}

iso_err iso_prep_text(iso_buf *out, const iso_prep *p)
{
    for (int i = 0; i < p->count; i++) {
        iso_err err = iso_buf_printf(out, "%s%s", i ? "," : "", step_name(p->step[i]));
        if (err)
            return err;
    }
    return ISO_OK;
}

/* A matrix under work: one row in double, and two numbers a column. */
struct work {
    iso_mat *x;
    double *row, *mean, *square;
};

static void load(const struct work *w, int64_t i)
{
    iso_convert_f64(w->row, w->x->cols, iso_view_rows(iso_mat_view(w->x), i, 1));
}

static void store(const struct work *w, int64_t i)
{
    const iso_view row = iso_view_f64(w->row, 1, w->x->cols);
    char *data = w->x->data;

    iso_convert(data + (size_t)(i * w->x->stride) * iso_dtype_size(w->x->dtype), w->x->cols,
                w->x->dtype, row);
}

static double largest(const double *x, int64_t n)
{
    double max = 0;

    for (int64_t j = 0; j < n; j++)
        max = fmax(max, fabs(x[j]));
    return max;
}

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
    double square = squares(x, n);

    if (square < 1e-280 || square > 1e280) { /* squares leave the range of doubles: scale first */
        const double max = largest(x, n);
        if (max == 0)
            return;
        divide(x, n, max);
        square = squares(x, n);
    }
    divide(x, n, sqrt(square));
}

static void unit(const struct work *w)
{
    for (int64_t i = 0; i < w->x->rows; i++) {
        load(w, i);
        unit_row(w->row, w->x->cols);
        store(w, i);
    }
}

/* Sums are of differences from the first row, so that a constant column has mean and deviation
 * exact, and no rounding is blown up to unit variance. */
static void column_means(const struct work *w)
{
    const int64_t n = w->x->rows, d = w->x->cols;
    double *first = w->square;

    memset(w->mean, 0, (size_t)d * sizeof *w->mean);
    for (int64_t i = 0; i < n; i++) {
        load(w, i);
        if (i == 0)
            memcpy(first, w->row, (size_t)d * sizeof *first);
        for (int64_t j = 0; j < d; j++)
            w->mean[j] += w->row[j] - first[j];
    }
    for (int64_t j = 0; j < d; j++)
        w->mean[j] = first[j] + w->mean[j] / (double)n;
}

/* Column sums of (x − mean)² in `square`. */
static void column_squares(const struct work *w)
{
    const int64_t d = w->x->cols;

    memset(w->square, 0, (size_t)d * sizeof *w->square);
    for (int64_t i = 0; i < w->x->rows; i++) {
        load(w, i);
        for (int64_t j = 0; j < d; j++)
            w->square[j] += (w->row[j] - w->mean[j]) * (w->row[j] - w->mean[j]);
    }
}

/* x = (x − mean) / √(square / divisor); where nothing varies there is nothing to divide by. */
static void rescale(const struct work *w, double divisor)
{
    const int64_t d = w->x->cols;

    for (int64_t j = 0; j < d; j++)
        w->square[j] = w->square[j] > 0 ? sqrt(w->square[j] / divisor) : 1;
    for (int64_t i = 0; i < w->x->rows; i++) {
        load(w, i);
        for (int64_t j = 0; j < d; j++)
            w->row[j] = (w->row[j] - w->mean[j]) / w->square[j];
        store(w, i);
    }
}

static void center(const struct work *w)
{
    column_means(w);
    memset(w->square, 0, (size_t)w->x->cols * sizeof *w->square);
    rescale(w, 1);
}

static void zscore(const struct work *w)
{
    column_means(w);
    column_squares(w);
    rescale(w, (double)w->x->rows);
}

static void unitdim(const struct work *w)
{
    memset(w->mean, 0, (size_t)w->x->cols * sizeof *w->mean);
    column_squares(w);
    rescale(w, 1);
}

static void iternorm(const struct work *w)
{
    for (int round = 0; round < ROUNDS; round++) {
        unit(w);
        center(w);
    }
    unit(w);
}

iso_err iso_prep_apply(iso_mat *x, const iso_prep *p)
{
    static void (*const steps[])(const struct work *) = {
        [ISO_PREP_CENTER] = center,   [ISO_PREP_UNIT] = unit,         [ISO_PREP_ZSCORE] = zscore,
        [ISO_PREP_UNITDIM] = unitdim, [ISO_PREP_ITERNORM] = iternorm,
    };
    struct work w = {.x = x};
    double *columns = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(x->dtype == ISO_F32 || x->dtype == ISO_F64, "rows to prepare are %s, not f32 or f64",
             iso_dtype_name(x->dtype));
    ISO_TRY(iso_alloc(&columns, x->cols, 3 * sizeof *columns));
    w.row = columns;
    w.mean = columns + x->cols;
    w.square = columns + 2 * x->cols;
    for (int i = 0; i < p->count && x->rows > 0; i++)
        steps[p->step[i]](&w);
done:
    iso_free(columns);
    return err;
}
