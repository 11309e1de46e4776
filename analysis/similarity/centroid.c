#include "analysis/similarity/centroid_inside.h"

#include <math.h>

#include "lib/linalg/statistics.h"

enum { ALL = -1, FEW_ITEMS = 4 };

/* What the estimators are made of, from all rows or from all but one group. */
enum {
    GAP2,   /* ‖μa − μb‖² */
    AA,     /* ‖μa‖² */
    BB,     /* ‖μb‖² */
    AB,     /* μa·μb */
    CAA,    /* ‖μa − c‖²; NAN without c, as the next two */
    CBB,    /* ‖μb − c‖² */
    CAB,    /* (μa − c)·(μb − c) */
    SPREAD, /* (tr Sa + tr Sb) / 2 */
    PAIR2,  /* D; NAN when inner products of pairs were not kept */
    TERMS
};

struct sums {
    double n; /* rows; 0 = there are none to tell from */
    double term[TERMS];
    double apart, apart_centred; /* 1 − cos from the centroids themselves; NAN: from the terms */
};

/* One side without group g: its rows and squared norms, and sums as differences of two arrays. All
 * lengths are in the pair's own unit. */
struct side {
    const double *shift, *s1, *without;
    double n, q;
    double per_shift, per_sum; /* what makes the unit of shift and of s1 */
};

static struct side take_side(const iso_moments *m, int g, int unit)
{
    const double by = ldexp(1, m->scale - unit), one = ldexp(1, -unit);

    if (g == ALL)
        return (struct side){m->shift, m->s1, NULL, (double)m->n, by * by * m->q, one, by};
    return (struct side){
        m->shift, m->s1, m->gs1 + g * m->p, (double)(m->n - m->gn[g]), by * by * (m->q - m->gq[g]),
        one,      by};
}

/* Units 2^u of the two sides in which fourth powers of lengths are doubles. */
struct units {
    int x, y;
};

static double peak_of(const iso_moments *m)
{
    double peak = ldexp(sqrt(m->q / (double)m->n), m->scale);

    for (int64_t j = 0; j < m->p; j++)
        peak = fmax(peak, fabs(m->shift[j]));
    return peak;
}

/* 0 for all that f32 holds. */
static int unit_for(double peak)
{
    return peak == 0 || !isfinite(peak) || (peak > 0x1p-200 && peak < 0x1p200) ? 0 : ilogb(peak);
}

/* One for both sides, unless each may have its own. */
static struct units units_of(const iso_pair *pair, bool own)
{
    const double x = peak_of(pair->x), y = peak_of(pair->y);
    const int both = unit_for(fmax(x, y));

    return own ? (struct units){unit_for(x), unit_for(y)} : (struct units){both, both};
}

static double shift_of(const struct side *s, int64_t j)
{
    return s->per_shift * s->shift[j];
}

/* The mean of column j, less the shift. */
static double column(const struct side *s, int64_t j)
{
    return s->per_sum * (s->s1[j] - (s->without ? s->without[j] : 0)) / s->n;
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
    const double dot =
        a->per_sum * b->per_sum * (pair->xy->dot - (g == ALL ? 0 : pair->xy->group[g].dot));
    const double size = (a->q + b->q) / a->n + shift_gap;
    const double d = size - 2 * dot / a->n + 2 * shift_along;

    return d > 1e-13 * size ? d : 0;
}

/* 1 − cos(a, b) = ‖a/‖a‖ − b/‖b‖‖²/2: zero where a and b are equal, exact where they nearly are,
 * which 1 − ab/(‖a‖‖b‖) is not. c NULL: nothing is taken away. NAN where one of them is zero. */
static double apart(const struct side *a, const struct side *b, const double *c, int64_t p,
                    double aa, double bb)
{
    const double la = sqrt(aa), lb = sqrt(bb);
    double sum = 0;

    if (!(aa > 0) || !(bb > 0))
        return NAN;
    for (int64_t j = 0; j < p; j++) {
        const double cj = c ? a->per_shift * c[j] : 0;
        const double d =
            (shift_of(a, j) + column(a, j) - cj) / la - (shift_of(b, j) + column(b, j) - cj) / lb;
        sum += d * d;
    }
    return sum / 2;
}

static struct sums summarise(const iso_pair *pair, int g, struct units unit)
{
    const struct side a = take_side(pair->x, g, unit.x), b = take_side(pair->y, g, unit.y);
    const double *c = centre_of(pair, g);
    struct sums s = {.n = a.n};
    double a2 = 0, b2 = 0, gap2 = 0, along = 0; /* in shifted coordinates */

