/* The bootstrap of a mean: exact for two values, by hand and against draws; coverage; threads. */
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/linalg/blas.h"
#include "lib/linalg/bootstrap.h"
#include "lib/linalg/statistics.h"
#include "tests/check.h"

/* Two items 0 and 1: the mean of two draws is 0, ½, 1 with probability ¼, ½, ¼. At confidence 0.95
 * the quantiles are 0 and 1, at 0.4 (levels 0.3, 0.7) both ½; symmetric, so BCa is the same. */
static void two_items_by_hand(void **state)
{
    (void)state;
    const double x[] = {0, 1}, scaled[] = {-3, 5};
    double lo = 0, hi = 0;

    ok(iso_boot_mean(&lo, &hi, x, 2, ISO_BOOT_PERCENTILE, 0.95, 1));
    assert_true(lo == 0 && hi == 1);
    ok(iso_boot_mean(&lo, &hi, x, 2, ISO_BOOT_PERCENTILE, 0.4, 1));
    assert_true(lo == 0.5 && hi == 0.5);
    ok(iso_boot_mean(&lo, &hi, x, 2, ISO_BOOT_BCA, 0.4, 1));
    assert_true(lo == 0.5 && hi == 0.5);
    ok(iso_boot_mean(&lo, &hi, scaled, 2, ISO_BOOT_PERCENTILE, 0.95, 1));
    assert_true(lo == -3 && hi == 5);
}

/* Three items −1, 0, 1: sums of three draws are −3 … 3 in 1, 3, 6, 7, 6, 3, 1 of 27 cases. */
static void three_items_by_hand(void **state)
{
    (void)state;
    const double x[] = {1, -1, 0}, scaled[] = {7, 3, 5};
    double lo = 0, hi = 0;

    ok(iso_boot_mean(&lo, &hi, x, 3, ISO_BOOT_PERCENTILE, 0.95, 1));
    assert_true(lo == -1 && hi == 1);
    ok(iso_boot_mean(&lo, &hi, x, 3, ISO_BOOT_PERCENTILE, 0.9, 1)); /* 1/27 < 0.05 <= 4/27 */
    near(lo, -2 / 3.0, 1e-15);
    near(hi, 2 / 3.0, 1e-15);
    for (int kind = ISO_BOOT_PERCENTILE; kind <= ISO_BOOT_BCA; kind++) { /* 4/27 < 0.3 <= 10/27 */
        ok(iso_boot_mean(&lo, &hi, scaled, 3, (iso_boot)kind, 0.4, 1));
        near(lo, 5 - 2 / 3.0, 1e-14);
        near(hi, 5 + 2 / 3.0, 1e-14);
    }
}

/* The law of the sum of n draws, added up draw by draw: cdf[k] of −n + k. */
static void convolve(double *cdf, int n, double loses, double gains)
{
    double law[401] = {0}, next[401];

    law[n] = 1;
    for (int draw = 0; draw < n; draw++) {
        for (int k = 0; k <= 2 * n; k++)
            next[k] = law[k] * (1 - loses - gains) + (k > 0 ? law[k - 1] * gains : 0) +
                      (k < 2 * n ? law[k + 1] * loses : 0);
        memcpy(law, next, sizeof law);
    }
    for (int k = 0; k <= 2 * n; k++)
        cdf[k] = law[k] + (k > 0 ? cdf[k - 1] : 0);
}

static void three_values_by_convolution(void **state)
{
    static const struct {
        int n, losses, gains;
    } cases[] = {{200, 3, 11}, {200, 60, 70}, {200, 1, 1}, {150, 1, 148}, {60, 29, 30}, {7, 1, 5}};
    (void)state;

    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        const int n = cases[c].n, losses = cases[c].losses, gains = cases[c].gains;
        double cdf[401], x[200], lo = 0, hi = 0;

        for (int i = 0; i < n; i++)
            x[i] = i < losses ? -1 : i < losses + gains ? 1 : 0;
        convolve(cdf, n, (double)losses / n, (double)gains / n);
        ok(iso_boot_mean(&lo, &hi, x, n, ISO_BOOT_PERCENTILE, 0.95, 1));
        const int first = (int)lround(lo * n) + n, last = (int)lround(hi * n) + n;
        assert_true(cdf[first] >= 0.025 && (first == 0 || cdf[first - 1] < 0.025));
        assert_true(cdf[last] >= 0.975 && (last == 0 || cdf[last - 1] < 0.975));
        const int at = gains - losses + n;
        const double below = at > 0 ? 0.5 * (cdf[at - 1] + cdf[at]) : 0.5 * cdf[0];
        const double bias = iso_normal_quantile(below), z = iso_normal_quantile(0.975);
        const double mean = (double)(gains - losses) / n;
        const double squares = losses * pow(-1 - mean, 2) + gains * pow(1 - mean, 2) +
                               (n - losses - gains) * mean * mean;
        const double cubes = losses * pow(-1 - mean, 3) + gains * pow(1 - mean, 3) -
                             (n - losses - gains) * pow(mean, 3);
        const double a = cubes / (6 * pow(squares, 1.5));
        const double level = iso_normal_cdf(bias + (bias - z) / (1 - a * (bias - z)));
        ok(iso_boot_mean(&lo, &hi, x, n, ISO_BOOT_BCA, 0.95, 1));
        const int low = (int)lround(lo * n) + n;
        assert_true(cdf[low] >= level - 1e-12 && (low == 0 || cdf[low - 1] < level + 1e-12));
    }
}

