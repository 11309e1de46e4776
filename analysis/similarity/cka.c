#include "analysis/similarity/cka_inside.h"

#include <math.h>
#include <stddef.h>

#include "lib/base/alloc.h"
#include "lib/linalg/design.h"
#include "lib/linalg/hsic.h"
#include "lib/linalg/statistics.h"

enum { FEW_ITEMS = 4 };

/* The three HSICs a CKA is made of: of the pair, of x with itself, of y with itself. */
struct triple {
    double xy, xx, yy;
};

static double ratio(struct triple t)
{
    return t.xx > 0 && t.yy > 0 ? t.xy / sqrt(t.xx) / sqrt(t.yy) : NAN;
}

/* A side whose HSIC is only what rounding leaves of its squared norms has no variance. */
static bool flat(double hsic, double trace, int64_t n)
{
    const double scale = trace / (double)n;

    return !(hsic > 1e-14 * scale * scale);
}

/* Gram method ---------------------------------------------------------------- */

/* Sums over the items of one pair's Gram terms; with column means removed K1 = 0, so that the row
 * sums of the off-diagonal parts are −k and −l. */
struct gram_sums {
    double off, k, l, kl;
};

static struct gram_sums gram_sums_of(const iso_gram_terms *g)
{
    struct gram_sums s = {0};

    for (int64_t i = 0; i < g->n; i++) {
        s.off += g->off[i];
        s.k += g->k[i];
        s.l += g->l[i];
        s.kl += g->k[i] * g->l[i];
    }
    return s;
}

static double gram_unbiased(const iso_gram_terms *g, const struct gram_sums *s)
{
    return iso_hsic_from_parts(g->n, s->off, -s->k, -s->l, s->kl);
}

/* Without item i: every row sum r_j = −k_j loses k_ij, and row i goes. */
static double gram_unbiased_without(const iso_gram_terms *g, const struct gram_sums *s, int64_t i)
{
    const double k = g->k[i], l = g->l[i];
    /* K̃l = Kl − k∘l at i, with the signs of r = −k and s = −l. */
    const double rows = s->kl - k * l + (g->kl[i] - k * l) + (g->lk[i] - k * l) + g->off[i];

    return iso_hsic_from_parts(g->n - 1, s->off - 2 * g->off[i], 2 * k - s->k, 2 * l - s->l, rows);
}

/* Of residuals: tr(KL), tr(K)tr(L), Σ k_ii l_ii. */
static double gram_residual(const iso_design *d, const struct gram_sums *s)
{
    return iso_design_hsic(d, s->off + s->kl, s->k * s->l, s->kl);
}

static double gram_biased(const struct gram_sums *s)
{
    return s->off + s->kl;
}

/* ‖XcᵀYc‖² without item i, centred anew: tr(KL) − 2/m 1ᵀKL1 + (1ᵀK1)(1ᵀL1)/m², m = n − 1. */
static double gram_biased_without(const iso_gram_terms *g, const struct gram_sums *s, int64_t i)
{
    const double m = (double)(g->n - 1), kl = g->k[i] * g->l[i];

    return s->off + s->kl - 2 * g->off[i] - kl - 2 / m * g->off[i] + kl / (m * m);
}

/* Sums method ---------------------------------------------------------------- */

static double sums_residual(const iso_design *d, const iso_hsic_sums *s)
{
    const double n = (double)s->n;

    return iso_design_hsic(d, iso_hsic_biased(s), (s->qx - s->sx / n) * (s->qy - s->sy / n),
                           n * iso_hsic_diag(s));
}

/* What a group contributes to the biased HSIC expected at n items, divided by (n−1)²: the unbiased
 * term and the share of the diagonal. */
static double group_term(const iso_group_terms *g, bool biased, int64_t n)
{
    if (g->n < 4)
        return NAN;
    return g->unbiased + (biased ? g->diag / (double)n : 0);
}

/* Where items are missing a group may be too small; half of the groups must do. */
static bool tells(const iso_pair *pair, int g)
{
    return pair->xy->group[g].n >= FEW_ITEMS;
}

