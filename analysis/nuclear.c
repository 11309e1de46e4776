#include "analysis/nuclear.h"

#include <math.h>
#include <stddef.h>

#include "lib/base/alloc.h"
#include "lib/linalg/decomp.h"
#include "lib/linalg/loops.h"

/* Σ‖x − x̄‖²; 0 where it is only what rounding leaves of the squares. */
static double variance(const iso_moments *m)
{
    const double left = m->q - iso_dot(m->s1, m->s1, m->p) / (double)m->n;

    return left > 1e-14 * m->q ? left : 0;
}

/* XcᵀYc = XᵀY − Σx Σyᵀ / n. */
static iso_err centred_product(iso_mat *out, const iso_pair *pair)
{
    const int64_t p = pair->x->p, q = pair->y->p;
    iso_err err = iso_mat_new(out, p, q, ISO_F64);

    if (err)
        return err;
    double *to = out->data;
    for (int64_t i = 0; i < p; i++) {
        const double mean = pair->x->s1[i] / (double)pair->n;
        for (int64_t j = 0; j < q; j++)
            to[i * q + j] = pair->xy->xy[i * q + j] - mean * pair->y->s1[j];
    }
    return ISO_OK;
}

static iso_err nuclear_norm(double *out, const iso_pair *pair)
{
    const int64_t k = pair->x->p < pair->y->p ? pair->x->p : pair->y->p;
    iso_mat product = {0};
    double *s = NULL, sum = 0;
    iso_err err = ISO_OK;

    ISO_TRY(centred_product(&product, pair));
    ISO_TRY(iso_alloc(&s, k, sizeof *s));
    ISO_TRY(iso_singular_values(s, iso_mat_view(&product)));
    for (int64_t i = 0; i < k; i++)
        sum += s[i];
    *out = sum;
done:
    iso_free(s);
    iso_mat_free(&product);
    return err;
}

static iso_err procrustes(iso_value *out, double *rep, const iso_pair *pair, bool distance)
{
    const double vx = pair->n > 0 ? variance(pair->x) : 0;
    const double vy = pair->n > 0 ? variance(pair->y) : 0;
    iso_value v = iso_value_undefined(pair->n, pair->n > 0 ? "a side has no variance" : "no items");
    double norm;
    iso_err err = ISO_OK;

    for (int64_t u = 0; rep && u < pair->units; u++)
        rep[u] = NAN;
    if (vx > 0 && vy > 0) {
        ISO_TRY(nuclear_norm(&norm, pair));
        v.value = fmin(norm / sqrt(vx) / sqrt(vy), 1);
        v.value = distance ? sqrt(2 - 2 * v.value) : v.value;
        v.why = "no interval: groups keep no products of their own";
    }
    *out = v;
done:
    return err;
}

static iso_err similarity(iso_value *out, double *rep, const iso_pair *pair)
{
    return procrustes(out, rep, pair, false);
}

static iso_err distance(iso_value *out, double *rep, const iso_pair *pair)
{
    return procrustes(out, rep, pair, true);
}

const iso_measure iso_procrustes_similarity = {
    .measure = "procrustes",
    .estimator = "nuclear",
    .title = "Procrustes similarity",
    .needs = ISO_NEED_SUMS,
    .invariant = ISO_INVARIANT_ROTATION | ISO_INVARIANT_SCALE | ISO_INVARIANT_SHIFT,
    .recommended = true,
    .value = similarity,
};

const iso_measure iso_procrustes_distance = {
    .measure = "procrustes",
    .estimator = "distance",
    .title = "Procrustes distance",
    .needs = ISO_NEED_SUMS,
    .invariant = ISO_INVARIANT_ROTATION | ISO_INVARIANT_SCALE | ISO_INVARIANT_SHIFT,
    .value = distance,
};
