/* Correlations: textbook values, ties, partial ones by residuals; permutations all and drawn;
 * coverage of the interval; distances by Mantel. */
#include "analysis/stats/coefficient.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "tests/check.h"

static const iso_correlation_opt quick = {.permutations = -1};

static double plain(iso_correlation kind, const double *x, const double *y, int64_t n)
{
    iso_value v;

    ok(iso_correlation_of(&v, kind, x, y, NULL, n, &quick));
    assert_int_equal(v.n, n);
    return v.value;
}

/* Anscombe, The American Statistician 27 (1973), first set; its r in 40 digits by decimal sums. */
static void anscombe(void **state)
{
    (void)state;
    const double x[] = {10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5};
    const double y[] = {8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68};
    double moved[11];

    near(plain(ISO_PEARSON, x, y, 11), 0.8164205163448398, 1e-14);
    for (int i = 0; i < 11; i++)
        moved[i] = 1e6 - 3 * y[i]; /* another unit, another sign, far from 0 */
    near(plain(ISO_PEARSON, x, moved, 11), -0.8164205163448398, 1e-9);
}

/* Ranks 1 2.5 2.5 4 6 6 6 8 and 1 4 2.5 2.5 7 5 7 7: sums of products of deviations 35.25, 39.5,
 * 39.5. Of 28 pairs 24 differ in x and 24 in y, concordant less discordant 19. */
static void ties(void **state)
{
    (void)state;
    const double x[] = {1, 2, 2, 3, 4, 4, 4, 5}, y[] = {1, 3, 2, 2, 5, 4, 5, 5};
    double rank[8], sorted[8];

    iso_ranks(rank, sorted, x, 8);
    assert_true(rank[0] == 1 && rank[1] == 2.5 && rank[2] == 2.5 && rank[5] == 6 && rank[7] == 8);
    near(plain(ISO_SPEARMAN, x, y, 8), 35.25 / 39.5, 1e-14);
    near(plain(ISO_KENDALL, x, y, 8), 19.0 / 24, 1e-15);
}

/* Ranks of choices with repeats are those of the chosen numbers by sorting, bit for bit. */
static void ranks_of_a_choice(void **state)
{
    (void)state;
    enum { N = 37 };
    double x[N], chosen[N], sorted[N], by_sorting[N], rank[N];
    int64_t place[N], room[N], pick[N];
    iso_rng rng = iso_rng_seeded(5, 1);

    for (int round = 0; round < 200; round++) {
        const int64_t m = 1 + iso_rng_below(&rng, N), values = 1 + iso_rng_below(&rng, 2 * N);
        for (int i = 0; i < N; i++)
            x[i] = (double)iso_rng_below(&rng, values) - 3;
        for (int64_t i = 0; i < m; i++) {
            pick[i] = iso_rng_below(&rng, N);
            chosen[i] = x[pick[i]];
        }
        iso_rank_places(place, sorted, x, N);
        iso_ranks_picked(rank, room, place, pick, m, N);
        iso_ranks(by_sorting, sorted, chosen, m);
        assert_memory_equal(rank, by_sorting, (size_t)m * sizeof *rank);
    }
}

/* The ten children of Spearman's textbook case: hours of television against IQ, rho = -29/165. */
static void textbook_ranks(void **state)
{
    (void)state;
    const double iq[] = {106, 100, 86, 101, 99, 103, 97, 113, 112, 110};
    const double tv[] = {7, 27, 2, 50, 28, 29, 20, 12, 6, 17};

    near(plain(ISO_SPEARMAN, iq, tv, 10), -29.0 / 165, 1e-14);
}

static void line(double *slope, double *at, const double *z, const double *y, int n)
{
    double mz = 0, my = 0, zz = 0, zy = 0;

    for (int i = 0; i < n; i++) {
        mz += z[i] / n;
        my += y[i] / n;
    }
    for (int i = 0; i < n; i++) {
        zz += (z[i] - mz) * (z[i] - mz);
        zy += (z[i] - mz) * (y[i] - my);
    }
    *slope = zy / zz;
    *at = my - *slope * mz;
}

/* The partial correlation is that of what a line in z leaves of x and of y. */
static void partial_by_residuals(void **state)
{
    (void)state;
    const double x[] = {1, 2, 2, 3, 4, 4, 4, 5}, y[] = {1, 3, 2, 2, 5, 4, 5, 5};
    const double z[] = {2, 1, 4, 3, 6, 8, 5, 7};
    double left[2][8], slope, at;
    iso_value v;

    for (int s = 0; s < 2; s++) {
        line(&slope, &at, z, s ? y : x, 8);
        for (int i = 0; i < 8; i++)
            left[s][i] = (s ? y : x)[i] - slope * z[i] - at;
    }
    ok(iso_correlation_of(&v, ISO_PEARSON, x, y, z, 8, &quick));
    near(v.value, plain(ISO_PEARSON, left[0], left[1], 8), 1e-13);
    near(v.value, 0.7873532131743426, 1e-12);
    ok(iso_correlation_of(&v, ISO_PEARSON, x, y, x, 8, &quick));
    assert_true(isnan(v.value) && v.why);
}

