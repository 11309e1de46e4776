/* Agreement of two branches: by hand, against sums over all pairings, and what cannot be said. */
#include "tests/check.h"

#include "analysis/stats/consistency.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"

static double normals[4096];

static iso_view random_rows(int64_t n, int64_t cols, uint64_t seed)
{
    iso_rng rng = iso_rng_seeded(seed, 0);
    double *to = normals + (seed % 2) * 2048;

    for (int64_t i = 0; i < n * cols; i++)
        to[i] = iso_rng_normal(&rng);
    return iso_view_f64(to, n, cols);
}

/* Item 0: (1 + 4 + 0 + 9) / 4 = 3.5; item 1: (0 + 0 + 0 + 4) / 4 = 1. Crosswise: row 0 with row 1:
 * (1 + 4 + 0 + 49) / 4 = 13.5; row 1 with row 0: (0 + 0 + 0 + 64) / 4 = 16; mean of all 34 / 4. */
static void mse_by_hand(void **state)
{
    static const float a[] = {1, 2, 3, 4, 0, 0, 3, -1}, b[] = {0, 0, 3, 7, 0, 0, 3, -3};
    static const float wide[] = {0, 0, 3, 7, 99, 0, 0, 3, -3, 99};
    iso_value v;
    double each[2];
    (void)state;

    ok(iso_consistency_mse(&v, each, iso_view_f32(a, 2, 4), iso_view_f32(b, 2, 4),
                           ISO_BOOT_PERCENTILE, 1));
    near(each[0], 3.5, 0);
    near(each[1], 1, 0);
    near(v.value, 2.25, 0);
    near(v.null, 8.5, 1e-14);
    assert_int_equal(v.n, 2);
    text(v.interval, "boot-items");
    assert_true(v.lo == 1 && v.hi == 3.5 && isnan(v.null_sd) && !v.why);
    ok(iso_consistency_mse(&v, NULL, iso_view_f32(a, 2, 4), (iso_view){wide, 2, 4, 5, ISO_F32},
                           ISO_BOOT_NONE, 1));
    near(v.value, 2.25, 0);
    assert_true(!v.interval && isnan(v.lo));
}

static void log_of(float *to, const double *p, int n, double add)
{
    for (int i = 0; i < n; i++)
        to[i] = (float)(log(p[i]) + add);
}

/* Fair coin against 9 : 1 and back: 0.5 ln(0.5/0.9) + 0.5 ln(0.5/0.1) = 0.510825..., 0.9 ln 1.8 +
 * 0.1 ln 0.2 = 0.368064...; and (0.36, 0.48, 0.16) against thirds, 0.0852996, back 0.0974555 (the
 * binomial of Kullback's book, as encyclopaedias print it, there with 9/25, 12/25, 4/25). */
static void kl_of_textbooks(void **state)
{
    static const double coin[] = {0.5, 0.5}, loaded[] = {0.9, 0.1}, book[] = {0.36, 0.48, 0.16},
                        even[] = {1 / 3.0, 1 / 3.0, 1 / 3.0};
    float p[6], q[6];
    double each[2];
    iso_value v;
    (void)state;

    log_of(p, coin, 2, 0);
    log_of(q, loaded, 2, 3); /* a shift of all logits says nothing */
    log_of(p + 2, loaded, 2, -40);
    log_of(q + 2, coin, 2, 50);
    ok(iso_consistency_kl(&v, each, iso_view_f32(p, 2, 2), iso_view_f32(q, 2, 2), ISO_BOOT_BCA, 1));
    near(each[0], 0.5108256237659907, 1e-6);
    near(each[1], 0.3680642071684971, 1e-6);
    near(v.value, 0.4394449154672439, 1e-6);
    log_of(p, book, 3, 0);
    log_of(q, even, 3, 0);
    log_of(p + 3, even, 3, 0);
    log_of(q + 3, book, 3, 0);
    ok(iso_consistency_kl(&v, each, iso_view_f32(p, 2, 3), iso_view_f32(q, 2, 3), ISO_BOOT_BCA, 1));
    near(each[0], 0.0852996, 1e-6);
    near(each[1], 0.097455, 1e-6);
}

