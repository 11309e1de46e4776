#include "analysis/similarity/procrustes_inside.h"

#include <math.h>
#include <stddef.h>

#include "lib/base/alloc.h"
#include "lib/linalg/decomp.h"
#include "lib/linalg/loops.h"
#include "lib/linalg/statistics.h"

enum { ALL = -1, FEW_ITEMS = 4 };

/* One side, of all rows or without group g. */
struct side {
    const double *s1, *without; /* Σx; the group's, or NULL */
    double n, q;
};

static struct side take_side(const iso_moments *m, int g)
{
    if (g == ALL)
        return (struct side){m->s1, NULL, (double)m->n, m->q};
    return (struct side){m->s1, m->gs1 + g * m->p, (double)(m->n - m->gn[g]), m->q - m->gq[g]};
}

static double sum(const struct side *s, int64_t j)
{
    return s->s1[j] - (s->without ? s->without[j] : 0);
}

/* Σ‖x − x̄‖²; 0 where it is only what rounding leaves of the squares. */
static double variance(const iso_moments *m, int g)
{
    const struct side s = take_side(m, g);
    double mean2 = 0;

    for (int64_t j = 0; j < m->p; j++)
        mean2 += sum(&s, j) * sum(&s, j);
    const double left = s.q - mean2 / s.n;

    return left > 1e-14 * s.q ? left : 0;
}

/* XcᵀYc = XᵀY − Σx Σyᵀ / n, of the rows outside group g; both products in coordinates of the same
 * shifts. */
static void centred_product(double *to, const iso_pair *pair, int g)
{
    const int64_t p = pair->x->p, q = pair->y->p;
    const struct side x = take_side(pair->x, g), y = take_side(pair->y, g);
    const double *all = pair->xy->xy, *kept = g == ALL ? NULL : pair->xy->kept + g * p * q;

    for (int64_t i = 0; i < p; i++) {
        const double mean = sum(&x, i) / x.n;
        for (int64_t j = 0; j < q; j++)
            to[i * q + j] = all[i * q + j] - (kept ? kept[i * q + j] : 0) - mean * sum(&y, j);
    }
}

/* Memory for one product and its singular values. */
struct workspace {
    iso_mat product;
    double *s;
    int64_t k;
};

static void workspace_free(struct workspace *w)
{
    iso_mat_free(&w->product);
    iso_free(w->s);
}

static iso_err workspace_make(struct workspace *out, int64_t p, int64_t q)
{
    struct workspace w = {.k = p < q ? p : q};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&w.product, p, q, ISO_F64));
    ISO_TRY(iso_alloc(&w.s, w.k, sizeof *w.s));
    *out = w;
    return ISO_OK;
done:
    workspace_free(&w);
    return err;
}

/* The similarity of the rows outside group g; NAN where a side has no variance. */
static iso_err similarity_of(double *out, struct workspace *w, const iso_pair *pair, int g)
{
    const double vx = variance(pair->x, g), vy = variance(pair->y, g);
    double norm = 0;
    iso_err err = ISO_OK;

    *out = NAN;
    if (!(vx > 0) || !(vy > 0))
        return ISO_OK;
    centred_product(w->product.data, pair, g);
    ISO_TRY(iso_singular_values(w->s, iso_mat_view(&w->product)));
    for (int64_t i = 0; i < w->k; i++)
        norm += w->s[i];
    *out = fmin(norm / sqrt(vx) / sqrt(vy), 1);
done:
    return err;
}

static iso_err leave_groups_out(double *without, struct workspace *w, const iso_pair *pair)
{
    iso_err err = ISO_OK;

    for (int g = 0; g < ISO_GROUPS; g++) {
        without[g] = NAN;
        if (pair->x->gn[g] > 0 && pair->n - pair->x->gn[g] > 1)
            ISO_TRY(similarity_of(&without[g], w, pair, g));
    }
done:
    return err;
}

/* √(2 − 2s) falls with s. */
static double scaled(double s, bool distance)
{
    return distance ? sqrt(2 - 2 * s) : s;
}

static void interval(iso_value *v, double s, const double *without, bool distance)
{
    double lo, hi;

    if (v->n < FEW_ITEMS) {
        v->why = "no interval: fewer than 4 items";
    } else if (iso_jackknife(&lo, &hi, s, without, ISO_GROUPS, 0.95)) {
        lo = fmax(lo, 0);
        hi = fmin(hi, 1);
        v->lo = scaled(distance ? hi : lo, distance);
        v->hi = scaled(distance ? lo : hi, distance);
        v->interval = "groups";
    }
}

static iso_err estimate(iso_value *out, double *rep, const iso_pair *pair, bool distance)
{
    iso_value v = iso_value_undefined(pair->n, pair->n > 0 ? "a side has no variance" : "no items");
    double s = NAN, without[ISO_GROUPS];
    struct workspace w = {0};
    iso_err err = ISO_OK;

    for (int64_t u = 0; rep && u < pair->units; u++)
        rep[u] = NAN;
    ISO_TRY(workspace_make(&w, pair->x->p, pair->y->p));
    if (pair->n > 0)
        ISO_TRY(similarity_of(&s, &w, pair, ALL));
    if (!isnan(s)) {
        v.value = scaled(s, distance);
        v.why = NULL;
    }
    if (!isnan(s) && pair->xy->kept) {
        ISO_TRY(leave_groups_out(without, &w, pair));
        interval(&v, s, without, distance);
        for (int g = 0; rep && g < ISO_GROUPS; g++)
            rep[g] = scaled(without[g], distance);
    }
    *out = v;
done:
    workspace_free(&w);
    return err;
}

static iso_err similarity(iso_value *out, double *rep, const iso_pair *pair)
{
    return estimate(out, rep, pair, false);
}

static iso_err distance(iso_value *out, double *rep, const iso_pair *pair)
{
    return estimate(out, rep, pair, true);
}

const iso_measure iso_procrustes_similarity = {
    .measure = "procrustes",
    .estimator = "nuclear",
    .title = "Procrustes similarity",
    .axis = "Procrustes similarity",
    .high = ISO_HIGH_ALIKE,
    .needs = ISO_NEED_SUMS,
    .dear_needs = ISO_NEED_PRODUCTS,
    .invariant = ISO_INVARIANT_ROTATION | ISO_INVARIANT_SCALE | ISO_INVARIANT_SHIFT,
    .recommended = true,
    .by_groups = true,
    .value = similarity,
    .null_model = &iso_procrustes_permuted,
    .null_value = ISO_PROCRUSTES_NUCLEAR,
    .against = {1, true, 1},
};

const iso_measure iso_procrustes_distance = {
    .measure = "procrustes",
    .estimator = "distance",
    .title = "Procrustes distance",
    .axis = "Procrustes distance",
    .high = ISO_HIGH_APART,
    .needs = ISO_NEED_SUMS,
    .dear_needs = ISO_NEED_PRODUCTS,
    .invariant = ISO_INVARIANT_ROTATION | ISO_INVARIANT_SCALE | ISO_INVARIANT_SHIFT,
    .by_groups = true,
    .value = distance,
    .null_model = &iso_procrustes_permuted,
    .null_value = ISO_PROCRUSTES_DISTANCE,
    .against = {-1, true, 0},
};
