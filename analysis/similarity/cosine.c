#include "analysis/similarity/cosine_inside.h"

#include <math.h>

#include "lib/base/alloc.h"
#include "lib/linalg/statistics.h"

enum { FEW_ITEMS = 3 };

/* The sums of unit vectors, both sides one after the other. */
static int64_t unit_sums(int64_t p, int64_t q)
{
    return p + q;
}

/* One item: its cosine (NAN if a side is zero), and both unit vectors added to ux and uy. Once for
 * each element type, so that the loops stay plain enough to become vector code. */
#define ITEM(name, type)                                                                           \
    static double name(double *restrict ux, double *restrict uy, const type *restrict x,           \
                       const type *restrict y, int64_t p)                                          \
    {                                                                                              \
        double xx = 0, yy = 0, xy = 0;                                                             \
                                                                                                   \
        _Pragma("omp simd reduction(+ : xx, yy, xy)") for (int64_t j = 0; j < p; j++)              \
        {                                                                                          \
            const double a = (double)x[j], b = (double)y[j];                                       \
            xx += a * a;                                                                           \
            yy += b * b;                                                                           \
            xy += a * b;                                                                           \
        }                                                                                          \
        if (!(xx > 0 && yy > 0))                                                                   \
            return NAN;                                                                            \
        const double rx = 1 / sqrt(xx), ry = 1 / sqrt(yy);                                         \
        _Pragma("omp simd") for (int64_t j = 0; j < p; j++)                                        \
        {                                                                                          \
            ux[j] += (double)x[j] * rx;                                                            \
            uy[j] += (double)y[j] * ry;                                                            \
        }                                                                                          \
        return xy * rx * ry;                                                                       \
    }

ITEM(item_f32, float)
ITEM(item_f64, double)

/* The power of two nearest below the largest number. */
static int scale_of(const double *x, int64_t p)
{
    double peak = 0;

    for (int64_t j = 0; j < p; j++)
        peak = fmax(peak, fabs(x[j]));
    return peak > 0 ? ilogb(peak) : 0;
}

/* The same for doubles whose squares leave the range of double. */
static double item_extreme(double *ux, double *uy, const double *x, const double *y, int64_t p)
{
    const int ex = scale_of(x, p), ey = scale_of(y, p);
    double xx = 0, yy = 0, xy = 0;

    for (int64_t j = 0; j < p; j++) {
        const double a = ldexp(x[j], -ex), b = ldexp(y[j], -ey);
        xx += a * a;
        yy += b * b;
        xy += a * b;
    }
    if (!(xx > 0 && yy > 0))
        return NAN;
    for (int64_t j = 0; j < p; j++) {
        ux[j] += ldexp(x[j], -ex) / sqrt(xx);
        uy[j] += ldexp(y[j], -ey) / sqrt(yy);
    }
    return xy / sqrt(xx) / sqrt(yy);
}

/* Whether squares of the row, and their sum, are ordinary doubles. */
static bool ordinary(const double *x, int64_t p)
{
    const int e = scale_of(x, p);

    return e > -400 && e < 400;
}

static void feed(double *outcome, double *state, iso_view x, iso_view y)
{
    double *ux = state, *uy = state + x.cols;

    for (int64_t i = 0; i < x.rows; i++) {
        if (x.cols != y.cols)
            outcome[i] = NAN;
        else if (x.dtype == ISO_F64) {
            const double *a = (const double *)x.data + i * x.stride,
                         *b = (const double *)y.data + i * y.stride;
            const bool plain = ordinary(a, x.cols) && ordinary(b, x.cols);
            outcome[i] = (plain ? item_f64 : item_extreme)(ux, uy, a, b, x.cols);
        } else
            outcome[i] = item_f32(ux, uy, (const float *)x.data + i * x.stride,
                                  (const float *)y.data + i * y.stride, x.cols);
    }
}

/* ū·v̄ over n items. */
static double mean_of_all_pairings(const double *state, int64_t p, int64_t n)
{
    double dot = 0;

    for (int64_t j = 0; j < p; j++)
        dot += state[j] * state[p + j];
    return dot / (double)n / (double)n;
}

/* The mean without each unit; NAN where nothing is left. */
static void leave_out(double *rep, const iso_pair *pair, double sum)
{
    for (int64_t u = 0; u < pair->units; u++) {
        const int64_t left = pair->n - pair->unit_size[u];
        const bool some = left > 0 && pair->unit_size[u] > 0;
        rep[u] = some ? (sum - pair->outcome[u]) / (double)left : NAN;
    }
}

static iso_err value(iso_value *out, double *rep, const iso_pair *pair)
{
    const int64_t n = pair->n, units = pair->units;
    iso_value v = iso_value_none();
    double *own = NULL, sum = 0;
    const char *why = NULL;
    iso_err err = ISO_OK;

    for (int64_t u = 0; u < units; u++)
        sum += pair->outcome[u];
    if (pair->x->p != pair->y->p)
        why = "the cosine needs sides of equal dimension";
    else if (n < 1)
        why = "no items";
    else if (isnan(sum))
        why = "an item's state is all zero";

    if (!rep) {
        ISO_TRY(iso_alloc(&own, units, sizeof *own));
        rep = own;
    }
    if (why) {
        v = iso_value_undefined(n, why);
        for (int64_t u = 0; u < units; u++)
            rep[u] = NAN;
    } else {
        v.n = n;
        v.value = sum / (double)n;
        v.null = mean_of_all_pairings(pair->state, pair->x->p, n);
        leave_out(rep, pair, sum);
        if (n < FEW_ITEMS) /* of two items the centred cosines are equal, however they lie */
            v.why = "no interval: fewer than 3 items";
        else if (iso_jackknife(&v.lo, &v.hi, v.value, rep, units, 0.95))
            v.interval = units == n ? "jackknife" : "groups";
    }
    *out = v;
done:
    iso_free(own);
    return err;
}

const iso_measure iso_cosine_raw = {
    .measure = "cosine",
    .estimator = "raw",
    .title = "Cosine of translation pairs",
    .axis = "mean cosine",
    .help = "Paired cosine",
    .high = ISO_HIGH_ALIKE,
    .needs = ISO_NEED_ROWS,
    .invariant = ISO_INVARIANT_SCALE,
    .recommended = true,
    .value = value,
    .state_size = unit_sums,
    .feed = feed,
    .null_model = &iso_cosine_raw_permuted,
    .against = {1, true, 1},
};

const iso_measure iso_cosine_centred = {
    .measure = "cosine",
    .estimator = "centred",
    .title = "Cosine of translation pairs, languages centred",
    .axis = "mean cosine (centred)",
    .help = "Paired cosine, language means removed",
    .high = ISO_HIGH_ALIKE,
    .needs = ISO_NEED_ROWS,
    .invariant = ISO_INVARIANT_SCALE | ISO_INVARIANT_SHIFT,
    .recommended = true,
    .value = value,
    .centred = true,
    .state_size = unit_sums,
    .feed = feed,
    .null_model = &iso_cosine_centred_permuted,
    .against = {1, true, 1},
};