/* Four items: 24 orders of y. Sums of products for the rising one 30; only the rising and the
 * falling order are as far from 0. */
static void all_orders(void **state)
{
    (void)state;
    const double x[] = {1, 2, 3, 4};
    const iso_correlation_opt opt = {.boot = ISO_BOOT_BCA};
    iso_value v;

    ok(iso_correlation_of(&v, ISO_PEARSON, x, x, NULL, 4, &opt));
    near(v.p, 2.0 / 24, 1e-15);
    near(v.null_sd, 1 / sqrt(3), 1e-15);
    ok(iso_correlation_of(&v, ISO_KENDALL, x, x, NULL, 4, &opt));
    near(v.p, 2.0 / 24, 1e-15);
    near(v.null_sd, sqrt(2.0 * 13 / (9 * 4 * 3)), 1e-15);
}

/* The spread of all permuted values is null_sd, and p of independent items is uniform. */
static void chance(void **state)
{
    (void)state;
    enum { N = 12, ROUNDS = 300 };
    iso_rng rng = iso_rng_seeded(3, 0);
    double x[N], y[N], square[ISO_CORRELATIONS] = {0}, sd[ISO_CORRELATIONS], low = 0;
    const iso_correlation_opt opt = {.permutations = 200, .seed = 5};

    for (int t = 0; t < ROUNDS; t++) {
        for (int i = 0; i < N; i++) {
            x[i] = iso_rng_normal(&rng);
            y[i] = iso_rng_normal(&rng);
        }
        for (int k = 0; k < ISO_CORRELATIONS; k++) {
            iso_value v;
            ok(iso_correlation_of(&v, (iso_correlation)k, x, y, NULL, N, &opt));
            square[k] += v.value * v.value / ROUNDS;
            sd[k] = v.null_sd;
            low += v.p <= 0.2;
        }
    }
    for (int k = 0; k < ISO_CORRELATIONS; k++)
        near(sqrt(square[k]) / sd[k], 1, 0.13); /* 1/√600 = 0.04 */
    near(low / (ROUNDS * ISO_CORRELATIONS), 0.2, 0.07);
}

/* 14 items of correlation 0.6: how often the interval holds it. */
static void intervals_cover(void **state)
{
    (void)state;
    enum { N = 14, ROUNDS = 400 };
    const iso_correlation_opt opt = {.permutations = -1, .boot = ISO_BOOT_BCA, .seed = 2};
    iso_rng rng = iso_rng_seeded(11, 0);
    double held = 0;

    for (int t = 0; t < ROUNDS; t++) {
        double x[N], y[N];
        iso_value v;
        for (int i = 0; i < N; i++) {
            x[i] = iso_rng_normal(&rng);
            y[i] = 0.6 * x[i] + 0.8 * iso_rng_normal(&rng);
        }
        ok(iso_correlation_of(&v, ISO_PEARSON, x, y, NULL, N, &opt));
        text(v.interval, "boot-items");
        held += v.lo <= 0.6 && 0.6 <= v.hi;
    }
    print_message("coverage %.3f\n", held / ROUNDS);
    assert_true(held / ROUNDS > 0.87 && held / ROUNDS < 0.98);
}

static void left_out(void **state)
{
    (void)state;
    const double x[] = {1, 2, 2, 3, 4, 4, 4, 5}, y[] = {1, 3, 2, 2, 5, 4, 5, 5};
    double out[8], a[7], b[7];

    for (int k = 0; k < ISO_CORRELATIONS; k++) {
        ok(iso_correlation_without(out, (iso_correlation)k, x, y, NULL, 8));
        for (int left = 0; left < 8; left++) {
            for (int i = 0; i < 7; i++) {
                a[i] = x[i < left ? i : i + 1];
                b[i] = y[i < left ? i : i + 1];
            }
            near(out[left], plain((iso_correlation)k, a, b, 7), 1e-15);
        }
    }
}

