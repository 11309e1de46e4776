/* The scale of a side says nothing: values at 2^-120 and at 2^100 are those at 1, by either method,
 * in either precision; also where a column or the later rows are far larger than the rest. */
#include "tests/check.h"

#include "analysis/measure/catalogue.h"
#include "analysis/pass/pass.h"
#include "lib/base/rng.h"
#include "lib/linalg/convert.h"
#include "tests/oracle/cka_reference.h"

enum { MOST = 3000, P = 12, CELLS = MOST * P };

static float x[CELLS], y[CELLS], a[CELLS], b[CELLS];
static double wide[2][CELLS];

static void draw(int64_t n, uint64_t seed)
{
    iso_rng rng = iso_rng_seeded(seed, 0);

    for (int64_t i = 0; i < n * P; i++) {
        x[i] = (float)(iso_rng_normal(&rng) + 0.5);
        y[i] = 0.8f * x[i] + (float)(iso_rng_normal(&rng) - 0.2 * (double)(i % P));
    }
}

static void scaled(float *to, const float *from, int64_t n, int power)
{
    for (int64_t i = 0; i < n * P; i++)
        to[i] = ldexpf(from[i], power);
}

/* How it is computed; block > 0: rows in memory at a time. */
struct way {
    iso_method method;
    bool precise;
    int64_t block;
};

static const struct way ways[] = {
    {ISO_METHOD_GRAM, false, 0}, {ISO_METHOD_GRAM, true, 0},   {ISO_METHOD_SUMS, false, 0},
    {ISO_METHOD_SUMS, true, 0},  {ISO_METHOD_SUMS, false, 64}, {ISO_METHOD_SUMS, true, 64},
};
enum { WAYS = sizeof ways / sizeof *ways };

static iso_value value_of(const iso_measure *m, iso_view vx, iso_view vy, const struct way *way)
{
    iso_rows *rows[2];
    const iso_gram_pair pair[] = {{0, 1}};
    const iso_task task = {.matrix = rows,
                           .matrices = 2,
                           .pair = pair,
                           .pairs = 1,
                           .measure = &m,
                           .measures = 1,
                           .method = way->method};
    const iso_run run = {.double_precision = way->precise};
    iso_plan plan;
    iso_value v;

    ok(iso_rows_of_view(&rows[0], vx));
    ok(iso_rows_of_view(&rows[1], vy));
    ok(iso_plan_make(&plan, &task, &run));
    if (way->block) {
        plan.part[0].block = way->block;
        plan.part[0].spans = 1;
        plan.part[0].group_gram = plan.part[0].by_items = false;
    }
    ok(iso_pass(&v, NULL, &task, &plan, &run));
    iso_plan_free(&plan);
    iso_rows_close(rows[0]);
    iso_rows_close(rows[1]);
    return v;
}

static bool takes(const iso_measure *m, const struct way *way)
{
    const unsigned needs = m->needs & (ISO_NEED_SUMS | ISO_NEED_GRAM);

    return needs != ISO_NEED_SUMS || way->method == ISO_METHOD_SUMS;
}

/* NaN stands for what is not there. */
static bool alike(double one, double other, double tolerance)
{
    return isnan(one) ? isnan(other) : fabs(one - other) <= tolerance;
}

static void same_value(const iso_measure *m, const struct way *way, const iso_value *is,
                       const iso_value *should, int px, int py)
{
    const double tolerance = way->precise ? 1e-11 : 3e-6;

    if (alike(is->value, should->value, tolerance) && alike(is->lo, should->lo, tolerance) &&
        alike(is->hi, should->hi, tolerance) && alike(is->null, should->null, tolerance))
        return;
    fail_msg("%s:%s, method %d, precise %d, block %d, at 2^%d and 2^%d: %.9g [%.9g, %.9g] null "
             "%.9g (%s); at 1: %.9g [%.9g, %.9g] null %.9g",
             m->measure, m->estimator, way->method, way->precise, (int)way->block, px, py,
             is->value, is->lo, is->hi, is->null, is->why ? is->why : "", should->value, should->lo,
             should->hi, should->null);
}

/* Both sides as large as said: what claims not to mind the scale of one side, at any two powers;
 * what compares lengths of one side with the other's, at equal ones. */
