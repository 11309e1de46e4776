/* Correlation of a discrepancy with the gap: over languages, without each, a third held constant.
 */
#include <math.h>
#include <string.h>

#include "analysis/correlation.h"
#include "bin/gap_inside.h"
#include "lib/base/alloc.h"

/* --- Joining --- */

iso_err gap_data_make(struct gap_data *d, int room)
{
    iso_err err = ISO_OK;

    *d = (struct gap_data){0};
    ISO_TRY(iso_alloc(&d->lang, room, sizeof *d->lang));
    ISO_TRY(iso_alloc(&d->x, room, sizeof *d->x));
    ISO_TRY(iso_alloc(&d->y, room, sizeof *d->y));
    ISO_TRY(iso_alloc(&d->z, room, sizeof *d->z));
done:
    return err;
}

void gap_data_free(struct gap_data *d)
{
    iso_free(d->lang);
    iso_free(d->x);
    iso_free(d->y);
    iso_free(d->z);
}

/* Discrepancy and gap of a language at a layer, or their means over all; NAN where one is not. */
static void numbers_of(double *x, double *y, const struct gap_job *job, const struct gap_lot *lot,
                       const char *lang, int64_t layer)
{
    *x = *y = 0;
    for (int i = 0; i < lot->layers; i++) {
        if (layer != GAP_OVER_LAYERS && lot->layer[i] != layer)
            continue;
        *x += gap_lot_at(lot, job->src, lang, lot->layer[i]);
        *y += gap_of(job, lang, lot->layer[i]);
    }
    if (layer == GAP_OVER_LAYERS) {
        *x /= lot->layers;
        *y /= lot->layers;
    }
}

void gap_data_at(struct gap_data *d, const struct gap_job *job, const struct gap_lot *lot,
                 int64_t layer, int third)
{
    d->n = 0;
    for (int i = 0; i < job->tgts; i++) {
        double *x = &d->x[d->n], *y = &d->y[d->n], *z = &d->z[d->n];
        d->lang[d->n] = job->tgt[i];
        numbers_of(x, y, job, lot, job->tgt[i], layer);
        *z = third < 0 ? 0 : gap_given_at(&job->given, third, job->src, job->tgt[i]);
        d->n += isfinite(*x) && isfinite(*y) && isfinite(*z);
    }
}

/* --- Records --- */

iso_record gap_record(const struct gap_job *job, const struct gap_lot *lot, int64_t layer)
{
    const iso_record *f = lot->first;
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
    r.train = f->train;
    r.x = lot->name;
    r.y = "gap:language";
    return r;
}

static void take(iso_record *r, const iso_value *v)
{
    r->value = v->value;
    r->lo = v->lo;
    r->hi = v->hi;
    r->interval = v->interval ? v->interval : "none";
    r->null = v->null;
    r->null_sd = v->null_sd;
    r->p = v->p;
    r->n = v->n;
    r->why = v->n < ISO_CORRELATION_LEAST ? "fewer than 4 languages have both" : v->why;
}

static iso_correlation_opt options(const struct gap_job *job)
{
    return (iso_correlation_opt){.boot = iso_str_same(job->set->interval, "none") ? ISO_BOOT_NONE
                                                                                  : ISO_BOOT_BCA,
                                 .seed = (uint64_t)job->set->seed};
}

static iso_err add_all(iso_records *out, const struct gap_job *job, const iso_record *like,
                       const struct gap_data *d, const double *given)
{
    const iso_correlation_opt opt = options(job);
    iso_err err = ISO_OK;

    for (int k = 0; k < ISO_CORRELATIONS; k++) {
        iso_record r = *like;
        iso_value v;
        ISO_TRY(iso_correlation_of(&v, (iso_correlation)k, d->x, d->y, given, d->n, &opt));
        r.measure = iso_correlation_name((iso_correlation)k);
        take(&r, &v);
        ISO_TRY(iso_records_add(out, &r));
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

static iso_err relate_at(iso_records *out, const struct gap_job *job, const struct gap_lot *lot,
                         int64_t layer, struct gap_data *d)
{
    iso_record like = gap_record(job, lot, layer == GAP_OVER_LAYERS ? ISO_NO_INT : layer);
    iso_err err = ISO_OK;

    like.src = job->src;
    gap_data_at(d, job, lot, layer, -1);
    const int64_t first = out->count;
    ISO_TRY(add_all(out, job, &like, d, NULL));
    if (isfinite(out->at[first].value))
        ISO_TRY(add_without(out, &like, d));
    for (int t = 0; t < job->given.count; t++) {
        like.given = gap_given_name(&job->given, t);
        gap_data_at(d, job, lot, layer, t);
        ISO_TRY(add_all(out, job, &like, d, d->z));
    }
done:
    return err;
}

static bool shares_layer(const struct gap_job *job, const struct gap_lot *lot)
{
    for (int i = 0; i < lot->layers; i++)
        for (int j = 0; j < job->layers; j++)
            if (!job->scores.layered || lot->layer[i] == job->layer[j])
                return true;
    return false;
}

iso_err gap_relate(iso_records *out, const struct gap_job *job, const struct gap_lot *lot)
{
    struct gap_data d = {0};
    iso_err err = ISO_OK;

    if (!shares_layer(job, lot))
        return ISO_OK;
    ISO_TRY(gap_data_make(&d, job->tgts + 1));
    for (int i = 0; i < lot->layers; i++)
        ISO_TRY(relate_at(out, job, lot, lot->layer[i], &d));
    if (lot->layers > 1)
        ISO_TRY(relate_at(out, job, lot, GAP_OVER_LAYERS, &d));
done:
    gap_data_free(&d);
    return err;
}

/* --- Over layers, language by language --- */

static iso_err over_layers(iso_records *out, const struct gap_job *job, const struct gap_lot *lot,
                           const char *lang, struct gap_data *d)
{
    const iso_correlation_opt opt = {.permutations = -1};
    iso_record r = gap_record(job, lot, ISO_NO_INT);
    iso_err err = ISO_OK;

    d->n = 0;
    for (int i = 0; i < lot->layers; i++) {
        double *x = &d->x[d->n], *y = &d->y[d->n];
        numbers_of(x, y, job, lot, lang, lot->layer[i]);
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
    return err;
}

iso_err gap_by_language(iso_records *out, const struct gap_job *job, const struct gap_lot *lot)
{
    struct gap_data d = {0};
    iso_err err = ISO_OK;

    if (!job->scores.layered || lot->layers < 2)
        return ISO_OK;
    ISO_TRY(gap_data_make(&d, lot->layers + 1));
    for (int i = 0; i < job->tgts; i++)
        ISO_TRY(over_layers(out, job, lot, job->tgt[i], &d));
done:
    gap_data_free(&d);
    return err;
}