/* `hits` ones among n. */
static double *outcomes(int64_t hits, int64_t n)
{
    double *x = NULL;

    ok(iso_alloc(&x, n, sizeof *x));
    for (int64_t i = 0; i < n; i++)
        x[i] = i * hits / n != (i + 1) * hits / n;
    return x;
}

/* Binomial(200, 0.7): P(X <= 126) = 0.0207, P(X <= 127) = 0.0291; P(X <= 151) = 0.9645,
 * P(X <= 152) = 0.9752 by the sum of its terms. */
static void binomial_quantiles(void **state)
{
    (void)state;
    double *x = outcomes(140, 200), lo = 0, hi = 0, below = 0, cdf[201];

    for (int k = 0; k <= 200; k++) {
        below += exp(lgamma(201) - lgamma(k + 1) - lgamma(201 - k) + k * log(0.7) +
                     (200 - k) * log(0.3));
        cdf[k] = below;
    }
    ok(iso_boot_mean(&lo, &hi, x, 200, ISO_BOOT_PERCENTILE, 0.95, 1));
    const int first = (int)lround(lo * 200), last = (int)lround(hi * 200);
    assert_true(cdf[first] >= 0.025 && cdf[first - 1] < 0.025);
    assert_true(cdf[last] >= 0.975 && cdf[last - 1] < 0.975);
    iso_free(x);
}

/* BCa of the same by its definition: levels from the distribution's own bias and the skewness
 * (1−2p)/√(np(1−p))/6. */
static void bca_by_its_formula(void **state)
{
    (void)state;
    const int n = 60, hits = 55;
    const double p = 55 / 60.0;
    double *x = outcomes(hits, n), lo = 0, hi = 0, cdf[61], below = 0;

    for (int k = 0; k <= n; k++) {
        below += exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) +
                     (n - k) * log(1 - p));
        cdf[k] = below;
    }
    const double bias = iso_normal_quantile(0.5 * (cdf[hits - 1] + cdf[hits]));
    const double a = (1 - 2 * p) / sqrt(n * p * (1 - p)) / 6, z = iso_normal_quantile(0.975);
    const double levels[] = {iso_normal_cdf(bias + (bias - z) / (1 - a * (bias - z))),
                             iso_normal_cdf(bias + (bias + z) / (1 - a * (bias + z)))};
    ok(iso_boot_mean(&lo, &hi, x, n, ISO_BOOT_BCA, 0.95, 1));
    const int ends[] = {(int)lround(lo * n), (int)lround(hi * n)};
    for (int e = 0; e < 2; e++)
        assert_true(cdf[ends[e]] >= levels[e] && cdf[ends[e] - 1] < levels[e]);
    iso_free(x);
}

/* A third value hardly ever seen: what is drawn agrees with what is exact to a few counts. */
static void draws_agree_with_the_exact_law(void **state)
{
    (void)state;
    for (int kind = ISO_BOOT_PERCENTILE; kind <= ISO_BOOT_BCA; kind++) {
        double *x = outcomes(350, 500), lo = 0, hi = 0, lo3 = 0, hi3 = 0;
        ok(iso_boot_mean(&lo, &hi, x, 500, (iso_boot)kind, 0.95, 3));
        x[0] += 1e-9;
        ok(iso_boot_mean(&lo3, &hi3, x, 500, (iso_boot)kind, 0.95, 3));
        assert_true(lo3 != lo || hi3 != hi);
        near(lo3, lo, 0.006);
        near(hi3, hi, 0.006);
        near(hi - lo, 2 * 1.96 * sqrt(0.7 * 0.3 / 500), 0.006);
        iso_free(x);
    }
}

