/* Numbers of the items of one source and one target, with their names. */
#include <math.h>
#include <string.h>

#include "analysis/search/hits.h"
#include "analysis/stats/auc.h"
#include "analysis/study/items/records.h"
#include "analysis/study/robust/robust_inside.h"
#include "lib/base/alloc.h"
#include "lib/linalg/bootstrap.h"
#include "lib/linalg/statistics.h"

const double iso_robust_bins[ROBUST_BINS] = {0, 1, 2, 4, 8, 16, 32, 64};

struct work {
    iso_records *out;
    const struct robust_items *of;
    const struct robust_place *at;
    iso_boot boot;
    uint64_t seed;
    double *x; /* scratch, of each item */
    uint8_t *flag;
};

iso_record iso_robust_name(const struct robust_place *at, const char *measure,
                           const char *estimator)
{
    const iso_states_info *about = iso_states_about(at->set->states);
    iso_record r = iso_record_none();

    r.measure = measure;
    r.estimator = estimator;
    r.src = at->set->lang[at->source].lang->name;
    r.tgt = at->target->name.text;
    r.src_layer = r.tgt_layer = at->layer->rows.layer;
    r.src_dim = r.tgt_dim = at->layer->rows.x[0].cols;
    r.pool = iso_record_pool(about, r.src_layer);
    r.model = about->model;
    r.prep = at->ask->prep_text.len > 0 ? at->ask->prep_text.text : NULL;
    r.subset =
        iso_language_spans_names(&at->layer->rows.spans, at->set->states, at->layer->rows.layer);
    r.train = at->set->train.text;
    return r;
}

static iso_record name(const struct work *w, const char *measure, const char *estimator)
{
    return iso_robust_name(w->at, measure, estimator);
}

static iso_err add(const struct work *w, iso_record *r, const iso_value *v)
{
    iso_record_value(r, v);
    return iso_records_add(w->out, r);
}

/* --- Means and medians --- */

static iso_err mean_of(iso_value *out, const struct work *w, const double *x, int64_t n)
{
    iso_value v = iso_value_none();
    double sum = 0;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < n; i++)
        sum += x[i];
    v.n = n;
    v.value = n ? sum / (double)n : NAN;
    v.why = n ? NULL : "no items";
    if (n > 0 && w->boot) {
        ISO_TRY(iso_boot_mean(&v.lo, &v.hi, x, n, w->boot, 0.95, w->seed));
        v.interval = isfinite(v.lo) ? "boot-items" : NULL;
    }
    *out = v;
done:
    return err;
}

static iso_err share_of(iso_value *out, const struct work *w, const uint8_t *flag, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        w->x[i] = flag[i];
    return iso_hits_mean(out, w->x, n, w->boot, w->seed);
}

static double plain_share(const uint8_t *flag, int64_t n)
{
    double sum = 0;

    for (int64_t i = 0; i < n; i++)
        sum += flag[i];
    return n ? sum / (double)n : NAN;
}

struct median {
    const double *sorted;
    int32_t *times; /* how often each was drawn: scratch */
    int64_t n;
};

/* The lower one of an even number: the same value for draws and data. */
static double median_of(void *payload, const int64_t *pick, int64_t n)
{
    struct median *m = payload;
    int64_t seen = 0, at = 0;

    memset(m->times, 0, (size_t)m->n * sizeof *m->times);
    for (int64_t i = 0; i < n; i++)
        m->times[pick[i]]++;
    for (at = 0; at < m->n; at++) {
        seen += m->times[at];
        if (2 * seen >= n)
            break;
    }
    return m->sorted[at < m->n ? at : m->n - 1];
}

static iso_err median(iso_value *out, const struct work *w, const double *x, bool bare)
{
    const int64_t n = w->of->n;
    struct median m = {.n = n};
    const iso_boot_statistic of = {median_of, &m};
    iso_value v = iso_value_undefined(n, "no items");
    double *sorted = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&sorted, n, sizeof *sorted));
    ISO_TRY(iso_alloc(&m.times, n, sizeof *m.times));
    if (n > 0) {
        memcpy(sorted, x, (size_t)n * sizeof *sorted);
        iso_sort(sorted, n);
        m.sorted = sorted;
        v = iso_value_none();
        v.n = n;
        v.value = sorted[(n - 1) / 2];
        if (!bare) {
            ISO_TRY(iso_boot_interval(&v.lo, &v.hi, &of, n, w->boot, 0.95, w->seed));
            v.interval = isfinite(v.lo) ? "boot-items" : NULL;
        }
    }
    *out = v;
done:
    iso_free(sorted);
    iso_free(m.times);
    return err;
}

/* --- What is said of all items --- */

static iso_err add_distances(const struct work *w)
{
    iso_record t = name(w, "distance", "translation"), b = name(w, "distance", "boundary");
    iso_value v;
    iso_err err = ISO_OK;

    ISO_TRY(mean_of(&v, w, w->of->distance, w->of->n));
    ISO_TRY(add(w, &t, &v));
    ISO_TRY(mean_of(&v, w, w->of->boundary, w->of->n));
    ISO_TRY(add(w, &b, &v));
done:
    return err;
}

static void mark_inside(uint8_t *inside, const double *ratio, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        inside[i] = ratio[i] < 1;
}

