/* CKA: known answers, chance levels against permutations, intervals against simulation. */
#include "tests/check.h"

#include "analysis/similarity/cka.h"
#include "analysis/pass/pass.h"
#include "lib/base/rng.h"
#include "lib/linalg/statistics.h"
#include "tests/oracle/cka_reference.h"

static const iso_measure *const both[] = {&iso_cka_debiased, &iso_cka_biased};

/* Debiased and biased CKA of packed doubles with one method; `rep` takes replicates of both. */
static void measure_at(iso_value v[2], double *rep, const double *x, const double *y, int n, int p,
                       int q, iso_method method, const int64_t *place)
{
    const iso_gram_pair pair = {0, 1};
    const iso_run run = {.double_precision = true};
    iso_rows *rows[2];
    iso_plan plan = {0};

    ok(iso_rows_of_view(&rows[0], iso_view_f64(x, n, p)));
    ok(iso_rows_of_view(&rows[1], iso_view_f64(y, n, q)));
    const iso_task task = {.matrix = rows,
                           .matrices = 2,
                           .pair = &pair,
                           .pairs = 1,
                           .measure = both,
                           .measures = 2,
                           .place = &place,
                           .method = method};
    ok(iso_plan_make(&plan, &task, &run));
    ok(iso_pass(v, rep, &task, &plan, &run));
    iso_plan_free(&plan);
    iso_rows_close(rows[0]);
    iso_rows_close(rows[1]);
}

static void measure(iso_value v[2], double *rep, const double *x, const double *y, int n, int p,
                    int q, iso_method method)
{
    measure_at(v, rep, x, y, n, p, q, method, NULL);
}

static void published_small_example(void **state)
{
    (void)state;
    const double x[] = {1, 2, 3, 5, -1, 0, 2, -2, 0, 1};
    const double y[] = {2, 1, 0, 4, 3, 1, 0, -1, 1, -1, 2, 2, 1, 0, 3};
    for (int method = ISO_METHOD_SUMS; method <= ISO_METHOD_GRAM; method++) {
        iso_value v[2];
        measure(v, NULL, x, y, 5, 2, 3, (iso_method)method);
        near(v[0].value, 0.9006553265, 1e-10);
        near(v[1].value, 0.9374772093, 1e-10);
    }
}

/* By hand: Xc'Yc = 3, Xc'Xc = 2, Yc'Yc = 6, cka = 9 / 12. */
static void one_column_is_squared_correlation(void **state)
{
    (void)state;
    const double x[] = {0, 1, 2}, y[] = {0, 0, 3};
    iso_value v[2];
    measure(v, NULL, x, y, 3, 1, 1, ISO_METHOD_SUMS);
    near(v[1].value, 0.75, 1e-15);
    text(v[0].why, "fewer than 4 items");
}

static void replicates_leave_one_out(void **state)
{
    (void)state;
    enum { N = 30, P = 4, Q = 6 };
    double x[N * P], y[N * Q], rep[2 * N];
    iso_rng rng = iso_rng_seeded(5, 0);
    iso_value v[2];

    for (int i = 0; i < N * P; i++)
        x[i] = iso_rng_normal(&rng) + 3;
    for (int i = 0; i < N * Q; i++)
        y[i] = iso_rng_normal(&rng) + x[i / Q * P + i % Q % P];
    measure(v, rep, x, y, N, P, Q, ISO_METHOD_GRAM);
    for (int i = 0; i < N; i++) {
        near(rep[i], reference_cka_without(x, y, N, P, Q, 1, i), 1e-12);
        near(rep[N + i], reference_cka_without(x, y, N, P, Q, 0, i), 1e-12);
    }
}

static void shuffle_rows(double *to, const double *from, int n, int p, iso_rng *rng)
{
    int64_t order[256];

    iso_rng_permutation(rng, order, n);
    for (int i = 0; i < n; i++)
        memcpy(to + i * p, from + order[i] * p, (size_t)p * sizeof *to);
}

/* Chance: mean and spread over random pairings of fixed rows. */
static void chance_levels_hold(void **state)
{
    (void)state;
    enum { N = 60, P = 8, TRIES = 2000 };
    static double x[N * P], y[N * P], z[N * P];
    iso_rng rng = iso_rng_seeded(6, 0);
    double sum[2] = {0}, squares = 0;
    iso_value v[2];

    for (int i = 0; i < N * P; i++) {
        x[i] = iso_rng_normal(&rng) * (1 + i % P);
        y[i] = x[i] + iso_rng_normal(&rng);
    }
    for (int t = 0; t < TRIES; t++) {
        shuffle_rows(z, y, N, P, &rng);
        measure(v, NULL, x, z, N, P, P, ISO_METHOD_SUMS);
        sum[0] += v[0].value / TRIES;
        sum[1] += v[1].value / TRIES;
        squares += v[0].value * v[0].value / TRIES;
    }
    near(sum[0], v[0].null, 4 * v[0].null_sd / sqrt(TRIES));
    near(sum[1], v[1].null, 4 * v[0].null_sd / sqrt(TRIES));
    near(sqrt(squares - sum[0] * sum[0]) / v[0].null_sd, 1, 0.1);
}

/* Simulated truth: y = x·a + noise·b per dimension, so the population HSICs are Σ of squared
 * covariances. Three rogue dimensions have ten times the spread. */
struct world {
    int n, d;
    double scale[160];
};