/* Intervals of skewed outcomes (1/rank) around their own mean, in size of standard errors. */
static void seeds_and_threads(void **state)
{
    (void)state;
    static double x[4001];
    double lo = 0, hi = 0, again_lo = 0, again_hi = 0, other_lo = 0, other_hi = 0;
    iso_threads threads = iso_blas_enter(&(iso_run){.threads = 1});

    for (int i = 0; i < 4001; i++)
        x[i] = 1.0 / (1 + i % 7);
    ok(iso_boot_mean(&lo, &hi, x, 4001, ISO_BOOT_PERCENTILE, 0.95, 11));
    iso_blas_leave(threads);
    ok(iso_boot_mean(&again_lo, &again_hi, x, 4001, ISO_BOOT_PERCENTILE, 0.95, 11));
    threads = iso_blas_enter(&(iso_run){.threads = 3});
    ok(iso_boot_mean(&other_lo, &other_hi, x, 4001, ISO_BOOT_PERCENTILE, 0.95, 11));
    iso_blas_leave(threads);
    assert_true(lo == again_lo && hi == again_hi && lo == other_lo && hi == other_hi);
    ok(iso_boot_mean(&other_lo, &other_hi, x, 4001, ISO_BOOT_PERCENTILE, 0.95, 12));
    assert_true(lo != other_lo && hi != other_hi);
}

/* A draw of one item in three hits each about as often as chance has it: over 2000 resamples of
 * {0, 1, 10⁴} the means tell how often each came; the middle of their law is 10001/3. */
static void every_item_is_as_likely(void **state)
{
    (void)state;
    static double x[999];
    double lo = 0, hi = 0;

    for (int i = 0; i < 999; i++)
        x[i] = i; /* mean 499, sd 288.4, of 999 draws 9.12 */
    ok(iso_boot_mean(&lo, &hi, x, 999, ISO_BOOT_PERCENTILE, 0.02, 4));
    near(0.5 * (lo + hi), 499, 4 * 1.25 * 9.12 / sqrt(2000));
    ok(iso_boot_mean(&lo, &hi, x, 999, ISO_BOOT_PERCENTILE, 0.95, 4));
    near(hi - lo, 2 * 1.96 * 9.12, 2.5);
}

static double coverage(iso_boot kind, int n, bool hits)
{
    const double p = 0.7, mean = hits ? p : (1 + 0.5 + 0.25) / 3;
    double *x = NULL, lo = 0, hi = 0;
    int covered = 0;

    ok(iso_alloc(&x, n, sizeof *x));
    for (int set = 0; set < 300; set++) {
        iso_rng rng = iso_rng_seeded(77, (uint64_t)set);
        for (int i = 0; i < n; i++)
            x[i] = hits ? iso_rng_uniform(&rng) < p : 1 / (double)(1 << iso_rng_below(&rng, 3));
        ok(iso_boot_mean(&lo, &hi, x, n, kind, 0.95, (uint64_t)set));
        covered += lo <= mean && mean <= hi;
    }
    iso_free(x);
    return covered / 300.0;
}

static void intervals_cover(void **state)
{
    (void)state;
    for (int kind = ISO_BOOT_PERCENTILE; kind <= ISO_BOOT_BCA; kind++)
        for (int hits = 0; hits < 2; hits++) {
            const double share = coverage((iso_boot)kind, hits ? 200 : 60, hits);
            print_message("kind %d, %s: %.3f of 300\n", kind, hits ? "hits" : "1/rank", share);
            assert_true(share >= 0.90 && share <= 0.99);
        }
}

static void edges(void **state)
{
    (void)state;
    const double same[] = {0.3, 0.3, 0.3}, three[] = {0, 0.5, 1};
    double lo = 5, hi = 5;

    ok(iso_boot_mean(&lo, &hi, same, 3, ISO_BOOT_BCA, 0.95, 1));
    assert_true(isnan(lo) && isnan(hi));
    lo = hi = 5;
    fails(iso_boot_mean(&lo, &hi, same, 0, ISO_BOOT_BCA, 0.95, 1), ISO_EARG, "0 items");
    fails(iso_boot_mean(&lo, &hi, same, 3, ISO_BOOT_NONE, 0.95, 1), ISO_EARG, "no kind");
    fails(iso_boot_mean(&lo, &hi, same, 3, ISO_BOOT_BCA, 1, 1), ISO_EARG, "confidence 1");
    iso_alloc_fail_after(0);
    const iso_err err = iso_boot_mean(&lo, &hi, three, 3, ISO_BOOT_BCA, 0.95, 1);
    iso_alloc_fail_after(-1);
    assert_int_equal(err, ISO_ENOMEM);
    assert_true(lo == 5 && hi == 5);
    ok(iso_boot_mean(&lo, &hi, three, 3, ISO_BOOT_BCA, 0.95, 1));
    assert_true(lo >= 0 && lo < 0.5 && hi > 0.5 && hi <= 1);
}

