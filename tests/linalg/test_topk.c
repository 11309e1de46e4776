#include "lib/linalg/topk.h"

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/linalg/panel_int8.h"
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

/* Whatever the order of 5000 keys, the best 7 stay, and no key above the floor is gone. */
static void lists_keep_the_best(void **state)
{
    (void)state;
    enum { N = 5000, WANT = 7 };
    static int64_t order[N];
    iso_rng rng = iso_rng_seeded(2, 0);

    for (int way = 0; way < 4; way++) {
        iso_topk t;
        ok(iso_topk_make(&t, 2, WANT, 0));
        iso_rng_permutation(&rng, order, N);
        for (int i = 0; i < N; i++) {
            const int64_t v = way == 0 ? i : way == 1 ? N - 1 - i : order[i];
            iso_topk_push(&t, 1, (float)v / 4, v);
        }
        iso_topk_trim(&t, 1);
        assert_int_equal(t.held[1], WANT);
        assert_int_equal(t.held[0], 0);
        for (int32_t v = N - WANT; v < N; v++)
            assert_true(holds(&t, 1, v));
        near(t.floor[1], (double)(N - WANT) / 4, 0);
        iso_topk_free(&t);
    }
}

/* The last place is shared by three: all of them stay. */
static void ties_stay(void **state)
{
    (void)state;
    iso_topk t;

    ok(iso_topk_make(&t, 1, 4, 0));
    for (int i = 0; i < 10; i++)
        iso_topk_push(&t, 0, i < 3 ? 3 : i < 6 ? 2 : 1, i);
    iso_topk_trim(&t, 0);
    assert_int_equal(t.held[0], 6);
    near(t.floor[0], 2, 0);
    iso_topk_free(&t);
}

static void equal_keys_overflow(void **state)
{
    (void)state;
    iso_topk t;

    ok(iso_topk_make(&t, 2, 3, 0));
    for (int i = 0; i < 1000; i++)
        iso_topk_push(&t, 0, 0.5f, i);
    assert_int_equal(t.held[0], -1);
    assert_true(isinf(t.floor[0]));
    iso_topk_trim(&t, 0);
    assert_int_equal(t.held[0], -1);
    t.want = t.room; /* nothing is to be dropped */
    for (int i = 0; i < 1000; i++)
        iso_topk_push(&t, 1, (float)i, i);
    assert_int_equal(t.held[1], -1);
    iso_topk_free(&t);
}