static bool groups_tell(const iso_pair *pair)
{
    int count = 0;

    for (int g = 0; g < ISO_GROUPS; g++)
        count += tells(pair, g);
    return count >= ISO_GROUPS / 2;
}

/* The mean over the groups without one. */
static struct triple groups_without(const iso_pair *pair, bool biased, int without)
{
    struct triple t = {0};

    for (int g = 0; g < ISO_GROUPS; g++) {
        if (g == without || !tells(pair, g))
            continue;
        t.xy += group_term(&pair->xy->group[g], biased, pair->n);
        t.xx += group_term(&pair->xx->group[g], biased, pair->n);
        t.yy += group_term(&pair->yy->group[g], biased, pair->n);
    }
    return t;
}

/* Both methods --------------------------------------------------------------- */

static struct triple whole(const iso_pair *pair, bool biased)
{
    if (pair->gxy) {
        const struct gram_sums xy = gram_sums_of(pair->gxy), xx = gram_sums_of(pair->gxx),
                               yy = gram_sums_of(pair->gyy);
        if (biased)
            return (struct triple){gram_biased(&xy), gram_biased(&xx), gram_biased(&yy)};
        if (pair->design)
            return (struct triple){gram_residual(pair->design, &xy),
                                   gram_residual(pair->design, &xx),
                                   gram_residual(pair->design, &yy)};
        return (struct triple){gram_unbiased(pair->gxy, &xy), gram_unbiased(pair->gxx, &xx),
                               gram_unbiased(pair->gyy, &yy)};
    }
    const iso_hsic_sums *xy = &pair->xy->total, *xx = &pair->xx->total, *yy = &pair->yy->total;
    if (biased)
        return (struct triple){iso_hsic_biased(xy), iso_hsic_biased(xx), iso_hsic_biased(yy)};
    if (pair->design)
        return (struct triple){sums_residual(pair->design, xy), sums_residual(pair->design, xx),
                               sums_residual(pair->design, yy)};
    return (struct triple){iso_hsic_unbiased(xy), iso_hsic_unbiased(xx), iso_hsic_unbiased(yy)};
}

static void gram_replicates(double *rep, const iso_pair *pair, bool biased)
{
    const struct gram_sums xy = gram_sums_of(pair->gxy), xx = gram_sums_of(pair->gxx),
                           yy = gram_sums_of(pair->gyy);

    for (int64_t i = 0; i < pair->n; i++) {
        struct triple t;
        if (biased)
            t = (struct triple){gram_biased_without(pair->gxy, &xy, i),
                                gram_biased_without(pair->gxx, &xx, i),
                                gram_biased_without(pair->gyy, &yy, i)};
        else
            t = (struct triple){gram_unbiased_without(pair->gxy, &xy, i),
                                gram_unbiased_without(pair->gxx, &xx, i),
                                gram_unbiased_without(pair->gyy, &yy, i)};
        rep[i] = ratio(t);
    }
}

static void replicates(double *rep, const iso_pair *pair, bool biased)
{
    if (pair->gxy) {
        gram_replicates(rep, pair, biased);
        return;
    }
    const bool enough = groups_tell(pair);

    for (int g = 0; g < ISO_GROUPS; g++)
        rep[g] = enough && tells(pair, g) ? ratio(groups_without(pair, biased, g)) : NAN;
}

/* Σ‖x−x̄‖² and Σ‖x−x̄‖⁴ of one side; tr S² is set by the caller. */
static struct iso_cka_side side_of(const iso_gram_terms *gram, const iso_cross *self)
{
    struct iso_cka_side side = {0};

    if (gram) {
        const struct gram_sums s = gram_sums_of(gram);
        side.trace = s.k;
        side.diagonal = s.kl;
    } else {
        const iso_hsic_sums *s = &self->total;
        side.trace = s->qx - s->sx / (double)s->n;
        side.diagonal = iso_hsic_diag(s) * (double)s->n;
    }
    return side;
}

/* Of rows that are residuals chance is that of so many rows that are not. */
static int64_t free_items(const iso_pair *pair)
{
    return pair->design ? pair->n - pair->design->rank + 1 : pair->n;
}

