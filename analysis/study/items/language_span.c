#include "analysis/study/items/language_span.h"

#include <math.h>

#include "analysis/pass/prep_fit.h"
#include "analysis/study/items/load.h"
#include "lib/base/alloc.h"
#include "lib/linalg/convert.h"

static bool has_layer(const iso_lang *lang, int layer)
{
    for (int i = 0; i < lang->layer_count; i++) {
        if (lang->layers[i] == layer)
            return true;
    }
    return false;
}

iso_err iso_prep_fits(const char *name, const iso_prep *prep, int64_t n, int64_t d, iso_dtype dtype,
                      const iso_run *run)
{
    const double need = (double)n * (double)d * (double)iso_dtype_size(dtype) +
                        (double)iso_prep_fit_bytes(prep, n, d);
    const double have = (double)iso_run_mem(run);

    if (need <= have)
        return ISO_OK;
    return iso_fail(ISO_EARG,
                    "%s: preparing %lld rows of %lld dims needs %.0f MB of memory, " ISO_FIELD(
                        mem) " gives %.0f MB",
                    name, (long long)n, (long long)d, need / 1e6, have / 1e6);
}

/* The mean of a language's rows after the first `step` steps, and their mean squared length. */
static iso_err mean_of(double *mean, double *square, const struct language_span *s,
                       const iso_prep *prep, int step, int lang, const iso_run *run)
{
    iso_prep before = *prep;
    iso_rows *rows = NULL;
    iso_mat x = {0};
    double *row = NULL;
    iso_err err = ISO_OK;

    before.count = step;
    ISO_TRY(iso_states_rows(&rows, s->states, lang, s->layer));
    const bool wide = rows->dtype == ISO_F64 || (run && run->double_precision);
    const iso_dtype type = wide ? ISO_F64 : ISO_F32;
    ISO_TRY(iso_prep_fits(iso_rows_name(rows), &before, rows->rows, rows->cols, type, run));
    ISO_NEED(rows->rows > 0, "%s has no rows, and lsar takes its mean", iso_rows_name(rows));
    ISO_TRY(iso_load_matrix(&x, rows, type));
    ISO_TRY(iso_prep_apply(&x, &before, &s->span));
    ISO_TRY(iso_alloc(&row, x.cols, sizeof *row));
    for (int64_t i = 0; i < x.rows; i++) {
        iso_convert_f64(row, x.cols, iso_view_rows(iso_mat_view(&x), i, 1));
        for (int64_t j = 0; j < x.cols; j++) {
            mean[j] += row[j] / (double)x.rows;
            *square += row[j] * row[j] / (double)x.rows;
        }
    }
done:
    iso_rows_close(rows);
    iso_mat_free(&x);
    iso_free(row);
    return err;
}

/* After centering, say, means differ by rounding alone, and so would the directions. */
static iso_err check_spread(const iso_mat *means, double square, double rank)
{
    double spread = 0;

    for (int64_t j = 0; j < means->cols; j++) {
        const double *at = (const double *)means->data + j;
        double mean = 0;
        for (int64_t l = 0; l < means->rows; l++)
            mean += at[l * means->stride] / (double)means->rows;
        for (int64_t l = 0; l < means->rows; l++)
            spread += pow(at[l * means->stride] - mean, 2);
    }
    if (spread > 1e-12 * square)
        return ISO_OK;
    return iso_fail(ISO_EDATA,
                    "lsar:%.0f: the means of the languages are the same after the steps before it",
                    rank);
}

/* The directions of one step. */
static iso_err find(struct language_span *s, const iso_prep *prep, int step, const int *lang,
                    int count, int64_t cols, const iso_run *run)
{
    iso_mat means = {0};
    double square = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&means, count, cols, ISO_F64));
    for (int l = 0; l < count; l++) {
        ISO_TRY(iso_run_step(run, "language means", l, count, "languages"));
        ISO_TRY(
            mean_of((double *)means.data + l * means.stride, &square, s, prep, step, lang[l], run));
    }
    ISO_TRY(iso_prep_directions(&s->basis[step], iso_mat_view(&means), (int64_t)prep->param[step]));
    ISO_TRY(check_spread(&means, square, prep->param[step]));
    s->span.out[step] = &s->basis[step];
