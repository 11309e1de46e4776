/* What every measure of the registry claims not to mind, it does not; what it does not claim, it
 * minds. Symmetry, order of items and the comparison of something with itself. */
#include "tests/check.h"

#include "analysis/measure/catalogue.h"
#include "analysis/pass/pass.h"
#include "lib/base/rng.h"

enum { N = 90, P = 12, CELLS = N * P };

/* x, y and a third language, which the mean of all centroids takes in. */
struct world {
    double x[CELLS], y[CELLS], z[CELLS];
};

static void world_fill(struct world *w, uint64_t seed)
{
    iso_rng rng = iso_rng_seeded(seed, 0);

    for (int i = 0; i < CELLS; i++) {
        w->x[i] = iso_rng_normal(&rng) + 0.5;
        w->y[i] = 0.8 * w->x[i] + iso_rng_normal(&rng) - 0.2 * (i % P);
        w->z[i] = iso_rng_normal(&rng) + 0.1 * (i % P);
    }
}

static double value_of(const iso_measure *m, const struct world *w, iso_method method)
{
    const double *data[3] = {w->x, w->y, w->z};
    iso_rows *rows[3];
    const iso_gram_pair pair[2] = {{0, 1}, {0, 2}}; /* what is in no pair is not read */
    const iso_task task = {.matrix = rows,
                           .matrices = 3,
                           .pair = pair,
                           .pairs = 2,
                           .measure = &m,
                           .measures = 1,
                           .method = method};
    const iso_run run = {.double_precision = true};
    iso_value v[2];

    for (int k = 0; k < 3; k++)
        ok(iso_rows_of_view(&rows[k], iso_view_f64(data[k], N, P)));
    ok(iso_measure_pairs(v, &task, &run));
    for (int k = 0; k < 3; k++)
        iso_rows_close(rows[k]);
    return v[0].value;
}

/* The last method that serves a measure; the sums serve all. */
static int last_method(const iso_measure *m)
{
    const unsigned methods = m->needs & (ISO_NEED_SUMS | ISO_NEED_GRAM);

    return methods == ISO_NEED_SUMS ? ISO_METHOD_SUMS : ISO_METHOD_GRAM;
}

/* Turns y by four reflections at random planes: an orthogonal map of the columns. */
static void rotate(struct world *w)
{
    iso_rng rng = iso_rng_seeded(42, 0);

    for (int k = 0; k < 4; k++) {
        double v[P], length = 0;
        for (int j = 0; j < P; j++) {
            v[j] = iso_rng_normal(&rng);
            length += v[j] * v[j];
        }
        for (int i = 0; i < N; i++) {
            double *y = w->y + i * P, along = 0;
            for (int j = 0; j < P; j++)
                along += y[j] * v[j];
            for (int j = 0; j < P; j++)
                y[j] -= 2 * along / length * v[j];
        }
    }
}

static void scale(struct world *w)
{
    for (int i = 0; i < CELLS; i++)
        w->y[i] *= 3.5;
}

static void shift(struct world *w)
{
    for (int i = 0; i < CELLS; i++)
        w->y[i] += 1 - 0.3 * (i % P);
}

static void claims_hold_and_nothing_more_does(void **state)
{
    (void)state;
    static const struct {
        unsigned bit;
        const char *name;
        void (*change)(struct world *);
    } changes[] = {{ISO_INVARIANT_ROTATION, "rotation", rotate},
                   {ISO_INVARIANT_SCALE, "scale", scale},
                   {ISO_INVARIANT_SHIFT, "shift", shift}};
    static struct world w, changed;

    world_fill(&w, 1);
    for (int m = 0; m < iso_measure_count(); m++)
        for (int c = 0; c < 3; c++)
            for (int method = ISO_METHOD_SUMS; method <= last_method(iso_measure_at(m)); method++) {
                const iso_measure *measure = iso_measure_at(m);
                const double before = value_of(measure, &w, (iso_method)method);
                changed = w;
                changes[c].change(&changed);
                const double after = value_of(measure, &changed, (iso_method)method);
                const bool same = fabs(after - before) < 1e-11;
                if (same != ((measure->invariant & changes[c].bit) != 0))
                    fail_msg("%s:%s under %s: %.15g, then %.15g", measure->measure,
                             measure->estimator, changes[c].name, before, after);
            }
}

static void sides_may_be_exchanged(void **state)
{
    (void)state;
    static struct world w, turned;

    world_fill(&w, 2);
    turned = w;
    memcpy(turned.x, w.y, sizeof w.y);
    memcpy(turned.y, w.x, sizeof w.x);
    for (int m = 0; m < iso_measure_count(); m++)
        near(value_of(iso_measure_at(m), &turned, ISO_METHOD_AUTO),
             value_of(iso_measure_at(m), &w, ISO_METHOD_AUTO), 1e-11);
}

static void items_come_in_any_order(void **state)
{
    (void)state;
    static struct world w, mixed;
    iso_rng rng = iso_rng_seeded(3, 0);
    int64_t order[N];

    world_fill(&w, 3);
    iso_rng_permutation(&rng, order, N);
    for (int i = 0; i < N; i++) {
        memcpy(mixed.x + i * P, w.x + order[i] * P, P * sizeof *w.x);
        memcpy(mixed.y + i * P, w.y + order[i] * P, P * sizeof *w.y);
        memcpy(mixed.z + i * P, w.z + order[i] * P, P * sizeof *w.z);
    }
    for (int m = 0; m < iso_measure_count(); m++)
        for (int method = ISO_METHOD_SUMS; method <= last_method(iso_measure_at(m)); method++)
            near(value_of(iso_measure_at(m), &mixed, (iso_method)method),
                 value_of(iso_measure_at(m), &w, (iso_method)method), 1e-11);
}

/* Similarities of something with itself are 1, distances 0, and of no distance no share. */
static void self_comparison(void **state)
{
    (void)state;
    static struct world w;

    world_fill(&w, 4);
    memcpy(w.y, w.x, sizeof w.x);
    for (int m = 0; m < iso_measure_count(); m++) {
        const iso_measure *measure = iso_measure_at(m);
        const double v = value_of(measure, &w, ISO_METHOD_AUTO);
        if (!strcmp(measure->estimator, "share"))
            assert_true(isnan(v));
        else if (!strcmp(measure->estimator, "distance"))
            near(v * v, 0, 1e-11); /* a root magnifies what rounding leaves */
        else
            near(v, strcmp(measure->measure, "centroid") != 0, 1e-11);
    }
}

int main(void)
{
    RUN_TESTS(test(claims_hold_and_nothing_more_does), test(sides_may_be_exchanged),
              test(items_come_in_any_order), test(self_comparison));
}
