/* Discrepancy, gap and third quantity of the same languages, side by side. */
#include <math.h>

#include "analysis/study/gap/gap_inside.h"
#include "lib/base/alloc.h"

iso_err iso_gap_data_make(struct gap_data *d, int room)
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

void iso_gap_data_free(struct gap_data *d)
{
    iso_free(d->lang);
    iso_free(d->x);
    iso_free(d->y);
    iso_free(d->z);
}

void iso_gap_numbers(double *x, double *y, const struct gap_job *job, const struct gap_lot *lot,
                     const char *lang, int64_t layer)
{
    *x = *y = 0;
    for (int i = 0; i < lot->layers; i++) {
        if (layer != GAP_OVER_LAYERS && lot->layer[i] != layer)
            continue;
        *x += iso_gap_lot_at(lot, job->src, lang, lot->layer[i]);
        *y += iso_gap_of(job, lang, lot->layer[i]);
    }
    if (layer == GAP_OVER_LAYERS) {
        *x /= lot->layers;
        *y /= lot->layers;
    }
}

void iso_gap_data_at(struct gap_data *d, const struct gap_job *job, const struct gap_lot *lot,
                     int64_t layer, int third)
{
    d->n = 0;
    for (int i = 0; i < job->tgts; i++) {
        double *x = &d->x[d->n], *y = &d->y[d->n], *z = &d->z[d->n];
        d->lang[d->n] = job->tgt[i];
        iso_gap_numbers(x, y, job, lot, job->tgt[i], layer);
        *z = third < 0 ? 0 : iso_gap_given_at(&job->given, third, job->src, job->tgt[i]);
        d->n += isfinite(*x) && isfinite(*y) && isfinite(*z);
    }
}

iso_record iso_gap_record(const struct gap_job *job, const struct gap_lot *lot, int64_t layer)
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
