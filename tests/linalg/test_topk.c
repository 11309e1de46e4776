#include "lib/linalg/topk.h"

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/linalg/view.h"
#include "tests/check.h"

/* 1·4 + 2·5 + 3·6 = 32; then n up to 40 against a plain loop, and the twin's bits. */
static void dot(void **state)
{
    (void)state;
    const float a[] = {1, 2, 3}, b[] = {4, 5, 6};
    float x[40], y[40];
    iso_rng rng = iso_rng_seeded(1, 0);

    near(iso_topk_dot(a, b, 3), 32, 0);
    near(iso_topk_dot(a, b, 0), 0, 0);
    for (int n = 0; n <= 40; n++) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            x[i] = (float)iso_rng_normal(&rng);
            y[i] = (float)iso_rng_normal(&rng);
            sum += (double)x[i] * (double)y[i];
        }
        const double best = iso_topk_dot(x, y, n);
        near(best, sum, 1e-12);
        near(iso_topk_dot(y, x, n), best, 0);
        iso_topk_force_plain(true);
        near(iso_topk_dot(x, y, n), best, 0);
        iso_topk_force_plain(false);
    }
}

static int holds(const iso_topk *t, int64_t row, int32_t index)
{
    for (int i = 0; i < t->held[row]; i++)
        if (t->hit[row * t->room + i].index == index)
            return 1;
    return 0;
}

/* Whatever the order of 5000 keys, the best 7 and those within the gap of the seventh stay. */
static void lists_keep_the_best(void **state)
{
    (void)state;
    enum { N = 5000, WANT = 7 };
    static int64_t order[N];
    iso_rng rng = iso_rng_seeded(2, 0);

    for (int way = 0; way < 4; way++) {
        iso_topk t;
        ok(iso_topk_make(&t, 2, WANT, 0.25));
        iso_rng_permutation(&rng, order, N);
        for (int i = 0; i < N; i++) {
            const int64_t v = way == 0 ? i : way == 1 ? N - 1 - i : order[i];
            iso_topk_push(&t, 1, (float)v / 4, v);
        }
        iso_topk_trim(&t, 1, WANT);
        /* The seventh is (N − 7)/4; 0.5 below it lie two more. */
        assert_int_equal(t.held[1], WANT + 2);
        assert_int_equal(t.held[0], 0);
        for (int32_t v = N - WANT - 2; v < N; v++)
            assert_true(holds(&t, 1, v));
        near(t.floor[1], (double)(N - WANT) / 4 - 0.5, 0);
        near(iso_topk_threshold(&t, 1, 1), (N - 1) / 4.0 - 0.5, 0);
        iso_topk_free(&t);
    }
}

static void equal_keys_overflow(void **state)
{
    (void)state;
    iso_topk t;

    ok(iso_topk_make(&t, 1, 3, 0));
    for (int i = 0; i < 1000; i++)
        iso_topk_push(&t, 0, 0.5f, i);
    assert_int_equal(t.held[0], -1);
    assert_true(isinf(t.floor[0]));
    iso_topk_trim(&t, 0, 3);
    assert_int_equal(t.held[0], -1);
    iso_topk_free(&t);
}

static void all_fits_below_room(void **state)
{
    (void)state;
    iso_topk t;

    ok(iso_topk_make(&t, 1, 3, 0));
    for (int i = 0; i < 3; i++)
        iso_topk_push(&t, 0, -1, i);
    iso_topk_trim(&t, 0, 3);
    assert_int_equal(t.held[0], 3);
    assert_true(t.floor[0] == -INFINITY);
    iso_topk_free(&t);
}

/* The keys are within the stated bound of the exact cosine, for any d and length of rows. */
static void slack_holds(void **state)
{
    (void)state;
    enum { N = 40, M = 37 };
    for (int64_t d = 1; d < 700; d = d * 3 + 1) {
        iso_mat x, y;
        double ix[N], iy[M];
        iso_rng rng = iso_rng_seeded(3, (uint64_t)d);
        iso_topk of_x, of_y;
        iso_topk_panels panels;
        ok(iso_mat_new(&x, N, d, ISO_F32));
        ok(iso_mat_new(&y, M, d, ISO_F32));
        for (int64_t i = 0; i < N * d; i++)
            ((float *)x.data)[i] = (float)(1e25 * (1 + 0.3 * iso_rng_normal(&rng)));
        for (int64_t i = 0; i < M * d; i++)
            ((float *)y.data)[i] = (float)(1e-25 * (1 + 0.3 * iso_rng_normal(&rng)));
        for (int i = 0; i < N; i++)
            ix[i] = 1 / sqrt(iso_topk_dot((float *)x.data + i * d, (float *)x.data + i * d, d));
        for (int i = 0; i < M; i++)
            iy[i] = 1 / sqrt(iso_topk_dot((float *)y.data + i * d, (float *)y.data + i * d, d));
        const iso_topk_rows from = {x.data, N, d, d, ix, NULL}, to = {y.data, M, d, d, iy, NULL};
        ok(iso_topk_make(&of_x, N, M, iso_topk_slack(d)));
        ok(iso_topk_make(&of_y, M, N, iso_topk_slack(d)));
        ok(iso_topk_panels_make(&panels, &to));
        ok(iso_topk_search(&of_x, &of_y, &from, &panels, NULL, NULL));
        for (int i = 0; i < N; i++) {
            assert_int_equal(of_x.held[i], M);
            for (int a = 0; a < M; a++) {
                const iso_topk_hit h = of_x.hit[i * of_x.room + a];
                const double c = iso_topk_dot(from.data + i * d, to.data + h.index * d, d) *
                                 (ix[i] * iy[h.index]);
                near((double)h.key, c, iso_topk_slack(d));
                assert_true(holds(&of_y, h.index, i));
            }
        }
        iso_topk_free(&of_x);
        iso_topk_free(&of_y);
        iso_topk_panels_free(&panels);
        iso_mat_free(&x);
        iso_mat_free(&y);
    }
}

int main(void)
{
    RUN_TESTS(test(dot), test(lists_keep_the_best), test(equal_keys_overflow),
              test(all_fits_below_room), test(slack_holds));
}
