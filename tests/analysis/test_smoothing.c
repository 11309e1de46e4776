/* Smoothing of a linear map, whose radius has a closed form; the bound beside sums of binomial
 * terms. */
#include <math.h>

#include "analysis/classify/linear_probe.h"
#include "analysis/classify/smoothing.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/linalg/statistics.h"
#include "tests/check.h"

/* 1000 of 1000: alpha^(1/1000). Of 3 draws 2: P(X >= 2) = 3p² − 2p³ = 0.05 at p = 0.13535. */
static void on_paper(void **state)
{
    (void)state;

    near(iso_binomial_lower(1000, 1000, 0.001), pow(0.001, 0.001), 1e-15);
    near(iso_binomial_lower(2, 3, 0.05), 0.1353504, 1e-6);
    near(iso_binomial_lower(0, 3, 0.05), 0, 0);
}

static void bounds_leave_alpha(void **state)
{
    (void)state;
    static const int64_t votes[][2] = {{1, 7}, {50, 100}, {993, 1000}, {520, 1000}, {9, 1000}};

    for (size_t i = 0; i < sizeof votes / sizeof *votes; i++) {
        const int64_t n = votes[i][1];
        const double p = iso_binomial_lower(votes[i][0], n, 0.001);
        double below = 0;
        for (int64_t k = 0; k < votes[i][0]; k++)
            below +=
                exp(lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1) +
                    (double)k * log(p) + (double)(n - k) * log1p(-p));
        near(below, 0.999, 1e-9);
    }
}

enum { D = 6, CLASSES = 4, POINTS = 200 };

struct noisy {
    const struct linear_probe *l;
    const float *x;
    double sigma;
    uint64_t seed;
};

static iso_err classify(int32_t *answer, void *payload, int64_t first, int64_t count)
{
    const struct noisy *n = payload;
    double z[CLASSES];

    for (int64_t i = 0; i < count; i++) {
        iso_rng rng = iso_rng_seeded(n->seed, (uint64_t)(first + i));
        float x[D];
        for (int j = 0; j < D; j++)
            x[j] = (float)((double)n->x[j] + n->sigma * iso_rng_normal(&rng));
        answer[i] = iso_linear_probe_answer(z, n->l, x);
    }
    return ISO_OK;
}

/* Two classes: noise along w decides, so the answer is the linear one, P = Φ(distance / σ), and the
 * true radius is the distance. Of more classes that is the least the radius may not exceed. */
static void linear_map_has_its_distance(void **state)
{
    (void)state;

    for (int classes = 2; classes <= CLASSES; classes += 2) {
        double w[CLASSES * D], b[CLASSES], apart[CLASSES * CLASSES], z[CLASSES];
        const struct linear_probe l = {classes, D, w, b};
        iso_rng rng = iso_rng_seeded(7, (uint64_t)classes);
        int beyond = 0, certified = 0;
        for (int i = 0; i < classes * D; i++)
            w[i] = iso_rng_normal(&rng);
        for (int c = 0; c < classes; c++)
            b[c] = iso_rng_normal(&rng);
        iso_linear_probe_apart(apart, &l);
        for (int i = 0; i < POINTS; i++) {
            const double sigma = 0.2 + 0.3 * (i % 3);
            struct smoothed s;
            float x[D];
            for (int j = 0; j < D; j++)
                x[j] = (float)iso_rng_normal(&rng);
            struct noisy noisy = {&l, x, sigma, (uint64_t)i};
            ok(iso_smoothing_run(&s, &(struct smoothing){.classes = classes,
                                                         .choose = 100,
                                                         .estimate = 1000,
                                                         .alpha = 0.001,
                                                         .sigma = sigma,
                                                         .classify = classify,
                                                         .payload = &noisy}));
            const struct boundary at = iso_linear_probe_boundary(z, &l, apart, x);
            if (s.answer < 0) {
                assert_true(isnan(s.radius) && s.why && s.p <= 0.5);
                assert_true(classes > 2 || at.distance < 0.25 * sigma);
                continue;
            }
            certified++;
            near(s.radius, sigma * iso_normal_quantile(s.p), 1e-12);
            beyond += classes == 2 && (s.radius > at.distance || s.answer != at.answer);
            if (classes > 2)
                continue;
            /* The share of votes lies within 5 standard deviations of Φ, and the bound below it. */
            const double p = iso_normal_cdf(at.distance / sigma), n = 1000;
            near((double)s.votes / n, p, 5 * sqrt(p * (1 - p) / n) + 1e-3);
            assert_true(s.p < (double)s.votes / n);
        }
        assert_true(certified > POINTS / 2);
        assert_true(beyond <= 2); /* 0.2 are expected */
    }
}

static void refused(void **state)
{
    (void)state;
    struct smoothed s = {.votes = -7};
    struct smoothing ask = {2, 100, 1000, 0.001, 0, classify, NULL};

    fails(iso_smoothing_run(&s, &ask), ISO_EARG, "sigma 0");
    ask.sigma = NAN;
    fails(iso_smoothing_run(&s, &ask), ISO_EARG, "sigma");
    ask.sigma = 1;
    ask.classes = 1;
    fails(iso_smoothing_run(&s, &ask), ISO_EARG, "1 classes");
    assert_true(s.votes == -7);
}

int main(void)
{
    RUN_TESTS(test(on_paper), test(bounds_leave_alpha), test(linear_map_has_its_distance),
              test(refused));
}