/* Certainty meets its opposite: both clipped to 1e-7, ln(1e7) − 1e-7 ln(1e7). Huge logits hold. */
static void kl_is_clipped(void **state)
{
    static const float p[] = {200, -200, 3e38f, -3e38f, 7, 7},
                       q[] = {-200, 200, -3e38f, 3e38f, 7, 7};
    static const float sure[] = {0, -1000, -1000, 0, -1000, -1000};
    const double most = log(1e7) * (1 - 1e-7);
    double each[3];
    iso_value v;
    (void)state;

    ok(iso_consistency_kl(&v, each, iso_view_f32(p, 3, 2), iso_view_f32(q, 3, 2), ISO_BOOT_BCA, 1));
    near(each[0], most, 1e-12);
    near(each[1], most, 1e-12);
    near(each[2], 0, 0);
    ok(iso_consistency_kl(&v, each, iso_view_f32(sure, 2, 3), iso_view_f32(sure, 2, 3),
                          ISO_BOOT_BCA, 1));
    assert_true(v.value == 0 && each[0] == 0 && isnan(v.lo) && !v.interval);
    text(v.why, "every outcome is the same: nothing to resample");
    near(v.null, 0, 1e-15);
}

static void kl_of_itself_is_zero(void **state)
{
    iso_value v;
    (void)state;

    for (int64_t K = 1; K < 40; K += 7) {
        const iso_view x = random_rows(20, K, (uint64_t)K);
        ok(iso_consistency_kl(&v, NULL, x, x, ISO_BOOT_NONE, 0));
        assert_true(v.value == 0 && !v.why);
        ok(iso_consistency_kl(&v, NULL, x, random_rows(20, K, (uint64_t)K + 1), ISO_BOOT_NONE, 0));
        assert_true(K == 1 ? v.value == 0 : v.value > 0);
    }
}

typedef iso_err measure(iso_value *out, double *each, iso_view a, iso_view b, iso_boot boot,
                        uint64_t seed);

/* `null` is what turning one side round and round gives on average: every pairing once. */
static void chance_is_the_mean_of_all_pairings(void **state)
{
    measure *const measures[] = {iso_consistency_mse, iso_consistency_kl};
    enum { N = 12, C = 5 };
    double turned[N * C];
    iso_value v, w;
    (void)state;

    for (int m = 0; m < 2; m++) {
        const iso_view a = random_rows(N, C, 4), b = random_rows(N, C, 5);
        double sum = 0;
        ok(measures[m](&v, NULL, a, b, ISO_BOOT_NONE, 0));
        for (int64_t by = 0; by < N; by++) {
            for (int64_t i = 0; i < N * C; i++)
                turned[i] = ((const double *)b.data)[(i + by * C) % (N * C)];
            ok(measures[m](&w, NULL, a, iso_view_f64(turned, N, C), ISO_BOOT_NONE, 0));
            sum += w.value;
            near(w.null, v.null, 1e-12);
        }
        near(v.null, sum / N, 1e-12);
    }
}

/* A common part of 1e6 takes nothing from the digits of what differs. */
static void shifted_together(void **state)
{
    enum { N = 30, C = 8 };
    double far[2][N * C];
    const iso_view a = random_rows(N, C, 2), b = random_rows(N, C, 3);
    iso_value v, w;
    (void)state;

    for (int i = 0; i < N * C; i++) {
        far[0][i] = ((const double *)a.data)[i] + 1e6;
        far[1][i] = ((const double *)b.data)[i] + 1e6;
    }
    ok(iso_consistency_mse(&v, NULL, a, b, ISO_BOOT_BCA, 3));
    ok(iso_consistency_mse(&w, NULL, iso_view_f64(far[0], N, C), iso_view_f64(far[1], N, C),
                           ISO_BOOT_BCA, 3));
    near(w.value, v.value, 1e-8);
    near(w.null, v.null, 1e-8);
    ok(iso_consistency_mse(&w, NULL, b, a, ISO_BOOT_BCA, 3));
    near(w.value, v.value, 1e-15);
    near(w.lo, v.lo, 1e-15);
}

/* Squared normals: the mean is 1, and 95 % intervals hold it. */
static void intervals_hold_the_truth(void **state)
{
    enum { N = 60, SETS = 300 };
    const iso_view zero = {(double[N * 4]){0}, N, 4, 4, ISO_F64};
    int held = 0;
    (void)state;

    for (uint64_t set = 0; set < SETS; set++) {
        iso_value v;
        ok(iso_consistency_mse(&v, NULL, random_rows(N, 4, set), zero, ISO_BOOT_BCA, set));
        held += v.lo <= 1 && 1 <= v.hi;
    }
    print_message("mse: %d of %d intervals hold the truth\n", held, SETS);
    assert_true(held >= 0.9 * SETS);
}