/* Millions of items: the weights stay in range, and the interval is the normal one. */
static void many_items(void **state)
{
    (void)state;
    const int64_t n = 3000000;
    double *x = outcomes(1000, n), lo = 0, hi = 0;

    ok(iso_boot_mean(&lo, &hi, x, n, ISO_BOOT_BCA, 0.95, 1));
    near(hi - lo, 2 * 1.96 * sqrt(1000.0) / (double)n, 0.02 * 62 * 2 / (double)n);
    assert_true(lo < 1000.0 / (double)n && 1000.0 / (double)n < hi);
    iso_free(x);
}

/* --- Any statistic --- */

static double mean_of_picked(void *payload, const int64_t *pick, int64_t n)
{
    const double *x = payload;
    double sum = 0;

    for (int64_t i = 0; i < n; i++)
        sum += x[pick[i]];
    return sum / (double)n;
}

static double nothing(void *payload, const int64_t *pick, int64_t n)
{
    (void)payload;
    return n > 0 && pick[0] >= 0 ? NAN : 0;
}

/* Of the mean it is the interval of the mean, up to other draws: the sd of a 2.5 % quantile of 2000
 * is about 0.06 standard errors. The items are skewed, so that BCa differs from the percentiles. */
static void any_statistic_of_the_mean(void **state)
{
    (void)state;
    enum { N = 60 };
    double x[N], lo = 0, hi = 0, lo_mean = 0, hi_mean = 0, square = 0, mean = 0;
    iso_rng rng = iso_rng_seeded(8, 0);
    const iso_boot_statistic of = {mean_of_picked, x};

    for (int i = 0; i < N; i++) {
        x[i] = -log(1 - iso_rng_uniform(&rng));
        mean += x[i] / N;
    }
    for (int i = 0; i < N; i++)
        square += (x[i] - mean) * (x[i] - mean);
    const double se = sqrt(square) / N;
    for (iso_boot kind = ISO_BOOT_PERCENTILE; kind <= ISO_BOOT_BCA; kind++) {
        ok(iso_boot_interval(&lo, &hi, &of, N, kind, 0.95, 5));
        ok(iso_boot_mean(&lo_mean, &hi_mean, x, N, kind, 0.95, 5));
        near(lo, lo_mean, 0.3 * se);
        near(hi, hi_mean, 0.3 * se);
    }
    assert_true(hi - mean > 1.05 * (mean - lo)); /* skewed to the right */
}

static void statistics_that_do_not_tell(void **state)
{
    (void)state;
    double x[3] = {2, 2, 2}, lo = 0, hi = 0;
    iso_boot_statistic of = {mean_of_picked, x};
    iso_err err = ISO_ENOMEM;

    ok(iso_boot_interval(&lo, &hi, &of, 3, ISO_BOOT_BCA, 0.95, 5));
    assert_true(isnan(lo) && isnan(hi));
    of.value = nothing;
    ok(iso_boot_interval(&lo, &hi, &of, 3, ISO_BOOT_BCA, 0.95, 5));
    assert_true(isnan(lo) && isnan(hi));
    fails(iso_boot_interval(&lo, &hi, &of, 0, ISO_BOOT_BCA, 0.95, 5), ISO_EARG, "0 items");
    for (int64_t n = 0; err == ISO_ENOMEM; n++) {
        iso_alloc_fail_after(n);
        err = iso_boot_interval(&lo, &hi, &of, 3, ISO_BOOT_BCA, 0.95, 5);
        iso_alloc_fail_after(-1);
    }
    ok(err);
}

int main(void)
{
    RUN_TESTS(test(two_items_by_hand), test(three_items_by_hand), test(three_values_by_convolution),
              test(binomial_quantiles), test(bca_by_its_formula),
              test(draws_agree_with_the_exact_law), test(seeds_and_threads),
              test(every_item_is_as_likely), test(intervals_cover), test(edges), test(many_items),
              test(any_statistic_of_the_mean), test(statistics_that_do_not_tell));
}
