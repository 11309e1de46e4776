/* Correlation of a discrepancy with the gap: over languages, without each, a third held constant.
 */
#include <math.h>
#include <string.h>

#include "analysis/stats/correlation.h"
#include "analysis/study/gap/gap_inside.h"
#include "analysis/study/items/records.h"
#include "lib/base/alloc.h"

/* --- Discrepancy, gap and third quantity of the same languages, side by side --- */

iso_err iso_gap_data_make(struct gap_data *d, int room)
{
    iso_err err = ISO_OK;

    *d = (struct gap_data){0};
    ISO_TRY(iso_alloc(&d->lang, room, sizeof *d->lang));
    ISO_TRY(iso_alloc(&d->item, room, sizeof *d->item));
    ISO_TRY(iso_alloc(&d->x, room, sizeof *d->x));
    ISO_TRY(iso_alloc(&d->y, room, sizeof *d->y));
    ISO_TRY(iso_alloc(&d->z, room, sizeof *d->z));
done:
    return err;
}

void iso_gap_data_free(struct gap_data *d)
{
    iso_free(d->lang);
    iso_free(d->item);
    iso_free(d->x);
    iso_free(d->y);
    iso_free(d->z);
}

bool iso_gap_scored(const struct gap_job *job, int64_t layer)
{
    for (int i = 0; i < job->layers; i++) {
        if (!job->scores.layered || job->scores.alone || job->layer[i] == layer)
            return true;
    }
    return false;
}

bool iso_gap_at(const struct gap_job *job, int64_t layer, int64_t wanted)
{
    return wanted == GAP_OVER_LAYERS ? iso_gap_scored(job, layer) : layer == wanted;
}

void iso_gap_numbers(double *x, double *y, const struct gap_job *job,
                     const struct gap_series *series, const char *lang, int64_t layer)
{
    int count = 0;

    *x = *y = 0;
    for (int i = 0; i < series->layers; i++) {
        if (!iso_gap_at(job, series->layer[i], layer))
            continue;
        count++;
        *x += iso_gap_series_at(series, job->src, lang, series->layer[i]);
        *y += iso_gap_of(job, lang, series->layer[i]);
    }
    *x = count ? *x / count : NAN;
    *y = count ? *y / count : NAN;
}

void iso_gap_data_at(struct gap_data *d, const struct gap_job *job, const struct gap_series *series,
                     int64_t layer, int third)
{
    d->n = 0;
    for (int i = 0; i < job->tgts; i++) {
        double *x = &d->x[d->n], *y = &d->y[d->n], *z = &d->z[d->n];
        d->lang[d->n] = job->tgt[i];
        d->item[d->n] = i;
        iso_gap_numbers(x, y, job, series, job->tgt[i], layer);
        *z = third < 0 ? 0 : iso_gap_given_at(&job->given, third, job->src, job->tgt[i]);
        d->n += isfinite(*x) && isfinite(*y) && isfinite(*z);
    }
}

iso_record iso_gap_record(const struct gap_job *job, const struct gap_series *series, int64_t layer)
{
    const iso_record *f = series->first;
    iso_record r = iso_record_none();

    r.src_layer = r.tgt_layer = layer;
    r.interval = "none";
    r.pool = f->pool;
    r.prep = f->prep;
    r.model = f->model;
    r.model2 = f->model2 ? f->model2 : job->scores.model;
    r.stage = f->stage;
    r.mix_layer = f->mix_layer;
    r.mix = f->mix;
    r.direction = f->direction ? "forward" : NULL;
    r.k = f->k;
    r.neighbours = f->neighbours;
    r.denominator = f->denominator;
    r.baseline = f->baseline;
    r.condition = f->condition;
    r.candidates = f->candidates;
    r.train = f->train;
    r.x = series->name;
    r.y = "gap:language";
    return r;
}

/* --- Over languages --- */

static void take(iso_record *r, const iso_value *v)
{
    iso_record_value(r, v);
    r->why = v->n < ISO_CORRELATION_LEAST ? "fewer than 4 languages have both" : v->why;
}

static iso_correlation_opt options(const struct gap_job *job)
{
    return (iso_correlation_opt){.boot = job->opt.interval == ISO_INTERVAL_NONE ? ISO_BOOT_NONE
                                                                                : ISO_BOOT_BCA,
                                 .permutations = -1,
                                 .seed = iso_run_seed(job->run)};
}

static iso_err add_all(iso_records *out, const struct gap_job *job, const iso_record *like,
                       const struct gap_data *d, const double *given)
{
    const iso_correlation_opt opt = options(job);
    struct iso_permuted_test test = {.n = d->n, .item = d->item, .x = d->x, .y = d->y, .z = given};
    iso_err err = ISO_OK;

    for (int k = 0; k < ISO_CORRELATIONS; k++) {
        iso_record r = *like;
        iso_value v;
        ISO_TRY(iso_correlation_of(&v, (iso_correlation)k, d->x, d->y, given, d->n, &opt));
        r.measure = iso_correlation_name((iso_correlation)k);
        take(&r, &v);
        ISO_TRY(iso_records_add(out, &r));
        test.kind = (iso_correlation)k;
        if (isfinite(v.value) && !(given && test.kind == ISO_KENDALL))
            ISO_TRY(iso_gap_search_put(job, out, &test));
    }
done:
    return err;
}