static void means_of_any_outcome(void **state)
{
    static const double x[] = {-1, NAN, 3, 0, NAN, 2}, same[] = {-0.25, -0.25, NAN},
                        wild[] = {0, INFINITY};
    iso_value v = {.n = 7};
    (void)state;

    fails(iso_consistency_mean(&v, wild, 2, ISO_BOOT_BCA, 1), ISO_EARG, "outcome 1 is inf");
    assert_int_equal(v.n, 7);
    ok(iso_consistency_mean(&v, x, 6, ISO_BOOT_BCA, 1));
    near(v.value, 1, 0);
    assert_int_equal(v.n, 4);
    assert_true(v.lo < 1 && v.hi > 1 && v.lo >= -1 && v.hi <= 3);
    ok(iso_consistency_mean(&v, same, 3, ISO_BOOT_BCA, 1));
    assert_true(v.value == -0.25 && v.n == 2 && !v.interval);
    text(v.why, "every outcome is the same: nothing to resample");
    ok(iso_consistency_mean(&v, same + 2, 1, ISO_BOOT_BCA, 1));
    assert_true(isnan(v.value) && v.n == 0);
    text(v.why, "no items");
}

static void what_is_wrong_is_said(void **state)
{
    float x[6] = {1, 2, 3, 4, 5, 6}, bad[6] = {1, 2, 3, NAN, 5, 6};
    double each[3] = {7, 7, 7};
    iso_value v = {.n = 7};
    (void)state;

    for (int kl = 0; kl < 2; kl++) {
        measure *const of = kl ? iso_consistency_kl : iso_consistency_mse;
        fails(of(&v, each, iso_view_f32(x, 3, 2), iso_view_f32(x, 2, 2), ISO_BOOT_BCA, 1), ISO_EARG,
              "source is 3 x 2, target 2 x 2");
        fails(of(&v, each, iso_view_f32(x, 2, 3), iso_view_f32(x, 2, 2), ISO_BOOT_BCA, 1), ISO_EARG,
              "source is 2 x 3, target 2 x 2");
        fails(of(&v, each, iso_view_f32(x, 3, 2), iso_view_f32(bad, 3, 2), ISO_BOOT_BCA, 1),
              ISO_EARG, "target: row 1 holds NaN");
        fails(of(&v, each, iso_view_f32(bad, 3, 2), iso_view_f32(x, 3, 2), ISO_BOOT_BCA, 1),
              ISO_EARG, "source: row 1 holds NaN");
        fails(of(&v, each, iso_view_f32(x, 3, 0), iso_view_f32(x, 3, 0), ISO_BOOT_BCA, 1), ISO_EARG,
              "rows of 0 numbers");
        assert_true(v.n == 7 && each[0] == 7 && each[2] == 7);
        ok(of(&v, NULL, iso_view_f32(x, 0, 2), iso_view_f32(x, 0, 2), ISO_BOOT_BCA, 1));
        text(v.why, "no items");
        assert_true(isnan(v.null));
        ok(of(&v, NULL, iso_view_f32(x, 1, 2), iso_view_f32(x + 1, 1, 2), ISO_BOOT_BCA, 1));
        assert_true(isnan(v.null) && !v.interval && v.n == 1);
        v.n = 7;
    }
}

static void every_allocation_may_fail(void **state)
{
    const iso_view a = random_rows(20, 3, 2), b = random_rows(20, 3, 3);
    (void)state;

    for (int kl = 0; kl < 2; kl++) {
        iso_err err = ISO_ENOMEM;
        for (int64_t n = 0; err; n++) {
            iso_value v = {.n = 7};
            iso_alloc_fail_after(n);
            err = (kl ? iso_consistency_kl : iso_consistency_mse)(&v, NULL, a, b, ISO_BOOT_BCA, 1);
            iso_alloc_fail_after(-1);
            assert_true(err ? err == ISO_ENOMEM && v.n == 7 : n > 6);
        }
    }
}

int main(void)
{
    RUN_TESTS(test(mse_by_hand), test(kl_of_textbooks), test(kl_is_clipped),
              test(kl_of_itself_is_zero), test(chance_is_the_mean_of_all_pairings),
              test(shifted_together), test(intervals_hold_the_truth), test(means_of_any_outcome),
              test(what_is_wrong_is_said), test(every_allocation_may_fail));
}
