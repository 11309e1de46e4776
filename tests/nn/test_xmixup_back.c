/* The gradient of λ against central differences in double of the formulas written out. */
#include "lib/nn/xmixup_back.h"

#include "tests/nn/xmixup_reference.h"

#include "lib/base/alloc.h"
#include "lib/base/rng.h"

static iso_rng rng;

static double entropy_sum(const double *s, const iso_mix_scores *in, iso_mix_entropy mode)
{
    double e1, e2;

    reference_entropies(&e1, &e2, s, in->H, in->Tt, in->live_t, in->Ts, in->live_s, mode);
    return e1 + e2;
}

/* d(e1 + e2) / ds of one score, by two steps: the error is of fourth order. */
static double slope(double *s, int64_t at, const iso_mix_scores *in, iso_mix_entropy mode)
{
    const double step = 1e-3, was = s[at];
    double e[4];

    for (int k = 0; k < 4; k++) {
        s[at] = was + (k < 2 ? 1 : 2) * (k % 2 ? -step : step);
        e[k] = entropy_sum(s, in, mode);
    }
    s[at] = was;
    return (8 * (e[0] - e[1]) - (e[2] - e[3])) / (12 * step);
}

/* T1's first row alone, P = softmax(1, 0, −1): the share of e1 is −P (log P + E). */
static void one_line_by_hand(void **state)
{
    const double p[] = {0.665241, 0.244728, 0.090031}, row[] = {1, 0, -1};
    const iso_mix_scores s = {row, ISO_F64, 1, 1, 3, 1, 3};
    float ds[3] = {10, 20, 30};
    double e = 0;

    (void)state;
    for (int j = 0; j < 3; j++)
        e -= p[j] * log(p[j]);
    ok(iso_mix_entropies_back(ds, &s, ISO_MIX_MASKED, 2)); /* columns of one number have no slope */
    for (int j = 0; j < 3; j++)
        near(ds[j], 10 * (j + 1) - 2 * p[j] * (log(p[j]) + e), 2e-6);
}

static void compare(int H, int64_t Tt, int64_t Ts, double centre, double spread, bool padded)
{
    const int64_t n = H * Tt * Ts;
    double *s = reference_new(n);
    float *f = malloc((size_t)n * sizeof *f), *ds = malloc((size_t)(n + 8) * sizeof *ds);

    for (int64_t i = 0; i < n; i++)
        s[i] = f[i] = (float)(centre + spread * iso_rng_normal(&rng));
    for (int way = 0; way < 4; way++) {
        const iso_mix_entropy mode = way % 2 ? ISO_MIX_REPO : ISO_MIX_MASKED;
        iso_mix_scores in = {
            s, ISO_F64, H, Tt, Ts, padded ? (Tt + 1) / 2 : Tt, padded ? Ts - Ts / 3 : Ts};
        if (way > 1) {
            in.data = f;
            in.dtype = ISO_F32;
        }
        for (int64_t i = 0; i < n + 8; i++)
            ds[i] = 0;
        ok(iso_mix_entropies_back(ds, &in, mode, -3));
        for (int64_t i = 0; i < n; i++) {
            const double want = -3 * slope(s, i, &in, mode);
            near(ds[i], want, 3e-7 * (fabs(want) + 1e-3));
        }
        for (int64_t i = n; i < n + 8; i++)
            near(ds[i], 0, 0);
    }
    free(s), free(f), free(ds);
}

static int end(void **state)
{
    (void)state;
    kernels(ISO_CPU_AVX512);
    return 0;
}

static void slopes_of_random_scores(void **state)
{
    const double spreads[] = {0, 0.1, 2, 10};

    (void)state;
    for (int plain = 0; plain < 2; plain++) {
        kernels(plain ? ISO_CPU_PLAIN : ISO_CPU_AVX512);
        rng = iso_rng_seeded(3, 0);
        for (int64_t Tt = 1; Tt < 10; Tt += 2)
            for (int64_t Ts = 1; Ts < 12; Ts += 1 + Tt % 3)
                for (int k = 0; k < 4; k++) {
                    compare(1 + (int)Tt % 2, Tt, Ts, 0, spreads[k], false);
                    compare(2, Tt, Ts, 0, spreads[k], true);
                }
        compare(1, 9, 13, 2, 3, true); /* what is padded weighs something, and a score is large */
    }
}

