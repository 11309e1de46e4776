#include "lib/linalg/topk.h"

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/linalg/panel.h"
#include "tests/check.h"

/* 1·4 + 2·5 + 3·6 = 32; then n up to 40 against a plain loop, and the bits of the plain version. */
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
        kernels(ISO_CPU_PLAIN);
        near(iso_topk_dot(x, y, n), best, 0);
        kernels(ISO_CPU_AVX512);
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

/* Rows of all kinds: scaled beyond what f32 squares, nearly equal, one outlier, zeros, copies. */
static void odd_row(float *to, int64_t i, int64_t d, double scale, iso_rng *rng)
{
    for (int64_t j = 0; j < d; j++)
        to[j] = (float)(scale * (1 + (i % 5 == 1 ? 1e-4 : 0.6) * iso_rng_normal(rng)));
    if (i % 5 == 2)
        to[iso_rng_below(rng, d)] *= 1000;
    if (i % 5 == 3)
        memset(to, 0, (size_t)d * sizeof *to);
    if (i % 5 == 4)
        memcpy(to, to - 3 * d, (size_t)d * sizeof *to);
}

static void units(iso_topk_rows *r)
{
    for (int64_t i = 0; i < r->rows; i++) {
        const double norm2 = iso_topk_dot(r->data + i * r->cols, r->data + i * r->cols, r->cols);
        ((double *)r->inverse)[i] = norm2 > 0 ? 1 / sqrt(norm2) : 0;
    }
}

static iso_topk_rows odd_rows(int64_t n, int64_t d, double scale, uint64_t seed)
{
    iso_rng rng = iso_rng_seeded(seed, (uint64_t)d);
    float *x = malloc((size_t)(n * d) * sizeof *x);
    double *inverse = malloc((size_t)n * sizeof *inverse);

    iso_topk_rows r = {x, n, d, d, inverse, NULL};
    for (int64_t i = 0; i < n; i++)
        odd_row(x + i * d, i, d, scale, &rng);
    units(&r);
    return r;
}

static void rows_free(iso_topk_rows *r)
{
    free((void *)r->data);
    free((void *)r->inverse);
}

/* The keys are within the stated bound of the exact cosine, for any d and length of rows. */
static void bound(iso_topk_precision precision, int64_t d, double scale)
{
    enum { N = 40, M = 37 };
    iso_topk_rows x = odd_rows(N, d, scale, 3), y = odd_rows(M, d, 1 / scale, 4);
    const double slack = iso_topk_slack(precision, d);
    iso_topk of_x, of_y;
    iso_topk_panels panels;

    ok(iso_topk_make(&of_x, N, M, slack));
    ok(iso_topk_make(&of_y, M, N, slack));
    ok(iso_topk_panels_make(&panels, &y, precision));
    ok(iso_topk_search(&of_x, &of_y, &x, &panels, NULL, NULL));
    for (int i = 0; i < N; i++) {
        assert_int_equal(of_x.held[i], M);
        for (int a = 0; a < M; a++) {
            const iso_topk_hit h = of_x.hit[i * of_x.room + a];
            const double c = iso_topk_dot(x.data + i * d, y.data + h.index * d, d) *
                             (x.inverse[i] * y.inverse[h.index]);
            near((double)h.key, c, slack);
            assert_true(holds(&of_y, h.index, i));
        }
    }
    iso_topk_free(&of_x);
    iso_topk_free(&of_y);
    iso_topk_panels_free(&panels);
    rows_free(&x);
    rows_free(&y);
}

static void slack_holds(void **state)
{
    (void)state;
    for (iso_topk_precision precision = ISO_TOPK_F32; precision <= ISO_TOPK_INT16; precision++)
        for (int64_t d = 1; d < 700; d = d * 3 + 1) {
            bound(precision, d, 1);
            bound(precision, d, 1e20);
        }
    near(iso_topk_slack(ISO_TOPK_F32, 300), 304 * 0x1p-24, 1e-8);
    near(iso_topk_slack(ISO_TOPK_INT16, 300), sqrt(300) / 32766, 1e-6);
}

/* 16 bits serve rows that lie apart; f32 those so close that lists of 16 bits would overflow, on
 * either side. */
static void precisions(void **state)
{
    (void)state;
    enum { N = 700, D = 40 };
    iso_topk_rows far = odd_rows(N, D, 1, 5), close = odd_rows(N, D, 1, 6);
    iso_rng rng = iso_rng_seeded(7, 0);
    const bool pays = iso_panel_int16_pays();

    for (int64_t i = 0; i < N * D; i++)
        ((float *)far.data)[i] = (float)iso_rng_normal(&rng);
    for (int64_t i = 0; i < N * D; i++)
        ((float *)close.data)[i] = (float)(1 + 1e-4 * iso_rng_normal(&rng));
    units(&far);
    units(&close);
    for (int r = 0; r < 4; r++) {
        const iso_topk_rows *x = r == 1 ? &close : &far, *y = r == 2 ? &close : &far;
        iso_topk_panels p;
        iso_topk_precision precision;
        kernels(r == 3 ? ISO_CPU_PLAIN : ISO_CPU_AVX512);
        ok(iso_topk_panels_best(&p, &precision, x, y, r != 1 ? 10 : 0, r != 2 ? 10 : 0));
        assert_int_equal(precision, pays && r == 0 ? ISO_TOPK_INT16 : ISO_TOPK_F32);
        assert_true(!p.whole == (precision == ISO_TOPK_F32));
        iso_topk_panels_free(&p);
    }
    kernels(ISO_CPU_AVX512);
    iso_err err = ISO_ENOMEM;
    for (int n = 0; err; n++) {
        iso_topk_panels p = {0};
        iso_topk_precision precision;
        iso_alloc_fail_after(n);
        err = iso_topk_panels_best(&p, &precision, &far, &close, 10, 10);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || (err == ISO_ENOMEM && !p.at && !p.whole));
        iso_topk_panels_free(&p);
    }
    rows_free(&far);
    rows_free(&close);
}

int main(void)
{
    RUN_TESTS(test(dot), test(lists_keep_the_best), test(equal_keys_overflow),
              test(all_fits_below_room), test(slack_holds), test(precisions));
}
