/* Agreement in each language, by what was fitted on the others. */
#include <math.h>
#include <string.h>

#include "analysis/stats/correlation.h"
#include "analysis/study/items/records.h"
#include "analysis/study/select/select_inside.h"
#include "lib/base/alloc.h"
#include "lib/linalg/decomp.h"
#include "lib/linalg/statistics.h"

/* Rows of one language: the entries that hold it out. Columns: predictors, then examples and size;
 * centred within the language, for what is left is which set serves it better. */
struct lang_rows {
    int lang;
    int64_t n;
    double *x, *y; /* n × cols, n */
};

struct left_out {
    const struct select_job *job;
    const struct select_entries *e;
    struct lang_rows *at;
    int count, cols;
    int *column;     /* those that have a value throughout, by number */
    int columns;     /* of them, with the two */
    double *value;   /* of all entries */
    double *of_lang; /* count: a correlation each */
};

enum { ROWS_LEAST = 8, LANGS_LEAST = 3 };

static double outcome(const struct left_out *l, int64_t entry, int lang)
{
    const iso_transfer *t = &l->job->results;
    const int64_t at = iso_textmap_find(&t->langs, iso_select_lang(l->job, lang), -1);

    return t->score[l->e->at[entry].row * t->langs.count + at];
}

static void centre(double *x, int64_t n, int64_t stride)
{
    double mean = 0;

    for (int64_t i = 0; i < n; i++)
        mean += x[i * stride] / (double)n;
    for (int64_t i = 0; i < n; i++)
        x[i * stride] -= mean;
}

static iso_err fill_column(struct left_out *l, struct lang_rows *r, int c)
{
    const struct select_job *job = l->job;
    bool *target = NULL;
    int64_t row = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&target, job->count, sizeof *target));
    target[r->lang] = true;
    if (c < job->predictors)
        ISO_TRY(iso_select_entry_values(l->value, job, &job->at[c], l->e, target, NULL));
    for (int64_t i = 0; i < l->e->count; i++) {
        const struct select_entry *at = &l->e->at[i];
        if (!at->target[r->lang])
            continue;
        r->x[row++ * l->cols + c] = c < job->predictors    ? l->value[i]
                                    : c == job->predictors ? at->examples
                                                           : at->count;
    }
    centre(r->x + c, r->n, l->cols);
done:
    iso_free(target);
    return err;
}

static iso_err add_lang(struct left_out *l, int lang)
{
    struct lang_rows *r = &l->at[l->count];
    int64_t n = 0;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < l->e->count; i++)
        n += l->e->at[i].target[lang];
    if (n < ROWS_LEAST)
        return ISO_OK;
    l->count++;
    r->lang = lang;
    ISO_TRY(iso_alloc(&r->x, n * l->cols, sizeof *r->x));
    ISO_TRY(iso_alloc(&r->y, n, sizeof *r->y));
    for (int64_t i = 0; i < l->e->count; i++)
        if (l->e->at[i].target[lang])
            r->y[r->n++] = outcome(l, i, lang);
    centre(r->y, r->n, 1);
    for (int c = 0; c < l->cols; c++)
        ISO_TRY(fill_column(l, r, c));
done:
    return err;
}

/* Columns without a gap in any language. */
static iso_err choose_columns(struct left_out *l)
{
    const char **gaps = NULL;
    iso_buf list = {0};
    int count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&gaps, l->cols, sizeof *gaps));
    ISO_TRY(iso_alloc(&l->column, l->cols, sizeof *l->column));
    for (int c = 0; c < l->cols; c++) {
        bool whole = true;
        for (int a = 0; a < l->count; a++)
            for (int64_t i = 0; i < l->at[a].n; i++)
                whole = whole && isfinite(l->at[a].x[i * l->cols + c]);
        if (whole)
            l->column[l->columns++] = c;
        else
            gaps[count++] = l->job->at[c].name;
    }
    if (count > 0) {
        ISO_TRY(iso_buf_names(&list, gaps, count, 12));
        iso_run_note(l->job->run, "not fitted, for lack of values: %s", list.text);
    }
done:
    iso_free(gaps);
    iso_buf_free(&list);
    return err;
}

/* --- The fit --- */

/* Least squares on the standardised columns `column` of all languages but one; `guess` takes what
 * it says of that one. */
static iso_err fit(double *guess, const struct left_out *l, int without, const int *column,
                   int columns)
{
    double *x = NULL, *y = NULL, *sd = NULL;
    iso_mat weight = {0};
    int64_t rows = 0, at = 0;
    iso_err err = ISO_OK;

    for (int a = 0; a < l->count; a++)
        rows += a == without ? 0 : l->at[a].n;
    ISO_TRY(iso_alloc(&x, rows * columns, sizeof *x));
    ISO_TRY(iso_alloc(&y, rows, sizeof *y));
    ISO_TRY(iso_alloc(&sd, columns, sizeof *sd));
    for (int a = 0; a < l->count; a++) {
        const struct lang_rows *r = &l->at[a];
        for (int64_t i = 0; a != without && i < r->n; i++, at++) {
            y[at] = r->y[i];
            for (int c = 0; c < columns; c++) {
                const double value = r->x[i * l->cols + column[c]];
                x[at * columns + c] = value;
                sd[c] += value * value / (double)rows;
            }
        }
    }
    for (int c = 0; c < columns; c++)
        sd[c] = sd[c] > 0 ? sqrt(sd[c]) : 1;
    for (int64_t i = 0; i < rows * columns; i++)
        x[i] /= sd[i % columns];
    ISO_TRY(iso_mat_new(&weight, columns, 1, ISO_F64));
    ISO_TRY(iso_least_squares(&weight, NULL, iso_view_f64(x, rows, columns),
                              iso_view_f64(y, rows, 1), 1e-8));
    for (int64_t i = 0; i < l->at[without].n; i++) {
        guess[i] = 0;
        for (int c = 0; c < columns; c++)
            guess[i] += l->at[without].x[i * l->cols + column[c]] / sd[c] *
                        ((const double *)weight.data)[c * weight.stride];
    }
done:
    iso_free(x);
    iso_free(y);
    iso_free(sd);
    iso_mat_free(&weight);
    return err;
}