static void all_fits_below_room(void **state)
{
    (void)state;
    iso_topk t;

    ok(iso_topk_make(&t, 1, 3, 0));
    for (int i = 0; i < 3; i++)
        iso_topk_push(&t, 0, -1, i);
    iso_topk_trim(&t, 0);
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

/* All keys of a search: never below the cosine, and at most `far` above it. */
static void bounded(iso_topk_precision precision, const iso_topk_rows *x, const iso_topk_rows *y,
                    double far)
{
    iso_topk of_x, of_y;
    iso_topk_sides sides;

    ok(iso_topk_make(&of_x, x->rows, (int)y->rows, 0));
    ok(iso_topk_make(&of_y, y->rows, (int)x->rows, 0));
    ok(iso_topk_sides_make(&sides, x, y, precision));
    ok(iso_topk_search(&of_x, &of_y, &sides, NULL, NULL));
    for (int64_t i = 0; i < x->rows; i++) {
        assert_int_equal(of_x.held[i], y->rows);
        for (int64_t a = 0; a < y->rows; a++) {
            const iso_topk_hit h = of_x.hit[i * of_x.room + a];
            const double c = iso_topk_cosine(x, i, y, h.index);
            if ((double)h.key < c || (double)h.key > c + far)
                print_error("row %d, column %d: bound %.9g of %.9g\n", (int)i, (int)h.index,
                            (double)h.key, c);
            assert_true((double)h.key >= c && (double)h.key <= c + far);
            assert_true(holds(&of_y, h.index, (int32_t)i));
        }
    }
    iso_topk_free(&of_x);
    iso_topk_free(&of_y);
    iso_topk_sides_free(&sides);
}

static void every_version(iso_topk_precision precision, const iso_topk_rows *x,
                          const iso_topk_rows *y, double far)
{
    for (int i = 0; iso_panel_int8_each(i); i++) {
        iso_panel_int8_force(iso_panel_int8_each(i)->name);
        bounded(precision, x, y, far);
    }
    iso_panel_int8_force(NULL);
}

/* Two lengths of at most 2, both rounded: a step of peak/63 or peak/127, half of it a number. */
static double widest(int64_t d)
{
    const double half_step = 2.0 / 63 / 2;

    return 2 * 2 * 2 * half_step * sqrt((double)d) + 1e-4;
}

static void keys_are_bounds(void **state)
{
    enum { N = 40, M = 37 };

    (void)state;
    for (int64_t d = 1; d < 700; d = d * 3 + 1)
        for (int huge = 0; huge < 2; huge++) {
            const double scale = huge ? 1e20 : 1;
            iso_topk_rows x = odd_rows(N, d, scale, 3), y = odd_rows(M, d, 1 / scale, 4);
            every_version(ISO_TOPK_INT8, &x, &y, widest(d));
            bounded(ISO_TOPK_F32, &x, &y, 2.1 * iso_topk_slack(d));
            rows_free(&x);
            rows_free(&y);
        }
    near(iso_topk_slack(300), 304 * 0x1p-24, 1e-8);
}

/* Numbers halfway between two integers, where rounding errs most and in one direction, so that all
 * errors of a row point along the other side's rows: pairs of opposite rows keep the means at 0,
 * and one number of each row is its peak. */
static void at_the_edge(void **state)
{
    enum { N = 34, D = 130 };

    (void)state;
    for (int half = 64; half <= 128; half += 64) {
        iso_topk_rows x = odd_rows(N, D, 1, 3), y = odd_rows(N, D, 1, 4);
        for (int64_t i = 0; i < N; i++)
            for (int64_t l = 0; l < D; l++) {
                const double whole = (double)((l * 7 + i / 2) % (half - 2));
                const double sign = (i % 2 ? -1 : 1) * (l % 3 == 0 ? -1 : 1);
                const double edge = l == i / 2 ? half - 1 : whole + 0.499999;
                ((float *)x.data)[i * D + l] = (float)(sign * edge);
                ((float *)y.data)[i * D + l] = (float)(sign * (l % 2 ? edge : whole + 0.500001));
            }
        units(&x);
        units(&y);
        every_version(ISO_TOPK_INT8, &x, &y, widest(D));
        rows_free(&x);
        rows_free(&y);
    }
}

/* 8 bits serve rows that lie apart; f32 those so close together that lists would be too long, on
 * either side. */
static void precisions(void **state)
{
    (void)state;
    enum { N = 700, D = 40 };
    iso_topk_rows far = odd_rows(N, D, 1, 5), close = odd_rows(N, D, 1, 6);
    iso_rng rng = iso_rng_seeded(7, 0);
    const bool pays = iso_panel_int8_pays();

    for (int64_t i = 0; i < N * D; i++)
        ((float *)far.data)[i] = (float)iso_rng_normal(&rng);
    for (int64_t i = 0; i < N * D; i++) /* two directions, and almost nothing else */
        ((float *)close.data)[i] = (float)((i % D == (i / D) % 2) + 1e-4 * iso_rng_normal(&rng));
    units(&far);
    units(&close);
    for (int r = 0; r < 4; r++) {
        const iso_topk_rows *x = r == 1 ? &close : &far, *y = r == 2 ? &close : &far;
        iso_topk_sides s;
        iso_topk_depth lists;
        kernels(r == 3 ? ISO_CPU_PLAIN : ISO_CPU_AVX512);
        ok(iso_topk_sides_best(&s, &lists, x, y,
                               (iso_topk_depth){r != 1 ? 10 : 0, r != 2 ? 10 : 0}));
        assert_true(!s.left == !(pays && r == 0));
        assert_true(!s.panels == !!s.left);
        assert_int_equal(lists.of_x == 0, r == 1);
        assert_int_equal(lists.of_y == 0, r == 2);
        assert_true(r == 1 || lists.of_x > 10);
        assert_true(r == 2 || lists.of_y > 10);
        iso_topk_sides_free(&s);
    }
    kernels(ISO_CPU_AVX512);
    for (int r = 0; r < 2; r++) {
        iso_err err = ISO_ENOMEM;
        for (int n = 0; err; n++) {
            iso_topk_sides s = {0};
            iso_topk_depth lists;
            iso_alloc_fail_after(n);
            err =
                iso_topk_sides_best(&s, &lists, &far, r ? &close : &far, (iso_topk_depth){10, 10});
            iso_alloc_fail_after(-1);
            assert_true(err == ISO_OK || (err == ISO_ENOMEM && !s.left && !s.panels));
            iso_topk_sides_free(&s);
        }
    }
    rows_free(&far);
    rows_free(&close);
}

int main(void)
{
    RUN_TESTS(test(dot), test(lists_keep_the_best), test(ties_stay), test(equal_keys_overflow),
              test(all_fits_below_room), test(keys_are_bounds), test(at_the_edge),
              test(precisions));
}