/* Two heads of scores too far apart for one largest score to serve all lines. */
static void scores_far_apart(void **state)
{
    const int64_t n = 2 * 3 * 4;
    double s[24], want[24];
    float ds[24] = {0};
    iso_mix_scores in = {s, ISO_F64, 2, 3, 4, 3, 4};

    (void)state;
    rng = iso_rng_seeded(5, 0);
    for (int64_t i = 0; i < n; i++)
        s[i] = 900.0 * (double)(i % 12 / 4) + iso_rng_normal(&rng);
    for (int64_t i = 0; i < n; i++)
        want[i] = slope(s, i, &in, ISO_MIX_MASKED);
    ok(iso_mix_entropies_back(ds, &in, ISO_MIX_MASKED, 1));
    for (int64_t i = 0; i < n; i++)
        near(ds[i], want[i], 1e-8 + 1e-6 * fabs(want[i]));
    in.live_t = 2; /* and padded ones, far above the others */
    in.live_s = 3;
    for (int64_t i = 0; i < n; i++) {
        want[i] = slope(s, i, &in, ISO_MIX_REPO);
        ds[i] = 0;
    }
    ok(iso_mix_entropies_back(ds, &in, ISO_MIX_REPO, 1));
    for (int64_t i = 0; i < n; i++)
        near(ds[i], want[i], 1e-8 + 1e-6 * fabs(want[i]));
}

/* T1 and T2 of the published code's numbers: the direction in which W and b move λ, and scores. */
static void lambda_by_its_own_numbers(void **state)
{
    const double e[][2] = {{0.9533819683, 0.6359659153}, {1.2304943655, 1.0062950560}};
    const iso_mix_head heads[] = {{0.5, 1, 0}, {0.5, -0.7, 0.4}, {0.3, 2, -3}};
    const double step = 1e-5;

    (void)state;
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 3; k++) {
            iso_mix_head up = heads[k], down = heads[k], high = heads[k], low = heads[k];
            double dw = 1, db = 2;
            up.w += step, down.w -= step, high.b += step, low.b -= step;
            const double de = iso_mix_lambda_back(&dw, &db, &heads[k], e[i][0], e[i][1], 4);
            near(dw - 1,
                 4 *
                     (iso_mix_lambda(&up, e[i][0], e[i][1]) -
                      iso_mix_lambda(&down, e[i][0], e[i][1])) /
                     (2 * step),
                 1e-8);
            near(db - 2,
                 4 *
                     (iso_mix_lambda(&high, e[i][0], e[i][1]) -
                      iso_mix_lambda(&low, e[i][0], e[i][1])) /
                     (2 * step),
                 1e-8);
            near(de,
                 4 *
                     (iso_mix_lambda(&heads[k], e[i][0] + step, e[i][1]) -
                      iso_mix_lambda(&heads[k], e[i][0] - step, e[i][1])) /
                     (2 * step),
                 1e-8);
        }
    const iso_mix_head steep = {0.5, -1e300, 0};
    double dw = 0, db = 0;
    near(iso_mix_lambda_back(&dw, &db, &steep, 1e5, 1e5, 1), 0, 0);
    near(dw, 0, 0);
    near(db, 0, 0);
}

static void says_what_is_wrong(void **state)
{
    const double s[6] = {0};
    iso_mix_scores in = {s, ISO_F64, 1, 2, 3, 2, 4};
    float ds[6] = {7};

    (void)state;
    fails(iso_mix_entropies_back(ds, &in, ISO_MIX_MASKED, 1), ISO_EARG, "4 of 3 columns");
    in.live_s = 3;
    iso_alloc_fail_after(0);
    const iso_err err = iso_mix_entropies_back(ds, &in, ISO_MIX_MASKED, 1);
    iso_alloc_fail_after(-1);
    fails(err, ISO_ENOMEM, "");
    near(ds[0], 7, 0);
}

/* A score that is not finite must not pass for one that is. */
static void what_is_not_finite(void **state)
{
    const float odd[] = {NAN, INFINITY};

    (void)state;
    for (int k = 0; k < 2; k++) {
        float s[6] = {0, 1, odd[k], 3, 4, 5}, ds[6] = {0};
        const iso_mix_scores in = {s, ISO_F32, 1, 2, 3, 2, 3};
        ok(iso_mix_entropies_back(ds, &in, ISO_MIX_MASKED, 1));
        for (int i = 0; i < 6; i++)
            assert_true(isnan(ds[i]));
    }
}

int main(void)
{
    const struct CMUnitTest all[] = {
        test(one_line_by_hand),   cmocka_unit_test_teardown(slopes_of_random_scores, end),
        test(scores_far_apart),   test(lambda_by_its_own_numbers),
        test(what_is_not_finite), test(says_what_is_wrong),
    };

    return cmocka_run_group_tests(all, NULL, NULL);
}