static iso_err join_others(iso_buf *out, const struct gap_data *d, int left)
{
    iso_err err = ISO_OK;

    out->len = 0;
    for (int i = 0; i < d->n; i++) {
        if (i != left)
            ISO_TRY(iso_buf_printf(out, "%s%s", out->len ? "+" : "", d->lang[i]));
    }
done:
    return err;
}

/* A record for each language that is left out. */
static iso_err add_without(iso_records *out, const iso_record *like, const struct gap_data *d)
{
    static const iso_correlation kinds[] = {ISO_PEARSON, ISO_SPEARMAN};
    double *value = NULL;
    iso_buf subset = {0};
    iso_err err = ISO_OK;

    if (d->n <= ISO_CORRELATION_LEAST)
        return ISO_OK;
    ISO_TRY(iso_alloc(&value, d->n, sizeof *value));
    for (int k = 0; k < 2; k++) {
        ISO_TRY(iso_correlation_without(value, kinds[k], d->x, d->y, NULL, d->n));
        for (int i = 0; i < d->n; i++) {
            iso_record r = *like;
            ISO_TRY(join_others(&subset, d, i));
            r.measure = iso_correlation_name(kinds[k]);
            r.value = value[i];
            r.n = d->n - 1;
            r.subset = subset.text;
            r.why = isnan(value[i]) ? "x or y is the same for all that are left" : NULL;
            ISO_TRY(iso_records_add(out, &r));
        }
    }
done:
    iso_free(value);
    iso_buf_free(&subset);
    return err;
}

static iso_err relate_at(iso_records *out, const struct gap_job *job,
                         const struct gap_series *series, int64_t layer, struct gap_data *d)
{
    iso_record like = iso_gap_record(job, series, layer == GAP_OVER_LAYERS ? ISO_NO_INT : layer);
    char *flag = NULL;
    iso_err err = ISO_OK;

    like.src = job->src;
    iso_gap_data_at(d, job, series, layer, -1);
    ISO_TRY(iso_gap_doubt(&flag, job, series, d->lang, d->n, layer));
    like.flag = flag;
    const int64_t first = out->count;
    ISO_TRY(add_all(out, job, &like, d, NULL));
    if (isfinite(out->at[first].value))
        ISO_TRY(add_without(out, &like, d));
    for (int t = 0; t < job->given.count; t++) {
        like.given = iso_gap_given_name(&job->given, t);
        iso_gap_data_at(d, job, series, layer, t);
        ISO_TRY(add_all(out, job, &like, d, d->z));
    }
done:
    iso_free(flag);
    return err;
}

iso_err iso_gap_relate(iso_records *out, const struct gap_job *job, const struct gap_series *series)
{
    struct gap_data d = {0};
    iso_err err = ISO_OK;

    int layers = 0;

    ISO_TRY(iso_gap_data_make(&d, job->tgts + 1));
    for (int i = 0; i < series->layers; i++) {
        if (!iso_gap_scored(job, series->layer[i]))
            continue;
        ISO_TRY(relate_at(out, job, series, series->layer[i], &d));
        layers++;
    }
    if (layers > 1)
        ISO_TRY(relate_at(out, job, series, GAP_OVER_LAYERS, &d));
done:
    iso_gap_data_free(&d);
    return err;
}

/* --- Over layers, language by language --- */

static iso_err over_layers(iso_records *out, const struct gap_job *job,
                           const struct gap_series *series, const char *lang, struct gap_data *d)
{
    const iso_correlation_opt opt = {.permutations = -1};
    iso_record r = iso_gap_record(job, series, ISO_NO_INT);
    char *flag = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_gap_doubt(&flag, job, series, &lang, 1, GAP_OVER_LAYERS));
    r.flag = flag;
    d->n = 0;
    for (int i = 0; i < series->layers; i++) {
        double *x = &d->x[d->n], *y = &d->y[d->n];
        iso_gap_numbers(x, y, job, series, lang, series->layer[i]);
        d->n += isfinite(*x) && isfinite(*y);
    }
    r.src = job->src;
    r.tgt = lang;
    for (int k = 0; d->n > 0 && k < ISO_CORRELATIONS; k++) {
        iso_value v;
        ISO_TRY(iso_correlation_of(&v, (iso_correlation)k, d->x, d->y, NULL, d->n, &opt));
        v.p = v.null = v.null_sd = NAN; /* layers follow from one another */
        r.measure = iso_correlation_name((iso_correlation)k);
        take(&r, &v);
        r.why = d->n < ISO_CORRELATION_LEAST ? "fewer than 4 layers have both" : v.why;
        ISO_TRY(iso_records_add(out, &r));
    }
done:
    iso_free(flag);
    return err;
}

iso_err iso_gap_by_language(iso_records *out, const struct gap_job *job,
                            const struct gap_series *series)
{
    struct gap_data d = {0};
    iso_err err = ISO_OK;

    if (!job->scores.layered || job->scores.alone || series->layers < 2)
        return ISO_OK;
    ISO_TRY(iso_gap_data_make(&d, series->layers + 1));
    for (int i = 0; i < job->tgts; i++)
        ISO_TRY(over_layers(out, job, series, job->tgt[i], &d));
done:
    iso_gap_data_free(&d);
    return err;
}