static void undefined(void **state)
{
    (void)state;
    const double x[] = {1, 2, 3, 4}, same[] = {5, 5, 5, 5}, bad[] = {1, 2, NAN, 4};
    iso_value v;

    ok(iso_correlation_of(&v, ISO_PEARSON, x, x, NULL, 3, &quick));
    assert_true(isnan(v.value) && strstr(v.why, "fewer than 4"));
    ok(iso_correlation_of(&v, ISO_PEARSON, x, x, x, 4, &quick));
    assert_true(isnan(v.value) && strstr(v.why, "fewer than 5"));
    for (int k = 0; k < ISO_CORRELATIONS; k++) {
        ok(iso_correlation_of(&v, (iso_correlation)k, x, same, NULL, 4, &quick));
        text(v.why, "y is the same for all");
    }
    fails(iso_correlation_of(&v, ISO_PEARSON, x, bad, NULL, 4, &quick), ISO_EARG, "item 2");
    for (int64_t n = 0;; n++) {
        iso_alloc_fail_after(n);
        const iso_err err = iso_correlation_of(&v, ISO_PEARSON, x, x, NULL, 4, &quick);
        iso_alloc_fail_after(-1);
        if (!err)
            break;
        assert_int_equal(err, ISO_ENOMEM);
    }
}

/* --- Mantel --- */

enum { M = 5 };

static iso_view matrix(double *to, const double *upper)
{
    int k = 0;

    for (int i = 0; i < M; i++) {
        to[i * M + i] = 0;
        for (int j = i + 1; j < M; j++, k++)
            to[i * M + j] = to[j * M + i] = upper[k];
    }
    return (iso_view){to, M, M, M, ISO_F64};
}

/* The coefficient is that of the entries; p counts all 120 orders of the items by hand. */
static void distances(void **state)
{
    (void)state;
    const double upper_a[] = {1, 2, 4, 7, 3, 3, 6, 1, 5, 2},
                 upper_b[] = {2, 1, 5, 6, 3, 4, 9, 2, 4, 1};
    double a[M * M], b[M * M], moved[10];
    const iso_view va = matrix(a, upper_a), vb = matrix(b, upper_b);
    const iso_correlation_opt opt = {0};
    iso_value v;
    int far = 0, all = 0;

    ok(iso_mantel(&v, ISO_PEARSON, va, vb, (iso_view){0}, &opt));
    near(v.value, plain(ISO_PEARSON, upper_a, upper_b, 10), 1e-14);
    assert_int_equal(v.n, M);
    for (int code = 0; code < M * M * M * M * M; code++) {
        int p[M], seen = 0, k = 0;
        for (int i = 0, c = code; i < M; i++, c /= M)
            seen |= 1 << (p[i] = c % M);
        if (seen != (1 << M) - 1)
            continue;
        for (int i = 0; i < M; i++)
            for (int j = i + 1; j < M; j++)
                moved[k++] = a[p[i] * M + p[j]];
        all++;
        far += fabs(plain(ISO_PEARSON, moved, upper_b, 10)) >= fabs(v.value) - 1e-12;
    }
    assert_int_equal(all, 120);
    near(v.p, far / 120.0, 1e-15);
    ok(iso_mantel(&v, ISO_SPEARMAN, va, vb, (iso_view){0}, &opt));
    near(v.value, plain(ISO_SPEARMAN, upper_a, upper_b, 10), 1e-14);
}

static void distances_given_others(void **state)
{
    (void)state;
    const double upper_a[] = {1, 2, 4, 7, 3, 3, 6, 1, 5, 2},
                 upper_b[] = {2, 1, 5, 6, 3, 4, 9, 2, 4, 1};
    const double upper_c[] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 4};
    double a[M * M], b[M * M], c[M * M];
    const iso_view va = matrix(a, upper_a), vb = matrix(b, upper_b), vc = matrix(c, upper_c);
    const iso_correlation_opt opt = {0};
    iso_value v, w;

    ok(iso_mantel(&v, ISO_PEARSON, va, vb, vc, &opt));
    ok(iso_correlation_of(&w, ISO_PEARSON, upper_a, upper_b, upper_c, 10, &quick));
    near(v.value, w.value, 1e-13);
    assert_true(v.p > 0 && v.p <= 1);
    ok(iso_mantel(&v, ISO_PEARSON, va, vb, va, &opt));
    assert_true(isnan(v.value) && v.why);
    fails(iso_mantel(&v, ISO_KENDALL, va, vb, vc, &opt), ISO_EARG, "pearson or spearman");
    for (int64_t n = 0;; n++) {
        iso_alloc_fail_after(n);
        const iso_err err = iso_mantel(&v, ISO_SPEARMAN, va, vb, vc, &opt);
        iso_alloc_fail_after(-1);
        if (!err)
            break;
        assert_int_equal(err, ISO_ENOMEM);
    }
}

int main(void)
{
    RUN_TESTS(test(anscombe), test(ties), test(ranks_of_a_choice), test(textbook_ranks),
              test(partial_by_residuals), test(all_orders), test(chance), test(intervals_cover),
              test(left_out), test(undefined), test(distances), test(distances_given_others));
}