done:
    iso_mat_free(&means);
    return err;
}

/* The languages that have the layer, by number and name; all of the same dims. */
static iso_err languages(struct language_span *s, int *lang, int *count, int64_t *dims)
{
    int64_t rows, cols;
    iso_dtype type;
    iso_err err = ISO_OK;

    for (int l = 0; l < iso_states_langs(s->states); l++) {
        const iso_lang *at = iso_states_lang(s->states, l);
        if (!has_layer(at, s->layer))
            continue;
        ISO_TRY(iso_states_shape(&rows, &cols, &type, s->states, l, s->layer));
        *dims = *count ? *dims : cols;
        ISO_NEED(cols == *dims,
                 "lsar takes the means of all languages, and layer %d of %s has %lld dims, of %s "
                 "%lld",
                 s->layer, at->name, (long long)cols, iso_states_lang(s->states, lang[0])->name,
                 (long long)*dims);
        ISO_TRY(iso_buf_printf(&s->names, "%s%s", *count ? "+" : "", at->name));
        lang[(*count)++] = l;
    }
done:
    return err;
}

static iso_err fill(struct language_span *s, const iso_prep *prep, const iso_run *run)
{
    int *lang = NULL, count = 0;
    int64_t dims = 0;
    iso_err err = ISO_OK;

    if (!iso_prep_has(prep, ISO_PREP_LSAR))
        return ISO_OK;
    ISO_TRY(iso_alloc(&lang, iso_states_langs(s->states), sizeof *lang));
    ISO_TRY(languages(s, lang, &count, &dims));
    for (int i = 0; i < prep->count; i++) {
        if (prep->step[i] == ISO_PREP_LSAR)
            ISO_TRY(find(s, prep, i, lang, count, dims, run));
    }
done:
    iso_free(lang);
    if (err && err != ISO_ENOMEM && err != ISO_ECANCEL)
        err = iso_fail_in(err, "%s, layer %d", iso_states_name(s->states), s->layer);
    return err;
}

static void span_free(struct language_span *s)
{
    for (int i = 0; s && i < ISO_PREP_STEPS; i++)
        iso_mat_free(&s->basis[i]);
    if (s)
        iso_buf_free(&s->names);
    iso_free(s);
}

static const struct language_span *known(const struct language_spans *list,
                                         const iso_states *states, int layer)
{
    for (int i = 0; i < list->count; i++) {
        if (list->at[i]->states == states && list->at[i]->layer == layer)
            return list->at[i];
    }
    return NULL;
}

iso_err iso_language_span(const struct language_span **out, struct language_spans *list,
                          const iso_prep *prep, iso_states *states, int layer, const iso_run *run)
{
    struct language_span *s = NULL;
    iso_err err = ISO_OK;

    if (known(list, states, layer)) {
        *out = known(list, states, layer);
        return ISO_OK;
    }
    if (list->count == list->room) {
        const int room = list->room ? 2 * list->room : 16;
        ISO_TRY(iso_realloc(&list->at, list->count, room, sizeof *list->at));
        list->room = room;
    }
    ISO_TRY(iso_alloc(&s, 1, sizeof *s));
    s->states = states;
    s->layer = layer;
    ISO_TRY(fill(s, prep, run));
    *out = list->at[list->count++] = s;
    s = NULL;
done:
    span_free(s);
    return err;
}

void iso_language_spans_free(struct language_spans *list)
{
    for (int i = 0; i < list->count; i++)
        span_free(list->at[i]);
    iso_free(list->at);
    *list = (struct language_spans){0};
}

const char *iso_language_spans_names(const struct language_spans *list, const iso_states *states,
                                     int layer)
{
    const struct language_span *s = known(list, states, layer);

    return s && s->names.len > 0 ? s->names.text : NULL;
}