/* --- Records --- */

static iso_err add(iso_records *out, struct left_out *l, int lang, const double *guess,
                   const char *name, bool fitted)
{
    const struct lang_rows *r = &l->at[lang];
    const iso_correlation_opt opt = {.permutations = -1};
    iso_record record = iso_record_none();
    iso_value v;
    iso_err err = ISO_OK;

    ISO_TRY(iso_correlation_of(&v, ISO_SPEARMAN, guess, r->y, NULL, r->n, &opt));
    iso_record_value(&record, &v);
    record.measure = "agreement";
    record.estimator = fitted ? "left-out" : "language";
    record.x = name;
    record.y = "transfer:language";
    record.tgt = iso_select_lang(l->job, r->lang);
    l->of_lang[lang] = v.value;
    ISO_TRY(iso_records_add(out, &record));
done:
    return err;
}

static iso_err add_mean(iso_records *out, const struct left_out *l, const char *name, bool fitted)
{
    iso_record r = iso_record_none();
    double *x = NULL, sum = 0;
    int64_t n = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&x, l->count, sizeof *x));
    for (int a = 0; a < l->count; a++) {
        if (!isfinite(l->of_lang[a]))
            continue;
        x[n++] = l->of_lang[a];
        sum += l->of_lang[a];
    }
    r.measure = "agreement";
    r.estimator = fitted ? "left-out" : "language";
    r.x = name;
    r.y = "transfer:languages";
    r.n = n;
    r.interval = "none";
    if (n > 0)
        r.value = sum / (double)n;
    else
        r.why = "no language has a correlation";
    if (n > 1)
        ISO_TRY(iso_boot_mean(&r.lo, &r.hi, x, n, ISO_BOOT_BCA, 0.95, iso_run_seed(l->job->run)));
    if (isfinite(r.lo))
        r.interval = "boot-items";
    ISO_TRY(iso_records_add(out, &r));
done:
    iso_free(x);
    return err;
}

/* A fit on these columns, each language in turn left out; of one column itself, with its sign. */
static iso_err add_all(iso_records *out, struct left_out *l, const int *column, int columns,
                       const char *name)
{
    double *guess = NULL;
    const bool fitted = columns > 1;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&guess, l->e->count, sizeof *guess));
    for (int a = 0; a < l->count; a++) {
        for (int64_t i = 0; !fitted && i < l->at[a].n; i++)
            guess[i] = l->at[a].x[i * l->cols + *column];
        if (fitted)
            ISO_TRY(fit(guess, l, a, column, columns));
        ISO_TRY(add(out, l, a, guess, name, fitted));
    }
    ISO_TRY(add_mean(out, l, name, fitted));
done:
    iso_free(guess);
    return err;
}

static iso_err add_records(iso_records *out, struct left_out *l)
{
    const int predictors = l->job->predictors, both[] = {predictors, predictors + 1};
    iso_err err = ISO_OK;

    ISO_TRY(add_all(out, l, l->column, l->columns, "fitted:all"));
    if (l->columns > 3)
        ISO_TRY(add_all(out, l, l->column, l->columns - 2, "fitted:predictors"));
    ISO_TRY(add_all(out, l, both, 2, "fitted:examples+size"));
    for (int c = 0; c < l->columns; c++) {
        const int at = l->column[c];
        ISO_TRY(add_all(out, l, &at, 1,
                        at < predictors    ? l->job->at[at].name
                        : at == predictors ? "examples"
                                           : "size"));
    }
done:
    return err;
}

iso_err iso_select_left_out(iso_records *out, const struct select_job *job,
                            const struct select_entries *e)
{
    struct left_out l = {.job = job, .e = e, .cols = job->predictors + 2};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&l.at, job->count, sizeof *l.at));
    ISO_TRY(iso_alloc(&l.value, e->count, sizeof *l.value));
    ISO_TRY(iso_alloc(&l.of_lang, job->count, sizeof *l.of_lang));
    for (int lang = 0; lang < job->count; lang++) {
        ISO_TRY(iso_run_step(job->run, "languages left out", lang, job->count, "languages"));
        ISO_TRY(add_lang(&l, lang));
    }
    if (l.count < LANGS_LEAST)
        ISO_FAIL(ISO_EDATA,
                 "%s: %d languages are held out by %d entries or more; " ISO_FIELD(
                     by_language) " needs %d",
                 job->opt.results, l.count, ROWS_LEAST, LANGS_LEAST);
    ISO_TRY(choose_columns(&l));
    ISO_TRY(add_records(out, &l));
done:
    for (int a = 0; a < l.count; a++) {
        iso_free(l.at[a].x);
        iso_free(l.at[a].y);
    }
    iso_free(l.at);
    iso_free(l.column);
    iso_free(l.value);
    iso_free(l.of_lang);
    return err;
}