    for (int64_t j = 0; j < pair->x->p; j++) {
        const double x = column(&a, j), y = column(&b, j), gap = shift_of(&a, j) - shift_of(&b, j);
        const double ma = shift_of(&a, j) + x, mb = shift_of(&b, j) + y;
        const double cj = c ? a.per_shift * c[j] : NAN, d = gap + (x - y);

        s.term[GAP2] += d * d;
        s.term[AA] += ma * ma;
        s.term[BB] += mb * mb;
        s.term[AB] += ma * mb;
        s.term[CAA] += (ma - cj) * (ma - cj);
        s.term[CBB] += (mb - cj) * (mb - cj);
        s.term[CAB] += (ma - cj) * (mb - cj);
        a2 += x * x;
        b2 += y * y;
        gap2 += gap * gap;
        along += gap * (x - y);
    }
    s.term[SPREAD] = (a.q + b.q - a.n * (a2 + b2)) / (2 * (a.n - 1));
    s.term[PAIR2] = pair_distance(pair, &a, &b, g, gap2, along);
    s.apart = apart(&a, &b, NULL, pair->x->p, s.term[AA], s.term[BB]);
    s.apart_centred = c ? apart(&a, &b, c, pair->x->p, s.term[CAA], s.term[CBB]) : NAN;
    return s;
}

/* The estimators: the number whose jackknife is taken (the square, where `root`), in [0, top], and
 * its chance level on the value's own scale. NAN where undefined. */
struct estimator {
    double (*of)(const struct sums *s);
    double (*null)(const struct sums *s);
    bool root;
    double top;
    const char *undefined;
    bool length; /* is in the unit of the numbers, all others are free of it */
    bool sided;  /* is free of the unit of each side by itself */
};

static double no_null(const struct sums *s)
{
    (void)s;
    return NAN;
}

static double gap2(const struct sums *s)
{
    return s->term[GAP2];
}

static double gap2_null(const struct sums *s)
{
    return sqrt(s->term[PAIR2] / s->n);
}

static double relative2(const struct sums *s)
{
    return s->n >= 2 && s->term[SPREAD] > 0 ? s->term[GAP2] / s->term[SPREAD] : NAN;
}

/* Dealing leaves Σ‖x‖² + Σ‖y‖² and Σx + Σy as they are; only ‖μa − μb‖² becomes D/n on average. */
static double relative2_null(const struct sums *s)
{
    const double dealt = s->term[PAIR2] / s->n, change = s->term[GAP2] - dealt;
    const double spread = s->term[SPREAD] + change * s->n / (4 * (s->n - 1));

    return sqrt(dealt / spread);
}

static double from_cosine(double ab, double aa, double bb)
{
    return aa > 0 && bb > 0 ? 1 - ab / (sqrt(aa) * sqrt(bb)) : NAN;
}

static double cosine(const struct sums *s)
{
    return isnan(s->apart) ? from_cosine(s->term[AB], s->term[AA], s->term[BB]) : s->apart;
}

static double cosine_centred(const struct sums *s)
{
    return isnan(s->apart_centred) ? from_cosine(s->term[CAB], s->term[CAA], s->term[CBB])
                                   : s->apart_centred;
}

static double share(const struct sums *s)
{
    return s->term[PAIR2] > 0 ? s->term[GAP2] / s->term[PAIR2] : NAN;
}

static double share_null(const struct sums *s)
{
    return 1 / s->n;
}

static void leave_groups_out(struct sums *without, const iso_pair *pair, struct units unit)
{
    for (int g = 0; g < ISO_GROUPS; g++) {
        without[g] = (struct sums){0};
        if (pair->x->gn[g] > 0 && pair->x->gn[g] < pair->n)
            without[g] = summarise(pair, g, unit);
    }
}

static double on_scale(const struct estimator *e, double v)
{
    return e->root ? sqrt(v) : v;
}

/* The replicates moved to where the unbiased sums lie. All sums are quadratic in the centroids, so
 * their jackknife correction is exact, which that of a ratio or cosine of noisy sums is not. */
static double recentre(double *left, const struct sums *all, const struct sums *without,
                       const struct estimator *e)
{
    struct sums mean = {0}, fair = *all, moved;
    double count = 0;

    for (int g = 0; g < ISO_GROUPS; g++)
        if (without[g].n > 0) {
            count += 1;
            for (int k = 0; k < TERMS; k++)
                mean.term[k] += (without[g].term[k] - mean.term[k]) / count;
        }
    for (int k = 0; k < TERMS; k++)
        fair.term[k] += (count - 1) * (all->term[k] - mean.term[k]);
    fair.apart = fair.apart_centred = NAN; /* moved sums are of no centroids */
    moved = fair;
    for (int g = 0; g < ISO_GROUPS; g++) {
        for (int k = 0; k < TERMS; k++)
            moved.term[k] = fair.term[k] + without[g].term[k] - mean.term[k];
        left[g] = without[g].n > 0 ? e->of(&moved) : NAN;
    }
    return e->of(&fair);
}

/* A cosine of centroids that noise alone would put where they are can be anything. */
static bool bounds(double *lo, double *hi, const struct sums *all, const struct sums *without,
                   const struct estimator *e)
{
    double left[ISO_GROUPS];
    const double centre = recentre(left, all, without, e);
    bool lost = isnan(centre);

    for (int g = 0; g < ISO_GROUPS; g++)
        lost |= without[g].n > 0 && isnan(left[g]);
    *lo = 0;
    *hi = e->top;
    return lost ? isfinite(e->top) : iso_jackknife(lo, hi, centre, left, ISO_GROUPS, 0.95);
}