static void powers_of_two_change_nothing(void **state)
{
    (void)state;
    static const int powers[] = {-120, -40, -17, 40, 100};
    enum { N = 200, POWERS = sizeof powers / sizeof *powers };

    draw(N, 1);
    for (int i = 0; i < iso_measure_count(); i++) {
        const iso_measure *m = iso_measure_at(i);
        const bool sided = m->invariant & ISO_INVARIANT_SCALE;
        for (int w = 0; w < WAYS; w++) {
            if (!takes(m, &ways[w]))
                continue;
            const iso_value at1 =
                value_of(m, iso_view_f32(x, N, P), iso_view_f32(y, N, P), &ways[w]);
            for (int k = 0; k < POWERS; k++) {
                const int px = powers[k], py = sided ? powers[(k + 2) % POWERS] : px;
                scaled(a, x, N, px);
                scaled(b, y, N, py);
                iso_value v = value_of(m, iso_view_f32(a, N, P), iso_view_f32(b, N, P), &ways[w]);
                if (!strcmp(m->estimator, "euclidean")) {
                    v.value = ldexp(v.value, -px);
                    v.lo = ldexp(v.lo, -px);
                    v.hi = ldexp(v.hi, -px);
                    v.null = ldexp(v.null, -px);
                }
                same_value(m, &ways[w], &v, &at1, px, py);
            }
        }
    }
}

static void widen(double *to, const float *from, int64_t n)
{
    for (int64_t i = 0; i < n * P; i++)
        to[i] = (double)from[i];
}

/* Against the oracle, whose doubles hold squares of 2^200 and of 2^-200. */
static void agrees_with_reference(const float *one, const float *other, int64_t n)
{
    double want[2];

    widen(wide[0], one, n);
    widen(wide[1], other, n);
    want[0] = reference_cka(wide[0], wide[1], (int)n, P, P, 1);
    want[1] = reference_cka(wide[0], wide[1], (int)n, P, P, 0);
    for (int biased = 0; biased < 2; biased++)
        for (int w = 0; w < WAYS; w++) {
            const iso_measure *m = iso_measure_at(biased);
            const iso_value v =
                value_of(m, iso_view_f32(one, n, P), iso_view_f32(other, n, P), &ways[w]);
            near(v.value, want[biased], ways[w].precise ? 1e-9 : 3e-6);
        }
}

/* Columns of very unequal size, and a constant one that is far larger than all that varies. */
static void one_column_is_far_larger(void **state)
{
    (void)state;
    enum { N = 150 };

    draw(N, 2);
    scaled(a, x, N, 0);
    for (int64_t i = 0; i < N; i++)
        a[i * P + 3] = ldexpf(a[i * P + 3], 40);
    agrees_with_reference(a, y, N);
    scaled(a, x, N, 0);
    for (int64_t i = 0; i < N; i++)
        a[i * P + 3] = 0;
    scaled(b, a, N, -80);
    for (int64_t i = 0; i < N; i++)
        b[i * P + 3] = 0x1p70f;
    for (int biased = 0; biased < 2; biased++)
        for (int w = 0; w < WAYS; w++) {
            const iso_measure *m = iso_measure_at(biased);
            const iso_value without =
                value_of(m, iso_view_f32(a, N, P), iso_view_f32(y, N, P), &ways[w]);
            const iso_value v = value_of(m, iso_view_f32(b, N, P), iso_view_f32(y, N, P), &ways[w]);
            same_value(m, &ways[w], &v, &without, -80, 0);
        }
}

/* The first 1024 rows, which the mean is taken of, say nothing about those that follow. */
static void later_rows_are_far_larger(void **state)
{
    (void)state;
    enum { N = 1500 };

    draw(N, 3);
    scaled(a, x, N, -60);
    for (int64_t i = 1200 * P; i < N * P; i++)
        a[i] = ldexpf(a[i], 100);
    agrees_with_reference(a, y, N);
    for (int64_t i = 0; i < 1200 * P; i++)
        a[i] = 0;
    agrees_with_reference(a, y, N);
    for (int64_t i = 0; i < N * P; i++)
        a[i] = ldexpf(x[i], i < 1200 * P ? 50 : -50);
    agrees_with_reference(a, y, N);
}

/* Half precision below 2^-14 has steps of 2^-24. */
static void halves_too_small_to_be_normal(void **state)
{
    (void)state;
    enum { N = 150 };
    static uint16_t half[N * P];

    draw(N, 4);
    scaled(a, x, N, -20);
    iso_convert_f16(half, P, iso_view_f32(a, N, P));
    const iso_view small = {half, N, P, P, ISO_F16};
    iso_convert_f32(a, P, small);
    scaled(b, a, N, 20);
    for (int w = 0; w < WAYS; w++) {
        const iso_measure *m = iso_measure_at(0);
        const iso_value at1 = value_of(m, iso_view_f32(b, N, P), iso_view_f32(y, N, P), &ways[w]);
        const iso_value v = value_of(m, small, iso_view_f32(y, N, P), &ways[w]);
        same_value(m, &ways[w], &v, &at1, -20, 0);
    }
}

