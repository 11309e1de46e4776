/* Outcomes of ranks and their mean, by hand; what a bootstrap cannot say. */
#include "analysis/search/hits.h"
#include "tests/check.h"

static void outcomes_of_a_rank(void **state)
{
    (void)state;
    assert_true(iso_hit(1, 1) == 1 && iso_hit(2, 1) == 0 && iso_hit(5, 5) == 1);
    assert_true(iso_hit(6, 5) == 0 && iso_hit(0, 5) == 0 && iso_hit(1, 0) == 0);
    near(iso_reciprocal(1), 1, 0);
    near(iso_reciprocal(4), 0.25, 0);
    near(iso_reciprocal(0), 0, 0);
}

/* Ranks 1, 2, 4, none: MRR 1.75/4; three of four within 4. */
static void means(void **state)
{
    (void)state;
    const int64_t rank[] = {1, 2, 4, 0};
    double mrr[4], p4[4];
    iso_value v;

    for (int i = 0; i < 4; i++) {
        mrr[i] = iso_reciprocal(rank[i]);
        p4[i] = iso_hit(rank[i], 4);
    }
    ok(iso_hits_mean(&v, mrr, 4, ISO_BOOT_PERCENTILE, 1));
    near(v.value, 0.4375, 1e-16);
    text(v.interval, "boot-items");
    assert_int_equal(v.n, 4);
    assert_true(v.lo >= 0 && v.lo < v.value && v.value < v.hi && v.hi <= 1);
    assert_true(isnan(v.null) && v.rank == -1 && !v.why);
    ok(iso_hits_mean(&v, p4, 4, ISO_BOOT_BCA, 1));
    near(v.value, 0.75, 0);
    ok(iso_hits_mean(&v, p4, 4, ISO_BOOT_NONE, 1));
    near(v.value, 0.75, 0);
    assert_true(!v.interval && isnan(v.lo) && isnan(v.hi));
}

/* Ten misses: 1 − 0.025^(1/10) = 0.308497 is the p at which ten misses have probability 0.025. */
static void no_hit_is_not_certainty(void **state)
{
    (void)state;
    double x[10] = {0};
    iso_value v;

    ok(iso_hits_mean(&v, x, 10, ISO_BOOT_BCA, 1));
    assert_true(v.value == 0 && v.lo == 0);
    near(v.hi, 0.3084971078187608, 1e-12);
    near(pow(1 - v.hi, 10), 0.025, 1e-12);
    text(v.interval, "boot-items");
    text(v.why, "every outcome is the same: the bounds are the exact binomial ones");
    for (int i = 0; i < 10; i++)
        x[i] = 1;
    ok(iso_hits_mean(&v, x, 10, ISO_BOOT_PERCENTILE, 1));
    assert_true(v.value == 1 && v.hi == 1);
    near(v.lo, 1 - 0.3084971078187608, 1e-12);
    for (int i = 0; i < 10; i++)
        x[i] = 0.1;
    ok(iso_hits_mean(&v, x, 10, ISO_BOOT_PERCENTILE, 1));
    assert_true(v.value == 0.1 && isnan(v.lo) && isnan(v.hi) && !v.interval);
    text(v.why, "every outcome is the same: nothing to resample");
    ok(iso_hits_mean(&v, x, 1, ISO_BOOT_NONE, 1));
    assert_true(v.value == 0.1 && !v.why);
}

/* Of eight items five change: three for the better, two for the worse. */
static void paired_differences(void **state)
{
    (void)state;
    const double before[] = {0, 0, 0, 1, 1, 1, 0, 1}, after[] = {1, 1, 1, 0, 0, 1, 0, 1};
    double zero[8] = {0}, one[8], half[8];
    iso_value v;

    ok(iso_hits_difference(&v, after, before, 8, ISO_BOOT_PERCENTILE, 1));
    near(v.value, 1.0 / 8, 1e-16);
    text(v.interval, "boot-items");
    assert_true(v.lo >= -1 && v.lo < 0 && v.hi > v.value && v.hi <= 1 && v.n == 8 && !v.why);
    assert_true(isnan(v.null));
    ok(iso_hits_difference(&v, after, before, 8, ISO_BOOT_NONE, 1));
    assert_true(v.value == 1.0 / 8 && !v.interval && isnan(v.lo));
    ok(iso_hits_difference(&v, after, after, 8, ISO_BOOT_PERCENTILE, 1));
    assert_true(v.value == 0 && !v.interval && isnan(v.lo) && isnan(v.hi));
    text(v.why, "no item changes: nothing to resample");
    for (int i = 0; i < 8; i++) {
        one[i] = 1;
        half[i] = 0.5;
    }
    ok(iso_hits_difference(&v, half, zero, 8, ISO_BOOT_PERCENTILE, 1));
    assert_true(v.value == 0.5 && !v.interval);
    text(v.why, "every item changes alike: nothing to resample");
    fails(iso_hits_difference(&v, (double[]){2}, zero, 1, ISO_BOOT_PERCENTILE, 1), ISO_EARG,
          "outcome 0 is 2, not in -1 to 1");
    assert_true(v.value == 0.5);
    /* Each of eight gains: that p with p^8 = 0.025 is the least that an item gains with, so that
     * the mean is 2p - 1 or more. */
    ok(iso_hits_difference(&v, one, zero, 8, ISO_BOOT_PERCENTILE, 1));
    assert_true(v.value == 1 && v.hi == 1);
    near(pow((v.lo + 1) / 2, 8), 0.025, 1e-12);
    ok(iso_hits_difference(&v, zero, one, 8, ISO_BOOT_PERCENTILE, 1));
    assert_true(v.value == -1 && v.lo == -1);
    near(pow((1 - v.hi) / 2, 8), 0.025, 1e-12);
}

static void edges(void **state)
{
    (void)state;
    const double wrong[] = {0, 1.5}, absent[] = {NAN};
    iso_value v = {.n = 7};

    fails(iso_hits_mean(&v, wrong, 2, ISO_BOOT_BCA, 1), ISO_EARG, "outcome 1 is 1.5");
    fails(iso_hits_mean(&v, absent, 1, ISO_BOOT_BCA, 1), ISO_EARG, "outcome 0 is nan");
    assert_int_equal(v.n, 7);
    ok(iso_hits_mean(&v, wrong, 0, ISO_BOOT_BCA, 1));
    assert_true(isnan(v.value) && v.n == 0);
    text(v.why, "no items");
}

/* 2 of 4 right, in random order: the best stands first in 1/2 of all cases, second in 2/4 · 2/3,
 * third in 2/4 · 1/3. */
static void chance_of_the_best(void **state)
{
    (void)state;
    near(iso_hits_chance(4, 2, 1), 1.0 / 2, 1e-15);
    near(iso_hits_chance(4, 2, 2), 5.0 / 6, 1e-15);
    near(iso_hits_chance(4, 2, 3), 1, 1e-15);
    near(iso_hits_chance(4, 2, 9), 1, 1e-15);
    near(iso_hits_chance(4, 2, 0), 1.0 / 2 + 1.0 / 6 + 1.0 / 18, 1e-15);
    near(iso_hits_chance(7, 1, 3), 3.0 / 7, 1e-15);
    near(iso_hits_chance(3, 3, 1), 1, 0);
}

int main(void)
{
    RUN_TESTS(test(chance_of_the_best), test(outcomes_of_a_rank), test(means),
              test(no_hit_is_not_certainty), test(paired_differences), test(edges));
}
