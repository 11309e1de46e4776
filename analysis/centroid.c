#include "analysis/centroid.h"

#include <math.h>

#include "lib/linalg/statistics.h"

enum { ALL = -1, FEW_ITEMS = 4 };

/* What the estimators are made of, from all rows or from all but one group. */
struct sums {
    double n;
    double gap2;          /* ‖μa − μb‖² */
    double aa, bb, ab;    /* ‖μa‖², ‖μb‖², μa·μb */
    double caa, cbb, cab; /* the same with c removed; NAN without c */
    double spread;        /* (tr Sa + tr Sb) / 2 */
    double dealt_spread;  /* its mean when states are dealt by a coin */
    double pair2;         /* D; NAN when inner products of pairs were not kept */
};

/* One side without group g: its rows and squared norms, and sums as differences of two arrays. */
struct side {
    const double *shift, *s1, *without;
    double n, q;
};

static struct side take_side(const iso_moments *m, int g)
{
    if (g == ALL)
        return (struct side){m->shift, m->s1, NULL, (double)m->n, m->q};
    return (struct side){m->shift, m->s1, m->gs1 + g * m->p, (double)(m->n - m->gn[g]),
                         m->q - m->gq[g]};
}

/* The mean of column j, less the shift. */
static double column(const struct side *s, int64_t j)
{
    return (s->s1[j] - (s->without ? s->without[j] : 0)) / s->n;
}

/* c without group g, where the pair knows it; NULL when there is none. */
static const double *centre_of(const iso_pair *pair, int g)
{
    if (!pair->centre || pair->peers < 2)
        return NULL;
    return g != ALL && pair->centre_left ? pair->centre_left + g * pair->x->p : pair->centre;
}

/* mean ‖x−y‖² = (Σ‖x‖² + Σ‖y‖² − 2Σx·y)/n + 2c·(x̄−ȳ) + ‖c‖² for sums taken after shifts that differ
 * by c; zero when what is left is rounding. */
static double pair_distance(const iso_pair *pair, const struct side *a, const struct side *b, int g,
                            double shift_gap, double shift_along)
{
    if (!pair->xy)
        return NAN;
    const double dot = pair->xy->dot - (g == ALL ? 0 : pair->xy->group[g].dot);
    const double size = (a->q + b->q) / a->n + shift_gap;
    const double d = size - 2 * dot / a->n + 2 * shift_along;

    return d > 1e-13 * size ? d : 0;
}

static struct sums summarise(const iso_pair *pair, int g)
{
    const struct side a = take_side(pair->x, g), b = take_side(pair->y, g);
    const double *c = centre_of(pair, g);
    struct sums s = {.n = a.n};
    double a2 = 0, b2 = 0, gap2 = 0, along = 0; /* in shifted coordinates */

    for (int64_t j = 0; j < pair->x->p; j++) {
        const double x = column(&a, j), y = column(&b, j), gap = a.shift[j] - b.shift[j];
        const double ma = a.shift[j] + x, mb = b.shift[j] + y;
        const double cj = c ? c[j] : NAN, d = gap + (x - y);

        s.gap2 += d * d;
        s.aa += ma * ma;
        s.bb += mb * mb;
        s.ab += ma * mb;
        s.caa += (ma - cj) * (ma - cj);
        s.cbb += (mb - cj) * (mb - cj);
        s.cab += (ma - cj) * (mb - cj);
        a2 += x * x;
        b2 += y * y;
        gap2 += gap * gap;
        along += gap * (x - y);
    }
    s.spread = (a.q + b.q - a.n * (a2 + b2)) / (2 * (a.n - 1));
    s.pair2 = pair_distance(pair, &a, &b, g, gap2, along);
    /* Dealing leaves Σ‖x‖² + Σ‖y‖² and Σx + Σy as they are; only ‖μa−μb‖² changes, to D/n. */
    s.dealt_spread = s.spread + (s.gap2 - s.pair2 / s.n) * s.n / (4 * (s.n - 1));
    return s;
}

/* The estimators: the number whose jackknife is taken (the square, where `root`), and its chance
 * level on the value's own scale. NAN where undefined. */
struct estimator {
    double (*of)(const struct sums *s);
    double (*null)(const struct sums *s);
    bool root;
    const char *undefined;
};

static double no_null(const struct sums *s)
{
    (void)s;
    return NAN;
}

static double gap2(const struct sums *s)
{
    return s->gap2;
}

static double gap2_null(const struct sums *s)
{
    return sqrt(s->pair2 / s->n);
}

static double relative2(const struct sums *s)
{
    return s->n >= 2 && s->spread > 0 ? s->gap2 / s->spread : NAN;
}

static double relative2_null(const struct sums *s)
{
    return sqrt(s->pair2 / s->n / s->dealt_spread);
}

static double from_cosine(double ab, double aa, double bb)
{
    return aa > 0 && bb > 0 ? 1 - ab / (sqrt(aa) * sqrt(bb)) : NAN;
}

static double cosine(const struct sums *s)
{
    return from_cosine(s->ab, s->aa, s->bb);
}

static double cosine_centred(const struct sums *s)
{
    return from_cosine(s->cab, s->caa, s->cbb);
}

static double share(const struct sums *s)
{
    return s->pair2 > 0 ? s->gap2 / s->pair2 : NAN;
}

static double share_null(const struct sums *s)
{
    return 1 / s->n;
}