static void interval(iso_value *v, double value, const struct sums *all, const struct sums *without,
                     const struct estimator *e)
{
    double lo, hi;

    if (v->n < FEW_ITEMS)
        v->why = "no interval: fewer than 4 items";
    else if (bounds(&lo, &hi, all, without, e)) {
        v->lo = on_scale(e, fmax(fmin(lo, value), 0));
        v->hi = on_scale(e, fmin(fmax(hi, value), e->top));
        v->interval = "groups";
    }
}

/* Lengths as large as the numbers are. */
static void in_full(iso_value *v, double *rep, int unit)
{
    v->value = ldexp(v->value, unit);
    v->null = ldexp(v->null, unit);
    v->lo = ldexp(v->lo, unit);
    v->hi = ldexp(v->hi, unit);
    for (int g = 0; rep && g < ISO_GROUPS; g++)
        rep[g] = ldexp(rep[g], unit);
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
    const struct units unit = why ? (struct units){0, 0} : units_of(pair, e->sided);
    double value = NAN;
    struct sums all, without[ISO_GROUPS];

    for (int g = 0; rep && g < ISO_GROUPS; g++)
        rep[g] = NAN;
    if (!why) {
        all = summarise(pair, ALL, unit);
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
    leave_groups_out(without, pair, unit);
    interval(&v, value, &all, without, e);
    for (int g = 0; rep && g < ISO_GROUPS; g++)
        rep[g] = without[g].n > 0 ? on_scale(e, e->of(&without[g])) : NAN;
    if (e->length && unit.x)
        in_full(&v, rep, unit.x);
    *out = v;
    return ISO_OK;
}

/* The registry's entries -------------------------------------------------- */

static iso_err euclidean_value(iso_value *out, double *rep, const iso_pair *pair)
{
    static const struct estimator e = {gap2, gap2_null, true, INFINITY, "a centroid is not finite",
                                       true};
    return estimate(out, rep, pair, &e);
}

static iso_err relative_value(iso_value *out, double *rep, const iso_pair *pair)
{
    static const struct estimator e = {relative2, relative2_null, true, INFINITY,
                                       "no variance within the languages"};
    return estimate(out, rep, pair, &e);
}

static iso_err cosine_value(iso_value *out, double *rep, const iso_pair *pair)
{
    static const struct estimator e = {cosine, no_null, false, 2, "a centroid is zero",
                                       false,  true};
    return estimate(out, rep, pair, &e);
}

/* Seen from their middle two centroids lie opposite each other, so that the number says nothing. */
static iso_err cosine_centred_value(iso_value *out, double *rep, const iso_pair *pair)
{
    static const struct estimator e = {cosine_centred, no_null, false, 2,
                                       "a centroid equals the mean of all centroids"};
    static const struct estimator alone = {cosine_centred, no_null, false, 2,
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
    static const struct estimator e = {share, share_null, false, 1,
                                       "the pairs of translations do not differ"};
    static const struct estimator blind = {share, share_null, false, 1,
                                           "the inner products of pairs were not kept"};
    return estimate(out, rep, pair, pair->xy ? &e : &blind);
}

#define ALL_CENTROIDS                                                                              \
    .measure = "centroid", .high = ISO_HIGH_APART, .needs = ISO_NEED_MEANS, .by_groups = true,     \
    .recommended = true

const iso_measure iso_centroid_euclidean = {
    ALL_CENTROIDS,
    .estimator = "euclidean",
    .title = "Distance of language centroids",
    .axis = "Euclidean distance",
    .help = "Distance of centroids",
    .value = euclidean_value,
    ISO_UNDER_COINS(EUCLIDEAN, false),
};

const iso_measure iso_centroid_relative = {
    ALL_CENTROIDS,
    .estimator = "relative",
    .title = "Distance of language centroids, relative to the spread",
    .axis = "distance / spread",
    .help = "Distance of centroids, relative to the spread within languages (variances with n - 1)",
    .value = relative_value,
    ISO_UNDER_COINS(RELATIVE, false),
};

const iso_measure iso_centroid_cosine = {
    ALL_CENTROIDS,
    .estimator = "cosine",
    .title = "Cosine distance of language centroids",
    .axis = "1 \xe2\x88\x92 cosine",
    .help = "Cosine distance of centroids",
    .invariant = ISO_INVARIANT_SCALE,
    .value = cosine_value,
    ISO_UNDER_COINS(COSINE, false),
};

const iso_measure iso_centroid_cosine_centred = {
    ALL_CENTROIDS,
    .estimator = "cosine-centred",
    .title = "Cosine distance of language centroids, mean removed",
    .axis = "1 \xe2\x88\x92 cosine (centred)",
    .help = "Cosine distance of centroids, mean of all languages removed",
    .peers = true,
    .value = cosine_centred_value,
    ISO_UNDER_COINS(COSINE_CENTRED, false),
};

const iso_measure iso_centroid_share = {
    ALL_CENTROIDS,
    .estimator = "share",
    .title = "Share of the distance of translations that is language",
    .axis = "share of squared distance",
    .help = "Share of the pairs' distance that is one common offset (partial eta squared)",
    .value = share_value,
    ISO_UNDER_COINS(SHARE, true),
};