/* What f32 cannot hold is brought into its range where it is read. */
static void doubles_that_singles_cannot_hold(void **state)
{
    (void)state;
    enum { N = 150 };
    static const int powers[] = {-1000, -500, -230, -160, 130, 230, 500, 1000};

    draw(N, 5);
    for (int k = 0; k < 8; k++) {
        for (int64_t i = 0; i < N * P; i++)
            wide[0][i] = ldexp((double)x[i], powers[k]);
        for (int i = 0; i < iso_measure_count(); i++)
            for (int w = 0; w < WAYS; w++) {
                const iso_measure *m = iso_measure_at(i);
                if (!(m->invariant & ISO_INVARIANT_SCALE) || !takes(m, &ways[w]))
                    continue;
                const iso_value at1 =
                    value_of(m, iso_view_f32(x, N, P), iso_view_f32(y, N, P), &ways[w]);
                const iso_value v =
                    value_of(m, iso_view_f64(wide[0], N, P), iso_view_f32(y, N, P), &ways[w]);
                same_value(m, &ways[w], &v, &at1, powers[k], 0);
            }
    }
}

/* Both sides far outside f32: distances are as large as the numbers, ratios of them as at 1. */
static void distances_of_extreme_doubles(void **state)
{
    (void)state;
    enum { N = 150 };
    static const int powers[] = {-900, -300, 300, 900};

    draw(N, 7);
    for (int k = 0; k < 4; k++) {
        for (int64_t i = 0; i < N * P; i++) {
            wide[0][i] = ldexp((double)x[i], powers[k]);
            wide[1][i] = ldexp((double)y[i], powers[k]);
        }
        for (int i = 0; i < iso_measure_count(); i++)
            for (int w = 0; w < WAYS; w++) {
                const iso_measure *m = iso_measure_at(i);
                if (strcmp(m->measure, "centroid") != 0)
                    continue;
                const iso_value at1 =
                    value_of(m, iso_view_f32(x, N, P), iso_view_f32(y, N, P), &ways[w]);
                iso_value v =
                    value_of(m, iso_view_f64(wide[0], N, P), iso_view_f64(wide[1], N, P), &ways[w]);
                if (!strcmp(m->estimator, "euclidean")) {
                    v.value = ldexp(v.value, -powers[k]);
                    v.lo = ldexp(v.lo, -powers[k]);
                    v.hi = ldexp(v.hi, -powers[k]);
                    v.null = ldexp(v.null, -powers[k]);
                }
                same_value(m, &ways[w], &v, &at1, powers[k], powers[k]);
            }
    }
}

/* A constant column of doubles that f32 does not round to itself, beside numbers around 1. */
static void a_large_constant_in_doubles(void **state)
{
    (void)state;
    enum { N = 150 };
    static const double constants[] = {1e30, 1e150};

    draw(N, 8);
    for (int64_t i = 0; i < N; i++)
        x[i * P + 5] = 0;
    for (int k = 0; k < 2; k++) {
        widen(wide[0], x, N);
        for (int64_t i = 0; i < N; i++)
            wide[0][i * P + 5] = constants[k];
        for (int biased = 0; biased < 2; biased++)
            for (int w = 0; w < WAYS; w++) {
                const iso_measure *m = iso_measure_at(biased);
                if (!ways[w].precise)
                    continue;
                const iso_value without =
                    value_of(m, iso_view_f32(x, N, P), iso_view_f32(y, N, P), &ways[w]);
                const iso_value v =
                    value_of(m, iso_view_f64(wide[0], N, P), iso_view_f32(y, N, P), &ways[w]);
                same_value(m, &ways[w], &v, &without, 0, 0);
            }
    }
}

static void what_does_not_vary_says_so(void **state)
{
    (void)state;
    enum { N = 150 };

    draw(N, 6);
    for (int k = -100; k <= 100; k += 50) {
        for (int64_t i = 0; i < N * P; i++)
            a[i] = ldexpf((float)(1 + i % P), k);
        for (int biased = 0; biased < 2; biased++)
            for (int w = 0; w < WAYS; w++) {
                const iso_value v = value_of(iso_measure_at(biased), iso_view_f32(a, N, P),
                                             iso_view_f32(y, N, P), &ways[w]);
                assert_true(isnan(v.value));
                text(v.why, "a side has no variance");
            }
    }
}

int main(void)
{
    RUN_TESTS(test(powers_of_two_change_nothing), test(one_column_is_far_larger),
              test(later_rows_are_far_larger), test(halves_too_small_to_be_normal),
              test(doubles_that_singles_cannot_hold), test(distances_of_extreme_doubles),
              test(a_large_constant_in_doubles), test(what_does_not_vary_says_so));
}
