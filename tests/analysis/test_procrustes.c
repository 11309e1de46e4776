/* The interval of Procrustes similarity: replicates against the rows left, coverage, what is kept.
 */
#include <math.h>
#include <string.h>

#include "analysis/measure/difference.h"
#include "analysis/similarity/procrustes.h"
#include "analysis/pass/pass.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "tests/check.h"
#include "tests/oracle/procrustes_reference.h"

static const iso_measure *const both[] = {&iso_procrustes_similarity, &iso_procrustes_distance};

/* x is n × p, y n × q: its first columns those of x, and `noise` more everywhere; the first two
 * columns as many times larger as `rogue` says. */
static void simulate(double *x, double *y, int64_t n, int64_t p, int64_t q, double noise,
                     double rogue, iso_rng *rng)
{
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < (p > q ? p : q); j++) {
            const double size = j < 2 ? rogue : 1, signal = size * iso_rng_normal(rng);
            if (j < p)
                x[i * p + j] = signal;
            if (j < q)
                y[i * q + j] = 50 + signal + noise * size * iso_rng_normal(rng);
        }
}

struct result {
    iso_value v[2];
    double rep[2 * ISO_GROUPS];
};

/* block > 0: rows in memory at a time. */
static iso_err measure(struct result *out, iso_view x, iso_view y, bool dear, bool precise,
                       int64_t block)
{
    iso_rows *rows[2] = {0};
    const iso_gram_pair pair[] = {{0, x.data == y.data ? 0 : 1}};
    const iso_task task = {.matrix = rows,
                           .matrices = 2,
                           .pair = pair,
                           .pairs = 1,
                           .measure = both,
                           .measures = 2,
                           .dear = dear};
    const iso_run run = {.double_precision = precise};
    iso_plan plan = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_rows_of_view(&rows[0], x));
    ISO_TRY(iso_rows_of_view(&rows[1], y));
    ISO_TRY(iso_plan_make(&plan, &task, &run));
    if (block) {
        plan.part[0].block = block;
        plan.part[0].spans = 1;
    }
    ISO_TRY(iso_pass(out->v, out->rep, &task, &plan, &run));
done:
    iso_plan_free(&plan);
    iso_rows_close(rows[0]);
    iso_rows_close(rows[1]);
    return err;
}

/* The rows outside a group, one below the other. */
static int64_t leave(double *to, const double *from, int64_t n, int64_t cols, int group)
{
    const iso_deal deal = iso_deal_of(n, ISO_GROUPS, NULL);
    int64_t rows = 0;

    for (int64_t s = 0; s < deal.sweeps; s++)
        for (int g = 0; g < ISO_GROUPS; g++) {
            int64_t first, count;
            iso_deal_run(&deal, g, s, &first, &count);
            if (g == group)
                continue;
            memcpy(to + rows * cols, from + first * cols, (size_t)(count * cols) * sizeof *to);
            rows += count;
        }
    return rows;
}

enum { MOST = 6000, P = 6, Q = 9 };
static double x[MOST * Q], y[MOST * Q], a[MOST * Q], b[MOST * Q];

/* One after centring by hand: x = ∓1, y = ∓(3, 4): parallel, similarity 1. A side turned, scaled
 * and shifted stays at 1; x = (±1, 0), (0, ±1) against y = (±1, 0), 0: singular values 2, 0 of
 * norms 2 and √2. */
static void by_hand(void **state)
{
    (void)state;
    const double one[] = {4, 6}, two[] = {0, 1, 6, 9}, still[] = {0.1, 0.1, 0.1, 0.1};
    const double cross[] = {1, 0, -1, 0, 0, 1, 0, -1}, line[] = {1, 0, -1, 0, 0, 0, 0, 0};
    const double turned[] = {5, 3, 5, -1, 3, 1, 7, 1}; /* (x, y) to (5 - 2y, 1 + 2x) */
    struct result r;

    ok(measure(&r, iso_view_f64(one, 2, 1), iso_view_f64(two, 2, 2), false, true, 0));
    near(r.v[0].value, 1, 1e-15);
    ok(measure(&r, iso_view_f64(cross, 4, 2), iso_view_f64(turned, 4, 2), false, true, 0));
    near(r.v[0].value, 1, 1e-15);
    assert_true(r.v[0].value <= 1);
    ok(measure(&r, iso_view_f64(cross, 4, 2), iso_view_f64(line, 4, 2), false, true, 0));
    near(r.v[0].value, sqrt(0.5), 1e-15);
    ok(measure(&r, iso_view_f64(one, 2, 1), iso_view_f64(still, 2, 2), false, true, 0));
    assert_true(isnan(r.v[0].value) && r.v[0].why);
}