/* Leave-group-out values on the scale the jackknife works on. */
static void leave_groups_out(double *rep, const iso_pair *pair, const struct estimator *e)
{
    for (int g = 0; g < ISO_GROUPS; g++) {
        rep[g] = NAN;
        if (pair->x->gn[g] > 0 && pair->x->gn[g] < pair->n) {
            const struct sums s = summarise(pair, g);
            rep[g] = e->of(&s);
        }
    }
}

static double on_scale(const struct estimator *e, double v)
{
    return e->root ? sqrt(fmax(v, 0)) : v;
}

static void interval(iso_value *v, double *rep, const iso_pair *pair, const struct estimator *e,
                     double value)
{
    double left[ISO_GROUPS], lo, hi;

    leave_groups_out(left, pair, e);
    if (pair->n < FEW_ITEMS)
        v->why = "no interval: fewer than 4 items";
    else if (iso_jackknife(&lo, &hi, value, left, ISO_GROUPS, 0.95, ISO_JACKKNIFE_CORRECTED)) {
        v->lo = on_scale(e, lo);
        v->hi = on_scale(e, hi);
        v->interval = "groups";
    }
    for (int g = 0; rep && pair->units == ISO_GROUPS && g < ISO_GROUPS; g++)
        rep[g] = isnan(left[g]) ? NAN : on_scale(e, left[g]);
}

static const char *reason(const iso_pair *pair)
{
    if (pair->x->p != pair->y->p)
        return "centroid distances need sides of equal dimension";
    return pair->n < 1 ? "no items" : NULL;
}

static iso_err estimate(iso_value *out, double *rep, const iso_pair *pair,
                        const struct estimator *e)
{
    const char *why = reason(pair);
    double value = NAN;
    struct sums all;

    for (int64_t u = 0; rep && u < pair->units; u++)
        rep[u] = NAN;
    if (!why) {
        all = summarise(pair, ALL);
        value = e->of(&all);
        why = isnan(value) ? e->undefined : NULL;
    }
    if (why) {
        *out = iso_value_undefined(pair->n, why);
        return ISO_OK;
    }
    iso_value v = iso_value_none();
    v.n = pair->n;
    v.value = on_scale(e, value);
    v.null = e->null(&all);
    interval(&v, rep, pair, e, value);
    *out = v;
    return ISO_OK;
}

/* The registry's entries -------------------------------------------------- */

static iso_err euclidean_value(iso_value *out, double *rep, const iso_pair *pair)
{
    static const struct estimator e = {gap2, gap2_null, true, "a centroid is not finite"};
    return estimate(out, rep, pair, &e);
}

static iso_err relative_value(iso_value *out, double *rep, const iso_pair *pair)
{
    static const struct estimator e = {relative2, relative2_null, true,
                                       "no variance within the languages"};
    return estimate(out, rep, pair, &e);
}

static iso_err cosine_value(iso_value *out, double *rep, const iso_pair *pair)
{
    static const struct estimator e = {cosine, no_null, false, "a centroid is zero"};
    return estimate(out, rep, pair, &e);
}

/* Seen from their middle two centroids lie opposite each other, so that the number says nothing. */
static iso_err cosine_centred_value(iso_value *out, double *rep, const iso_pair *pair)
{
    static const struct estimator e = {cosine_centred, no_null, false,
                                       "a centroid equals the mean of all centroids"};
    static const struct estimator alone = {cosine_centred, no_null, false,
                                           "centring needs the centroids of two languages or more"};
    const iso_err err = estimate(out, rep, pair, pair->centre && pair->peers >= 2 ? &e : &alone);

    if (pair->peers == 2 && out->value > 2 - 1e-9) {
        *out = iso_value_undefined(pair->n, "two languages: always 2, says nothing");
        out->value = 2;
    }
    return err;
}

static iso_err share_value(iso_value *out, double *rep, const iso_pair *pair)
{
    static const struct estimator e = {share, share_null, false,
                                       "the pairs of translations do not differ"};
    static const struct estimator blind = {share, share_null, false,
                                           "the inner products of pairs were not kept"};
    return estimate(out, rep, pair, pair->xy ? &e : &blind);
}

const iso_measure iso_centroid_euclidean = {
    .measure = "centroid",
    .estimator = "euclidean",
    .title = "Distance of centroids",
    .needs = ISO_NEED_MEANS,
    .recommended = true,
    .value = euclidean_value,
};

const iso_measure iso_centroid_relative = {
    .measure = "centroid",
    .estimator = "relative",
    .title = "Distance of centroids, relative to the spread within languages",
    .needs = ISO_NEED_MEANS,
    .recommended = true,
    .value = relative_value,
};

const iso_measure iso_centroid_cosine = {
    .measure = "centroid",
    .estimator = "cosine",
    .title = "Cosine distance of centroids",
    .needs = ISO_NEED_MEANS,
    .invariant = ISO_INVARIANT_SCALE,
    .recommended = true,
    .value = cosine_value,
};

const iso_measure iso_centroid_cosine_centred = {
    .measure = "centroid",
    .estimator = "cosine-centred",
    .title = "Cosine distance of centroids, mean of all languages removed",
    .needs = ISO_NEED_MEANS,
    .recommended = true,
    .value = cosine_centred_value,
};

const iso_measure iso_centroid_share = {
    .measure = "centroid",
    .estimator = "share",
    .title = "Share of the pairs' distance that is one common offset",
    .needs = ISO_NEED_MEANS,
    .recommended = true,
    .value = share_value,
};