/* What random pairing of the rows gives, exactly, and how far out the value is there. */
static void chance(iso_value *v, const iso_pair *pair, bool biased, const struct iso_cka_side *x,
                   const struct iso_cka_side *y)
{
    const double n = (double)free_items(pair);
    const struct iso_cka_chance all = iso_cka_chance_of(free_items(pair), x, y);

    v->null = biased ? all.mean : 0;
    v->null_sd = biased ? all.sd : sqrt(2 / (n * (n - 3)));
    if (biased || pair->tested || pair->design)
        v->p = iso_cka_chance_tail(v->value, v->null, v->null_sd, all);
    if (pair->tested && !isnan(v->p)) {
        const double most = iso_cka_chance_point(ISO_LEVEL, v->null, v->null_sd, all);
        v->calibrated = (v->value - most) / (1 - most);
    }
}

static iso_err cka(iso_value *out, double *rep, const iso_pair *pair, bool biased)
{
    const int64_t n = pair->n, least = biased ? 2 : 4;
    double *own = NULL;
    iso_err err = ISO_OK;

    if (rep)
        for (int64_t u = 0; u < pair->units; u++)
            rep[u] = NAN;
    if (n < least) {
        *out = iso_value_undefined(n, biased ? "fewer than 2 items" : "fewer than 4 items");
        return ISO_OK;
    }
    const struct triple t = whole(pair, biased), centred = whole(pair, true);
    struct iso_cka_side x = side_of(pair->gxx, pair->xx), y = side_of(pair->gyy, pair->yy);
    x.square = centred.xx;
    y.square = centred.yy;
    if (flat(biased ? t.xx / ((double)n * (double)n) : t.xx, x.trace, n) ||
        flat(biased ? t.yy / ((double)n * (double)n) : t.yy, y.trace, n)) {
        *out = iso_value_undefined(n, "a side has no variance");
        return ISO_OK;
    }
    if (!rep)
        ISO_TRY(iso_alloc(&own, pair->units, sizeof *own));
    iso_value v = iso_value_none();
    v.n = n;
    v.value = ratio(t);
    chance(&v, pair, biased, &x, &y);
    replicates(rep ? rep : own, pair, biased);
    if (n < FEW_ITEMS) /* two items always have a biased CKA of 1: leaving one of three out says
                          nothing */
        v.why = "no interval: fewer than 4 items";
    else if (iso_jackknife(&v.lo, &v.hi, v.value, rep ? rep : own, pair->units, 0.95))
        v.interval = pair->gxy ? "jackknife" : "groups";
    *out = v;
done:
    iso_free(own);
    return err;
}

static iso_err debiased(iso_value *out, double *rep, const iso_pair *pair)
{
    return cka(out, rep, pair, false);
}

static iso_err biased(iso_value *out, double *rep, const iso_pair *pair)
{
    return cka(out, rep, pair, true);
}

const iso_measure iso_cka_debiased = {
    .measure = "cka",
    .estimator = "debiased",
    .title = "Linear CKA, debiased",
    .axis = "linear CKA (debiased)",
    .high = ISO_HIGH_ALIKE,
    .needs = ISO_NEED_SUMS | ISO_NEED_GRAM,
    .invariant = ISO_INVARIANT_ROTATION | ISO_INVARIANT_SCALE | ISO_INVARIANT_SHIFT,
    .recommended = true,
    .value = debiased,
    .null_model = &iso_cka_permuted,
    .null_value = ISO_CKA_DEBIASED,
    .against = {1, true, 1},
};

const iso_measure iso_cka_biased = {
    .measure = "cka",
    .estimator = "biased",
    .title = "Linear CKA, biased",
    .axis = "linear CKA (biased)",
    .high = ISO_HIGH_ALIKE,
    .needs = ISO_NEED_SUMS | ISO_NEED_GRAM,
    .invariant = ISO_INVARIANT_ROTATION | ISO_INVARIANT_SCALE | ISO_INVARIANT_SHIFT,
    .value = biased,
    .null_model = &iso_cka_permuted,
    .null_value = ISO_CKA_BIASED,
    .against = {1, true, 1},
};