/* In both precisions, of unequal sides far from zero. */
static void values_are_those_of_the_rows(void **state)
{
    (void)state;
    iso_rng rng = iso_rng_seeded(5, 0);

    simulate(x, y, 300, P, Q, 2, 1, &rng);
    for (int64_t i = 0; i < 300 * Q; i++)
        y[i] += 50 * (double)(i % Q);
    const double want = procrustes_reference(x, y, 300, P, Q);
    assert_true(want > 0.2 && want < 0.95);
    for (int precise = 0; precise < 2; precise++) {
        struct result r;
        ok(measure(&r, iso_view_f64(x, 300, P), iso_view_f64(y, 300, Q), false, precise, 0));
        near(r.v[0].value, want, precise ? 1e-13 : 1e-6);
        near(r.v[1].value * r.v[1].value, 2 - 2 * want, precise ? 1e-12 : 1e-6);
        assert_true(isnan(r.v[0].lo) && !r.v[0].interval);
    }
}

/* Groups in one block and in several, in both precisions; no group has its products forgotten. */
static void replicates_leave_one_group_out(void **state)
{
    (void)state;
    iso_rng rng = iso_rng_seeded(3, 0);

    for (int kind = 0; kind < 4; kind++) {
        const bool precise = kind % 2;
        const int64_t n = kind < 2 ? 300 : MOST;
        struct result r;
        simulate(x, y, n, P, Q, 0.7, 1, &rng);
        ok(measure(&r, iso_view_f64(x, n, P), iso_view_f64(y, n, Q), true, precise,
                   kind < 2 ? 0 : 256));
        for (int g = 0; g < ISO_GROUPS; g++) {
            const int64_t left = leave(a, x, n, P, g);
            assert_int_equal(leave(b, y, n, Q, g), left);
            const double want = procrustes_reference(a, b, left, P, Q);
            near(r.rep[g], want, precise ? 1e-12 : 1e-6);
            near(r.rep[ISO_GROUPS + g], sqrt(2 - 2 * want), precise ? 1e-11 : 1e-5);
        }
        text(r.v[0].interval, "groups");
        assert_true(r.v[0].lo < r.v[0].value && r.v[0].value < r.v[0].hi && !r.v[0].why);
        near(r.v[1].lo, sqrt(2 - 2 * r.v[0].hi), 1e-15);
        near(r.v[1].hi, sqrt(2 - 2 * r.v[0].lo), 1e-15);
    }
}

/* A side with itself has the upper triangle of its products alone. */
static void same_side_twice(void **state)
{
    (void)state;
    iso_rng rng = iso_rng_seeded(4, 0);
    struct result r;

    simulate(x, y, 300, P, P, 0, 1, &rng);
    ok(measure(&r, iso_view_f64(x, 300, P), iso_view_f64(x, 300, P), true, true, 0));
    for (int g = 0; g < ISO_GROUPS; g++)
        near(r.rep[g], 1, 1e-12);
    near(r.v[0].lo, 1, 1e-9);
    near(r.v[0].hi, 1, 1e-12);
    assert_true(r.v[0].hi <= 1);
}

/* Not asked for, nothing is kept and nothing said; too few items have no interval. */
static void only_where_wanted(void **state)
{
    (void)state;
    iso_rng rng = iso_rng_seeded(5, 0);
    struct result r;

    simulate(x, y, 300, P, Q, 0.7, 1, &rng);
    ok(measure(&r, iso_view_f64(x, 300, P), iso_view_f64(y, 300, Q), false, true, 0));
    assert_true(isnan(r.v[0].lo) && !r.v[0].interval && !r.v[0].why && isnan(r.rep[0]));
    ok(measure(&r, iso_view_f64(x, 3, P), iso_view_f64(y, 3, Q), true, true, 0));
    text(r.v[0].why, "no interval: fewer than 4 items");
    memset(x, 0, sizeof x);
    ok(measure(&r, iso_view_f64(x, 300, P), iso_view_f64(y, 300, Q), true, true, 0));
    text(r.v[0].why, "a side has no variance");
    assert_true(isnan(r.v[0].value) && isnan(r.rep[0]));
}

/* The plan counts the products it keeps, and makes chunks of what does not fit. */
static void plan_counts_products(void **state)
{
    (void)state;
    const iso_gram_pair pair[] = {{0, 1}, {1, 0}};
    iso_rows *rows[2];
    iso_task task = {
        .matrix = rows, .matrices = 2, .pair = pair, .pairs = 2, .measure = both, .measures = 2};
    iso_plan plain, dear, cut;

    ok(iso_rows_of_view(&rows[0], iso_view_f64(x, 300, P)));
    ok(iso_rows_of_view(&rows[1], iso_view_f64(y, 300, Q)));
    ok(iso_plan_make(&plain, &task, NULL));
    task.dear = true;
    ok(iso_plan_make(&dear, &task, NULL));
    assert_true(dear.memory >= plain.memory + 2 * 8 * ISO_GROUPS * P * Q);
    assert_true((dear.part[0].needs & ISO_NEED_PRODUCTS) &&
                !(plain.part[0].needs & ISO_NEED_PRODUCTS));
    ok(iso_plan_make(&cut, &task, &(iso_run){.mem = dear.memory - 8 * ISO_GROUPS * P * Q}));
    assert_true(cut.memory < dear.memory);
    iso_plan_free(&plain);
    iso_plan_free(&dear);
    iso_plan_free(&cut);
    iso_rows_close(rows[0]);
    iso_rows_close(rows[1]);
}

