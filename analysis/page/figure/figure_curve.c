/* Curves over layers: which record belongs to which. */
#include "analysis/page/figure/figure_curve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/utf8.h"

enum { FEW = 4 }; /* curves whose bands may cover one another */

/* A curve is of one pair, or of one quantity that is correlated, and of one model. */
static bool same_curve(const iso_record *a, const iso_record *b)
{
    const uint64_t curve = ISO_COLUMN(src) | ISO_COLUMN(tgt) | ISO_COLUMN(x) | ISO_COLUMN(model);

    return iso_record_compare(a, b, ISO_ROLE_NAMES, ~curve) == 0;
}

static iso_err curve_for(struct curve **out, struct curves *c, struct figure *f,
                         const iso_records *records, const iso_record *r)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < c->count; i++) {
        if (same_curve(c->at[i].at[0], r)) {
            *out = &c->at[i];
            return ISO_OK;
        }
    }
    struct curve *fresh = &c->at[c->count];
    ISO_TRY(iso_alloc(&fresh->at, records->count, sizeof *fresh->at));
    c->count++;
    fresh->band = true;
    ISO_TRY(iso_figure_series(&fresh->name, f, records, r));
    ISO_TRY(iso_figure_series_words(&fresh->words, f, records, r));
    fresh->style = iso_figure_style(f, records, r, c->count - 1);
    *out = fresh;
done:
    return err;
}

static void stretch(double *lo, double *hi, double value)
{
    if (isfinite(value)) {
        *lo = isfinite(*lo) ? fmin(*lo, value) : value;
        *hi = isfinite(*hi) ? fmax(*hi, value) : value;
    }
}

static int by_layer(const void *a, const void *b)
{
    const iso_record *const *x = a, *const *y = b;

    return ((*x)->src_layer > (*y)->src_layer) - ((*x)->src_layer < (*y)->src_layer);
}

/* Those without a name come last. */
static int by_end(const void *a, const void *b)
{
    const struct curve *x = a, *y = b;
    const int named = (x->name.len == 0) - (y->name.len == 0);

    return named ? named : (x->end > y->end) - (x->end < y->end);
}

static void finish(struct curves *c, struct curve *curve)
{
    for (int64_t i = 0; curve->baseline && i < curve->count; i++) {
        stretch(&c->lo, &c->hi, curve->at[i]->value);
        stretch(&c->lo, &c->hi, curve->band ? curve->at[i]->lo : NAN);
        stretch(&c->lo, &c->hi, curve->band ? curve->at[i]->hi : NAN);
    }
    qsort(curve->at, (size_t)curve->count, sizeof(iso_record *), by_layer);
    for (int64_t i = 0; i < curve->count; i++) {
        if (isfinite(curve->at[i]->value)) {
            curve->end = curve->at[i]->value;
            curve->last = (int)curve->at[i]->src_layer;
        }
    }
    const int full = iso_utf8_columns(curve->name.text),
              width = full > LABEL_MOST ? LABEL_MOST : full;
    if (width > c->name_width)
        c->name_width = width;
}

/* Bands that together are wider than the field of the curves are a grey mass: the curves alone, and
 * a word about the bands. */
static void leave_wide_bands(struct curves *c, const iso_records *records)
{
    double lo = NAN, hi = NAN, width = 0, count = 0;

    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = &records->at[i];
        const bool has = isfinite(r->lo) && isfinite(r->hi);
        stretch(&lo, &hi, r->value);
        width += has ? r->hi - r->lo : 0;
        count += has;
    }
    if (c->count - c->lines <= FEW || count == 0 ||
        (c->count - c->lines) * width / count < 1.5 * (hi - lo))
        return;
    c->half = 0.5 * width / count;
    c->bands = false; /* the axis still spans them */
}

iso_err iso_curves_collect(struct curves *c, const iso_records *records, struct figure *f)
{
    iso_err err = ISO_OK;

    *c = (struct curves){.lo = NAN,
                         .hi = NAN,
                         .null_lo = NAN,
                         .null_hi = NAN,
                         .layer_lo = INT32_MAX,
                         .layer_hi = INT32_MIN};
    ISO_TRY(iso_alloc(&c->at, records->count * (1 + f->beside->names), sizeof *c->at));
    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = &records->at[i];
        struct curve *curve;
        ISO_NEED(r->src_layer >= 0 && r->src_layer < 100000,
                 "a curve over layers needs records that name their layer");
        ISO_TRY(curve_for(&curve, c, f, records, r));
        curve->at[curve->count++] = r;
        stretch(&c->lo, &c->hi, r->value);
        stretch(&c->lo, &c->hi, r->lo);
        stretch(&c->lo, &c->hi, r->hi);
        stretch(&c->null_lo, &c->null_hi, r->null);
        c->bands = c->bands || (isfinite(r->lo) && isfinite(r->hi));
        c->layer_lo = r->src_layer < c->layer_lo ? (int)r->src_layer : c->layer_lo;
        c->layer_hi = r->src_layer > c->layer_hi ? (int)r->src_layer : c->layer_hi;
    }
    ISO_TRY(iso_curves_add_baselines(c, f));
    for (int i = 0; i < c->count; i++)
        finish(c, &c->at[i]);
    qsort(c->at, (size_t)c->count, sizeof *c->at, by_end);
    leave_wide_bands(c, records);
done:
    return err;
}

double iso_curves_null_spread(const struct curves *c)
{
    double widest = 0;

    for (int layer = c->layer_lo; layer <= c->layer_hi; layer++) {
        double lo = NAN, hi = NAN;
        for (int i = 0; i < c->count; i++) {
            for (int64_t j = 0; j < c->at[i].count; j++) {
                if (c->at[i].at[j]->src_layer == layer)
                    stretch(&lo, &hi, c->at[i].at[j]->null);
            }
        }
        widest = hi - lo > widest ? hi - lo : widest;
    }
    return widest;
}

static void free_curve(struct curve *curve)
{
    iso_free(curve->at);
    iso_free(curve->made);
    iso_buf_free(&curve->name);
    iso_buf_free(&curve->words);
}

void iso_curves_free(struct curves *c)
{
    for (int i = 0; i < c->count; i++)
        free_curve(&c->at[i]);
    iso_free(c->at);
}