/* Chance is what the translation of another item gives. */
static iso_err add_ratios(const struct work *w)
{
    const struct robust_items *p = w->of;
    iso_record m = name(w, "ratio", "median"), i = name(w, "ratio", "inside");
    iso_value v, shuffled;
    iso_err err = ISO_OK;

    ISO_TRY(median(&v, w, p->ratio, w->boot == ISO_BOOT_NONE));
    ISO_TRY(median(&shuffled, w, p->shuffled, true));
    v.null = shuffled.value;
    ISO_TRY(add(w, &m, &v));
    mark_inside(w->flag, p->ratio, p->n);
    ISO_TRY(share_of(&v, w, w->flag, p->n));
    mark_inside(w->flag, p->shuffled, p->n);
    v.null = plain_share(w->flag, p->n);
    ISO_TRY(add(w, &i, &v));
done:
    return err;
}

static iso_err add_answers(const struct work *w)
{
    const struct robust_items *p = w->of;
    iso_record f = name(w, "flip", "translation"), a = name(w, "accuracy", "probe");
    iso_value v;
    iso_err err = ISO_OK;

    ISO_TRY(share_of(&v, w, p->flip, p->n));
    v.null = plain_share(p->flip_shuffled, p->n);
    ISO_TRY(add(w, &f, &v));
    ISO_TRY(share_of(&v, w, p->right, p->n));
    ISO_TRY(add(w, &a, &v));
done:
    return err;
}

static iso_err add_lengths(const struct work *w)
{
    iso_record r = name(w, "length", "ratio");
    iso_value v;
    iso_err err = ISO_OK;

    if (!w->of->length)
        return ISO_OK;
    ISO_TRY(mean_of(&v, w, w->of->length, w->of->n));
    ISO_TRY(add(w, &r, &v));
done:
    return err;
}

/* --- Bins of the ratio --- */

static iso_err add_bins(const struct work *w, const char *estimator, const double *ratio)
{
    const struct robust_items *p = w->of;
    iso_record r = name(w, "accuracy", estimator);
    iso_value v;
    iso_err err = ISO_OK;

    for (int b = 0; b < ROBUST_BINS; b++) {
        const double end = b + 1 < ROBUST_BINS ? iso_robust_bins[b + 1] : INFINITY;
        int64_t n = 0;
        for (int64_t i = 0; i < p->n; i++) {
            if (ratio[i] >= iso_robust_bins[b] && (ratio[i] < end || end == INFINITY))
                w->flag[n++] = p->right[i];
        }
        if (n == 0)
            continue;
        ISO_TRY(share_of(&v, w, w->flag, n));
        v.param = iso_robust_bins[b];
        ISO_TRY(add(w, &r, &v));
    }
done:
    return err;
}

/* --- What tells the items that fail --- */

/* Among those whose source is answered rightly; the translation of such a one fails where it has
 * another answer. */
static iso_err add_auc(const struct work *w, const char *estimator, const double *x, double sign)
{
    const struct robust_items *p = w->of;
    iso_record r = name(w, "auc", estimator);
    iso_value v;
    int64_t n = 0;
    iso_err err = ISO_OK;

    if (!x)
        return ISO_OK;
    for (int64_t i = 0; i < p->n; i++) {
        if (!p->kept[i])
            continue;
        w->x[n] = sign * x[i];
        w->flag[n++] = !p->right[i];
    }
    ISO_TRY(iso_auc(&v, w->x, w->flag, n));
    if (v.why)
        v.why = n == 0       ? "no item is answered rightly in the source"
                : w->flag[0] ? "every translation fails"
                             : "no translation fails";
    if (w->boot == ISO_BOOT_NONE) {
        v.lo = v.hi = NAN;
        v.interval = NULL;
    }
    ISO_TRY(add(w, &r, &v));
done:
    return err;
}

iso_err iso_robust_records(iso_records *out, const struct robust_items *of,
                           const struct robust_place *at)
{
    struct work w = {.out = out,
                     .of = of,
                     .at = at,
                     .boot = at->ask->bare ? ISO_BOOT_NONE : ISO_BOOT_PERCENTILE,
                     .seed = at->ask->seed};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&w.x, of->n, sizeof *w.x));
    ISO_TRY(iso_alloc(&w.flag, of->n, 1));
    ISO_TRY(add_ratios(&w)); /* first: what a figure draws where nothing is said */
    ISO_TRY(add_distances(&w));
    ISO_TRY(add_answers(&w));
    ISO_TRY(add_lengths(&w));
    ISO_TRY(add_bins(&w, "ratio-bin", of->ratio));
    ISO_TRY(add_bins(&w, "shuffled-bin", of->shuffled));
    ISO_TRY(add_auc(&w, "ratio", of->ratio, 1));
    ISO_TRY(add_auc(&w, "distance", of->distance, 1));
    ISO_TRY(add_auc(&w, "boundary", of->boundary, -1));
    ISO_TRY(add_auc(&w, "shuffled", of->shuffled, 1));
    ISO_TRY(add_auc(&w, "length", of->length, 1));
done:
    iso_free(w.x);
    iso_free(w.flag);
    return err;
}

/* --- Single items --- */

iso_err iso_robust_each(iso_records *out, const struct robust_items *of,
                        const struct robust_place *at)
{
    const int64_t *rows = at->layer->row_of[at->source];
    iso_record r = iso_robust_name(at, "ratio", "item"), f = iso_robust_name(at, "flip", "item");
    char room[ROBUST_NAME];
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < of->n; i++) {
        iso_value v = iso_value_none();
        r.item = f.item = robust_item(room, &at->set->lang[at->source], rows[of->item[i]]);
        v.n = 1;
        v.value = of->ratio[i];
        v.null = of->shuffled[i];
        v.param = of->boundary[i];
        iso_record_value(&r, &v);
        ISO_TRY(iso_records_add(out, &r));
        v.value = of->flip[i];
        v.null = of->flip_shuffled[i];
        v.param = NAN;
        iso_record_value(&f, &v);
        ISO_TRY(iso_records_add(out, &f));
    }
done:
    return err;
}