/* The value expected at n items, from 900 sets of its own. */
static double expected(int64_t n, int64_t d, double noise, double rogue, uint64_t seed)
{
    enum { SETS = 900 };
    iso_rng rng = iso_rng_seeded(seed, 1);
    double mean = 0;

    for (int s = 0; s < SETS; s++) {
        simulate(x, y, n, d, d, noise, rogue, &rng);
        mean += procrustes_reference(x, y, n, d, d) / SETS;
    }
    return mean;
}

/* Of 300 simulated sets at least 0.90 of the intervals hold the value expected at their n, and all
 * hold their own value in the middle. Noise alone still has a value, which few items overstate. */
static void intervals_cover(void **state)
{
    (void)state;
    enum { SETS = 300, CASES = 6 };
    const struct {
        int64_t n, d;
        double noise, rogue;
    } set[CASES] = {{200, 8, 1, 1}, {200, 8, 1, 6}, {200, 8, 0.3, 1},
                    {200, 8, 3, 1}, {80, 8, 1, 1},  {40, 20, 1000, 1}};

    for (int k = 0; k < CASES; k++) {
        const int64_t n = set[k].n, d = set[k].d;
        const double noise = set[k].noise, rogue = set[k].rogue;
        const double truth = expected(n, d, noise, rogue, (uint64_t)k);
        iso_rng rng = iso_rng_seeded(11 + (uint64_t)k, 0);
        int held = 0, plain = 0;
        for (int s = 0; s < SETS; s++) {
            struct result r;
            simulate(x, y, n, d, d, noise, rogue, &rng);
            ok(measure(&r, iso_view_f64(x, n, d), iso_view_f64(y, n, d), true, true, 0));
            const iso_value *v = &r.v[1];
            held += v->lo <= sqrt(2 - 2 * truth) && sqrt(2 - 2 * truth) <= v->hi;
            plain += r.v[0].lo <= truth && truth <= r.v[0].hi;
            if (r.v[0].hi < 1)
                near(r.v[0].value - r.v[0].lo, r.v[0].hi - r.v[0].value, 1e-12);
        }
        print_message("n %d, dims %d, noise %g, rogue %g: expected %.4f, of all items %.4f, "
                      "coverage %.3f\n",
                      (int)n, (int)d, noise, rogue, truth, 1 / sqrt(1 + noise * noise),
                      (double)held / SETS);
        assert_int_equal(held, plain);
        assert_true(held >= 0.90 * SETS);
    }
}

/* Two noisy views of one side, whose noise is partly shared: the paired difference holds 0. */
static void differences_cover(void **state)
{
    (void)state;
    enum { SETS = 200, N = 200, D = 8 };
    iso_rng rng = iso_rng_seeded(21, 0);
    int held = 0;
    double paired = 0, apart = 0;

    for (int s = 0; s < SETS; s++) {
        struct result r, t;
        iso_value d;
        simulate(x, y, N, D, D, 0.8, 1, &rng);
        for (int64_t i = 0; i < N * D; i++) {
            a[i] = y[i] + 0.3 * iso_rng_normal(&rng);
            b[i] = y[i] + 0.3 * iso_rng_normal(&rng);
        }
        ok(measure(&r, iso_view_f64(x, N, D), iso_view_f64(a, N, D), true, true, 0));
        ok(measure(&t, iso_view_f64(x, N, D), iso_view_f64(b, N, D), true, true, 0));
        ok(iso_difference(&d, &r.v[0], r.rep, &t.v[0], t.rep, ISO_GROUPS));
        text(d.interval, "groups");
        held += d.lo <= 0 && 0 <= d.hi;
        paired += d.hi - d.lo;
        apart += hypot(r.v[0].hi - r.v[0].lo, t.v[0].hi - t.v[0].lo);
    }
    print_message("differences: coverage %.3f, %.2f as wide as unpaired\n", (double)held / SETS,
                  paired / apart);
    assert_true(held >= 0.92 * SETS);
    assert_true(paired < 0.8 * apart);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    iso_rng rng = iso_rng_seeded(6, 0);
    struct result r;
    iso_err err = ISO_ENOMEM;

    simulate(x, y, 300, P, Q, 0.7, 1, &rng);
    for (int64_t fail = 0; err; fail++) {
        iso_alloc_fail_after(fail);
        err = measure(&r, iso_view_f64(x, 300, P), iso_view_f64(y, 300, Q), true, true, 0);
        iso_alloc_fail_after(-1);
        assert_true(!err || err == ISO_ENOMEM);
    }
}

int main(void)
{
    RUN_TESTS(test(by_hand), test(values_are_those_of_the_rows),
              test(replicates_leave_one_group_out), test(same_side_twice), test(only_where_wanted),
              test(plan_counts_products), test(intervals_cover), test(differences_cover),
              test(every_allocation_may_fail));
}
