/* The scatter: which languages, at which layers, with which numbers. */
#include "analysis/page/figure/figure_scatter.h"

#include <math.h>
#include <string.h>

#include "analysis/study/gap/gap_series.h"
#include "lib/base/alloc.h"
#include "lib/linalg/statistics.h"

/* --- A straight line through points --- */

bool iso_fit_line(struct fit *out, const double *x, const double *y, int n)
{
    struct fit f = {.n = n};
    double mean_y = 0, sxy = 0, left = 0;

    if (n < 3)
        return false;
    for (int i = 0; i < n; i++) {
        f.mean += x[i] / n;
        mean_y += y[i] / n;
    }
    for (int i = 0; i < n; i++) {
        f.sxx += (x[i] - f.mean) * (x[i] - f.mean);
        sxy += (x[i] - f.mean) * (y[i] - mean_y);
    }
    if (!(f.sxx > 1e-24 * fmax(1, f.mean * f.mean)))
        return false;
    f.slope = sxy / f.sxx;
    f.intercept = mean_y - f.slope * f.mean;
    for (int i = 0; i < n; i++)
        left += pow(y[i] - iso_fit_at(&f, x[i]), 2);
    f.s = sqrt(left / (n - 2));
    *out = f;
    return true;
}

double iso_fit_at(const struct fit *f, double x)
{
    return f->intercept + f->slope * x;
}

double iso_fit_half(const struct fit *f, double x)
{
    const double t = iso_student_quantile(0.975, f->n - 2);

    return t * f->s * sqrt(1.0 / f->n + (x - f->mean) * (x - f->mean) / f->sxx);
}

enum { PANELS_MOST = 12 };

bool iso_figure_relates(const iso_record *r)
{
    return r->x && iso_str_same(r->y, "gap:language") && r->src && !r->tgt && !r->subset &&
           !r->given;
}

/* --- Points --- */

/* A gap of the scores that a correlation is with. */
static bool is_gap(const iso_record *g, const iso_record *r)
{
    return strcmp(g->measure, "gap") == 0 && iso_str_same(g->estimator, "language") && g->tgt &&
           iso_str_same(g->src, r->src) && isfinite(g->value) &&
           (!g->model || !r->model2 || iso_str_same(g->model, r->model2));
}

/* Where gaps have layers, those at that of the correlation; all of them, where there is one. */
static bool at_one_layer(const iso_records *among, const iso_record *r)
{
    const iso_record *first = NULL;

    for (int64_t i = 0; i < among->count; i++) {
        const iso_record *g = &among->at[i];
        if (!is_gap(g, r))
            continue;
        first = first ? first : g;
        if (g->src_layer != first->src_layer)
            return false;
    }
    return true;
}

static bool has_lang(const struct scatter_panel *p, const char *lang)
{
    for (int i = 0; i < p->n; i++) {
        if (strcmp(p->lang[i], lang) == 0)
            return true;
    }
    return false;
}

static iso_err add_points(struct scatter_panel *p, const struct gap_series *series,
                          const iso_records *among)
{
    const iso_record *r = p->pearson;
    const bool any = at_one_layer(among, r);
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&p->lang, r->n + 1, sizeof *p->lang));
    ISO_TRY(iso_alloc(&p->x, r->n + 1, sizeof *p->x));
    ISO_TRY(iso_alloc(&p->y, r->n + 1, sizeof *p->y));
    for (int64_t i = 0; i < among->count && p->n < r->n; i++) {
        const iso_record *g = &among->at[i];
        const bool there = any || g->src_layer == ISO_NO_INT || g->src_layer == r->src_layer;
        if (!is_gap(g, r) || !there || has_lang(p, g->tgt))
            continue;
        p->lang[p->n] = g->tgt;
        p->x[p->n] = iso_gap_series_at(series, r->src, g->tgt, r->src_layer);
        p->y[p->n] = g->value;
        p->n += isfinite(p->x[p->n]);
    }
    p->fitted = iso_fit_line(&p->fit, p->x, p->y, p->n);
done:
    return err;
}

static const iso_record *spearman_of(const iso_record *r, const iso_records *among)
{
    for (int64_t i = 0; i < among->count; i++) {
        const iso_record *s = &among->at[i];
        if (strcmp(s->measure, "spearman") == 0 &&
            iso_record_compare(s, r, ISO_ROLE_NAMES, ISO_COLUMN(measure)) == 0)
            return s;
    }
    return NULL;
}

/* --- Panels --- */

/* Means over layers are no panel beside those of layers. */
static bool is_panel(const iso_record *r, const struct gap_series *series)
{
    return iso_gap_series_made(series, r) && isfinite(r->value) && r->n > 0 && r->n < 100000 &&
           (r->src_layer != ISO_NO_INT || series->layer[0] == ISO_NO_INT);
}

static const struct gap_series *series_of(const struct gap_collection *list, const iso_record *r)
{
    for (int i = 0; i < list->count; i++) {
        if (iso_gap_series_made(&list->at[i], r))
            return &list->at[i];
    }
    return NULL;
}

/* Every so many of `all`, in order; of one too many the embeddings go. */
static int pick(int i, int kept, int all)
{
    if (all == kept + 1)
        return i + 1;
    return (int)lround((double)i * (all - 1) / (kept - 1));
}

static iso_err choose(struct scatter *s, const iso_records *records,
                      const struct gap_series *series)
{
    const iso_record **all = NULL;
    int count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&all, records->count, sizeof *all));
    for (int64_t i = 0; i < records->count; i++) {
        if (is_panel(&records->at[i], series))
            all[count++] = &records->at[i];
    }
    s->count = count < PANELS_MOST ? count : PANELS_MOST;
    s->dropped = count - s->count;
    ISO_TRY(iso_alloc(&s->at, s->count, sizeof *s->at));
    for (int i = 0; i < s->count; i++)
        s->at[i].pearson = all[s->dropped ? pick(i, s->count, count) : i];
done:
    iso_free(all);
    return err;
}

iso_err iso_scatter_collect(struct scatter *s, const iso_records *records, const iso_records *among)
{
    const iso_record *first = &records->at[0];
    const struct gap_series *series = NULL;
    struct gap_collection list = {0};
    int points = 0;
    iso_err err = ISO_OK;

    *s = (struct scatter){0};
    ISO_NEED(first->x && among, "a scatter needs a correlation and the records it was made of");
    ISO_TRY(iso_gap_collection_make(&list, among, first->x));
    series = series_of(&list, first);
    ISO_NEED(series, "the records that %s was made of are not there", first->x);
    ISO_TRY(iso_str_dup(&s->name, series->name, -1));
    s->like = series->first;
    ISO_TRY(choose(s, records, series));
    for (int i = 0; i < s->count; i++) {
        ISO_TRY(add_points(&s->at[i], series, among));
        s->at[i].spearman = spearman_of(s->at[i].pearson, among);
        points += s->at[i].n;
    }
    ISO_NEED(points > 0, "no language has both %s and a gap", first->x);
done:
    iso_gap_collection_free(&list);
    if (err)
        iso_scatter_free(s);
    return err;
}

void iso_scatter_free(struct scatter *s)
{
    for (int i = 0; s->at && i < s->count; i++) {
        iso_free(s->at[i].lang);
        iso_free(s->at[i].x);
        iso_free(s->at[i].y);
    }
    iso_free(s->at);
    iso_free(s->name);
    *s = (struct scatter){0};
}
