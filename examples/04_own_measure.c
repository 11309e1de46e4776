/* Lesson 4: a measure of your own, in the same reading as ours.
 *
 *     ./own_measure
 *
 * "same-sign:fraction": in how many coordinates an item's two states have the same sign. It looks
 * at rows, so it fills in `feed`, called with some items at a time, and `value`, called at the end
 * with the sums of its outcomes. Chance level, interval and name travel with the value like ours.
 */
#include <stdio.h>
#include <stdlib.h>

#include <isogloss/kernels.h>

/* One outcome an item; nothing else to remember. */
static int64_t no_state(int64_t p, int64_t q)
{
    (void)p, (void)q;
    return 0;
}

static double at(iso_view v, int64_t i, int64_t j)
{
    const int64_t k = i * v.stride + j;
    return v.dtype == ISO_F64 ? ((const double *)v.data)[k] : (double)((const float *)v.data)[k];
}

static void feed(double *outcome, double *state, iso_view x, iso_view y)
{
    (void)state;
    for (int64_t i = 0; i < x.rows; i++) {
        int64_t same = 0;
        for (int64_t j = 0; j < x.cols && j < y.cols; j++)
            same += (at(x, i, j) < 0) == (at(y, i, j) < 0);
        outcome[i] = (double)same / (double)x.cols;
    }
}

/* Units are items or groups of items; a replicate is the value without one of them. */
static iso_err value(iso_value *out, double *rep, const iso_pair *pair)
{
    double *own = NULL, sum = 0;
    iso_err err = ISO_OK;

    if (pair->x->p != pair->y->p || pair->n < 2) {
        *out = iso_value_undefined(pair->n, "needs two items and sides of equal dimension");
        return ISO_OK;
    }
    ISO_TRY(iso_alloc(&own, pair->units, sizeof *own));
    for (int64_t u = 0; u < pair->units; u++)
        sum += pair->outcome[u];
    for (int64_t u = 0; u < pair->units; u++)
        own[u] = (sum - pair->outcome[u]) / (double)(pair->n - pair->unit_size[u]);
    for (int64_t u = 0; rep && u < pair->units; u++)
        rep[u] = own[u];

    *out = iso_value_none();
    out->n = pair->n;
    out->value = sum / (double)pair->n;
    out->null = 0.5; /* of signs that know nothing of each other */
    if (iso_jackknife(&out->lo, &out->hi, out->value, own, pair->units, 0.95))
        out->interval = pair->units == pair->n ? "jackknife" : "groups";
done:
    iso_free(own);
    return err;
}

static const iso_measure same_sign = {
    .measure = "same-sign",
    .estimator = "fraction",
    .title = "Coordinates of equal sign",
    .axis = "share of coordinates",
    .high = ISO_HIGH_ALIKE,
    .needs = ISO_NEED_ROWS,
    .invariant = ISO_INVARIANT_SCALE,
    .recommended = true,
    .value = value,
    .state_size = no_state,
    .feed = feed,
};

enum { ITEMS = 300, DIMS = 16, MEASURES = 8 };

static iso_err compare(const float *x, const float *y)
{
    const iso_gram_pair pair = {0, 1};
    const iso_measure *measure[MEASURES];
    iso_rows *source[2] = {NULL, NULL};
    iso_value v[MEASURES];
    int measures = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_measure_register(&same_sign));
    ISO_TRY(iso_measure_choose(measure, &measures, MEASURES, "same-sign,cosine,cka"));
    ISO_TRY(iso_rows_of_view(&source[0], iso_view_f32(x, ITEMS, DIMS)));
    ISO_TRY(iso_rows_of_view(&source[1], iso_view_f32(y, ITEMS, DIMS)));

    const iso_task task = {.matrix = source,
                           .matrices = 2,
                           .pair = &pair,
                           .pairs = 1,
                           .measure = measure,
                           .measures = measures};
    ISO_TRY(iso_measure_pairs(v, &task, NULL));
    for (int m = 0; m < measures; m++)
        printf("%s:%s %.4f [%.4f, %.4f], by chance %.4f\n", measure[m]->measure,
               measure[m]->estimator, v[m].value, v[m].lo, v[m].hi, v[m].null);
done:
    for (int i = 0; i < 2; i++)
        iso_rows_close(source[i]);
    return err;
}

int main(void)
{
    static float x[ITEMS * DIMS], y[ITEMS * DIMS];
    iso_rng rng = iso_rng_seeded(4, 0);

    for (int i = 0; i < ITEMS * DIMS; i++) {
        x[i] = (float)iso_rng_normal(&rng);
        y[i] = x[i] + (float)iso_rng_normal(&rng);
    }
    if (compare(x, y)) {
        fprintf(stderr, "%s\n", iso_err_msg());
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