static struct world world_of(int n, int d, bool rogue)
{
    struct world w = {n, d, {0}};

    for (int j = 0; j < d; j++)
        w.scale[j] = rogue && j < 3 ? 10 : 1;
    return w;
}

static void simulate(double *x, double *y, const struct world *w, iso_rng *rng)
{
    for (int i = 0; i < w->n; i++) {
        for (int j = 0; j < w->d; j++) {
            const double a = iso_rng_normal(rng), b = iso_rng_normal(rng);
            x[i * w->d + j] = w->scale[j] * a;
            y[i * w->d + j] = w->scale[j] * (0.8 * a + 0.6 * b);
        }
    }
}

/* Population CKA: each dimension has cov(x,y) = 0.8 s², var = s². */
static double truth(void)
{
    return 0.8 * 0.8;
}

/* Plain bootstrap: rows drawn with replacement, debiased CKA anew, percentiles. */
static bool bootstrap_holds(const double *x, const double *y, const struct world *w, iso_rng *rng)
{
    enum { DRAWS = 40 };
    static double a[200 * 160], b[200 * 160];
    double got[DRAWS];
    int below = 0;

    for (int t = 0; t < DRAWS; t++) {
        iso_value v[2];
        for (int i = 0; i < w->n; i++) {
            const int64_t from = iso_rng_below(rng, w->n);
            memcpy(a + i * w->d, x + from * w->d, (size_t)w->d * sizeof *a);
            memcpy(b + i * w->d, y + from * w->d, (size_t)w->d * sizeof *b);
        }
        measure(v, NULL, a, b, w->n, w->d, w->d, ISO_METHOD_GRAM);
        got[t] = v[0].value;
        below += got[t] < truth();
    }
    return below > DRAWS / 40 && below < DRAWS - DRAWS / 40;
}

/* Of 300 simulated sets at least 0.90 of the intervals hold the truth, with both methods; of the
 * biased form they hold its own expectation at this n. The plain bootstrap does not. */
static void coverage(bool rogue)
{
    enum { SETS = 300, N = 200, D = 150, BOOTSTRAPS = 12 };
    static double x[N * D], y[N * D], value[SETS], lo[2][SETS], hi[2][SETS];
    const struct world w = world_of(N, D, rogue);
    iso_rng rng = iso_rng_seeded(rogue ? 8 : 7, 0);
    int debiased[2] = {0}, biased[2] = {0}, boot = 0;
    double mean = 0;

    for (int s = 0; s < SETS; s++) {
        simulate(x, y, &w, &rng);
        for (int r = 0; r < 2; r++) {
            iso_value v[2];
            measure(v, NULL, x, y, N, D, D, r ? ISO_METHOD_GRAM : ISO_METHOD_SUMS);
            text(v[0].interval, r ? "jackknife" : "groups");
            debiased[r] += v[0].lo <= truth() && truth() <= v[0].hi;
            lo[r][s] = v[1].lo;
            hi[r][s] = v[1].hi;
            value[s] = v[1].value;
        }
        mean += value[s] / SETS;
        boot += s < BOOTSTRAPS && bootstrap_holds(x, y, &w, &rng);
    }
    for (int s = 0; s < SETS; s++)
        for (int r = 0; r < 2; r++)
            biased[r] += lo[r][s] <= mean && mean <= hi[r][s];
    print_message(
        "coverage of %d: debiased groups %d, jackknife %d; biased groups %d, jackknife %d; "
        "bootstrap %d of %d\n",
        SETS, debiased[0], debiased[1], biased[0], biased[1], boot, BOOTSTRAPS);
    for (int r = 0; r < 2; r++) {
        assert_true(debiased[r] >= 0.90 * SETS);
        assert_true(biased[r] >= 0.90 * SETS);
    }
    if (!rogue)
        assert_true(boot < 0.5 * BOOTSTRAPS);
}

/* A fifth of the items is missing, others in every set: some groups have fewer than four items, and
 * are left out. */
static void intervals_cover_with_gaps(void **state)
{
    (void)state;
    enum { SETS = 300, ALL = 110, D = 20 };
    static double x[ALL * D], y[ALL * D];
    int64_t place[ALL];
    iso_rng rng = iso_rng_seeded(9, 0);
    int held = 0;

    for (int s = 0; s < SETS; s++) {
        iso_value v[2];
        int n = 0;
        for (int i = 0; i < ALL; i++)
            if (iso_rng_below(&rng, 5) > 0)
                place[n++] = i;
        const struct world w = world_of(n, D, false);
        simulate(x, y, &w, &rng);
        measure_at(v, NULL, x, y, n, D, D, ISO_METHOD_SUMS, place);
        text(v[0].interval, "groups");
        held += v[0].lo <= truth() && truth() <= v[0].hi;
    }
    print_message("with gaps: coverage %.3f\n", (double)held / SETS);
    assert_true(held >= 0.90 * SETS);
}

static void intervals_cover_isotropic(void **state)
{
    (void)state;
    coverage(false);
}

static void intervals_cover_with_rogue_dimensions(void **state)
{
    (void)state;
    coverage(true);
}

int main(void)
{
    RUN_TESTS(test(published_small_example), test(one_column_is_squared_correlation),
              test(replicates_leave_one_out), test(chance_levels_hold),
              test(intervals_cover_with_gaps), test(intervals_cover_isotropic),
              test(intervals_cover_with_rogue_dimensions));
}
