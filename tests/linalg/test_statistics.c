/* Textbook values of the quantiles; the jackknife by hand. */
#include "tests/check.h"

#include "lib/linalg/pearson3.h"
#include "lib/linalg/statistics.h"

static void normal_quantiles(void **state)
{
    (void)state;
    near(iso_normal_quantile(0.975), 1.95996398454005423552, 1e-14);
    near(iso_normal_quantile(0.995), 2.57582930354890076100, 1e-14);
    near(iso_normal_quantile(0.9), 1.28155156554460046696, 1e-14);
    near(iso_normal_quantile(0.025), -1.95996398454005423552, 1e-14);
    near(iso_normal_quantile(1e-10), -6.36134090240405620, 1e-11);
    assert_true(iso_normal_quantile(0.5) == 0);
    assert_true(isnan(iso_normal_quantile(0)) && isnan(iso_normal_quantile(1)));
    assert_true(isnan(iso_normal_quantile(NAN)));
    for (double z = -37; z <= 5; z += 0.25)
        near(iso_normal_quantile(iso_normal_cdf(z)), z, 1e-9);
}

/* df 1: tan(π(p−½)); df 2: (2p−1)√(2/(4p(1−p))); df 4 is closed too; 19 and 30 from tables of
 * ten digits; df = 10^9 the normal. */
static void student_quantiles(void **state)
{
    (void)state;
    const double pi = acos(-1);
    const double p[] = {0.6, 0.75, 0.9, 0.975, 0.995, 0.9995, 0.025};

    for (int i = 0; i < 7; i++) {
        const double alpha = 4 * p[i] * (1 - p[i]);
        const double q = cos(acos(sqrt(alpha)) / 3) / sqrt(alpha);
        const double sign = p[i] < 0.5 ? -1 : 1;

        near(iso_student_quantile(p[i], 1), tan(pi * (p[i] - 0.5)), 1e-10 * 700);
        near(iso_student_quantile(p[i], 2), (2 * p[i] - 1) * sqrt(2 / alpha), 1e-10);
        near(iso_student_quantile(p[i], 4), sign * 2 * sqrt(q - 1), 1e-10);
    }
    near(iso_student_quantile(0.975, 19), 2.09302405440830, 1e-10);
    near(iso_student_quantile(0.975, 30), 2.04227245630124, 1e-10);
    near(iso_student_quantile(0.995, 10), 3.16927267261695, 1e-10);
    near(iso_student_quantile(0.975, 1e9), 1.95996398454005, 1e-8);
    assert_true(isnan(iso_student_quantile(0.975, 0)) && isnan(iso_student_quantile(1, 5)));
}

static void student_cdf_undoes_the_quantile(void **state)
{
    (void)state;
    const double df[] = {0.5, 1, 3, 19, 199, 1999, 4095, 1e6};

    for (int i = 0; i < 8; i++)
        for (double p = 0.002; p < 1; p += 0.0499)
            near(iso_student_cdf(iso_student_quantile(p, df[i]), df[i]), p, 1e-11);
    near(iso_student_cdf(1, 1), 0.75, 1e-14);
    near(iso_student_cdf(0, 7), 0.5, 1e-15);
    assert_true(isnan(iso_student_cdf(1, 0)));
}

/* Skewness 2: G exponential, tail exp(−1−z). √8: the square of a normal number. 1: shape 4, tail
 * e^−x (1 + x + x²/2 + x³/6). 0: the normal distribution, to which small ones lead. */
static void pearson3_tails(void **state)
{
    (void)state;
    for (double z = -0.7; z < 12; z += 0.37) {
        const double x = 4 + 2 * z, root = sqrt((1 + z * sqrt(2.0)) * 0.5);
        near(iso_pearson3_tail(z, 2) / exp(-1 - z), 1, 1e-12);
        near(iso_pearson3_tail(z, 1) / (exp(-x) * (1 + x + x * x / 2 + x * x * x / 6)), 1, 1e-12);
        near(iso_pearson3_tail(z, 0) / iso_normal_cdf(-z), 1, 1e-14);
        if (z > -0.7)
            near(iso_pearson3_tail(z, sqrt(8.0)) / erfc(root), 1, 1e-11);
    }
    for (double s = 0.4; s > 1e-5; s /= 2) /* Edgeworth: φ(z) (z² − 1) s / 6 */
        near(iso_pearson3_tail(1.5, s),
             iso_normal_cdf(-1.5) + exp(-1.125) / sqrt(2 * acos(-1)) * 1.25 * s / 6, 0.03 * s * s);
    assert_true(iso_pearson3_tail(-1.1, 2) == 1);
    assert_true(isnan(iso_pearson3_tail(NAN, 1)) && isnan(iso_pearson3_tail(0, -1)));
    for (double q = 0.001; q < 1; q += 0.0333)
        for (double s = 0; s < 3; s += 0.3)
            near(iso_pearson3_tail(iso_pearson3_point(q, s), s), q, 1e-10);
    assert_true(isnan(iso_pearson3_point(0, 1)) && isnan(iso_pearson3_point(0.5, -1)));
}

/* The jackknife of a mean is the textbook interval: x = 1 2 3 6, mean 3, s² = 14/3, se = √(7/6);
 * t₃(0.975) = 3.18244630528371. */
static void jackknife_of_a_mean_is_the_t_interval(void **state)
{
    (void)state;
    const double rep[] = {11 / 3.0, 10 / 3.0, 9 / 3.0, 6 / 3.0};
    const double half = 3.18244630528371 * sqrt(7.0 / 6);
    double lo = 0, hi = 0;

    assert_true(iso_jackknife(&lo, &hi, 3, rep, 4, 0.95));
    near(lo, 3 - half, 1e-12);
    near(hi, 3 + half, 1e-12);
}

static void absent_replicates_are_counted_out(void **state)
{
    (void)state;
    const double rep[] = {11 / 3.0, NAN, 10 / 3.0, 9 / 3.0, NAN, 6 / 3.0}, one[] = {NAN, 2};
    const double half = 3.18244630528371 * sqrt(7.0 / 6);
    double lo = 0, hi = 0;

    assert_true(iso_jackknife(&lo, &hi, 3, rep, 6, 0.95));
    near(hi - lo, 2 * half, 1e-12);
    assert_false(iso_jackknife(&lo, &hi, 3, one, 2, 0.95));
    assert_true(isnan(lo) && isnan(hi));
    assert_false(iso_jackknife(&lo, &hi, NAN, rep, 6, 0.95));
    assert_false(iso_jackknife(&lo, &hi, 3, rep, 0, 0.95));
}

int main(void)
{
    RUN_TESTS(test(normal_quantiles), test(student_quantiles),
              test(student_cdf_undoes_the_quantile), test(pearson3_tails),
              test(jackknife_of_a_mean_is_the_t_interval), test(absent_replicates_are_counted_out));
}
