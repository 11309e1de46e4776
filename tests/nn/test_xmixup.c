/* Entropies and λ: published numbers, the formulas written out, and what must not matter. */
#include "tests/nn/xmixup_reference.h"

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/nn/vector.h"

static iso_rng rng;

static const double t1[] = {1, 0, -1, 0.5, 0.5, 0};
static const double t2[] = {1, 0, -1, 0.3, 0.5, 0.5, 0, -0.2, 0.1, -0.4, 0.2, 0.6};

static void expect(const iso_mix_scores *s, iso_mix_entropy mode, double sum, double e2,
                   double lambda)
{
    const iso_mix_head head = iso_mix_head_default();
    double a = -1, b = -1;

    ok(iso_mix_entropies(&a, &b, s, mode));
    near(a + b, sum, 1e-10);
    near(b, e2, 1e-10);
    near(iso_mix_lambda(&head, a, b), lambda, 1e-10);
}

/* By hand, T1: rows softmax(1, 0, −1) and softmax(0.5, 0.5, 0); T2 pads it with a row, a column. */
static void vectors_of_the_published_code(void **state)
{
    const iso_mix_scores one = {t1, ISO_F64, 1, 2, 3, 2, 3}, two = {t2, ISO_F64, 1, 3, 4, 2, 3};

    (void)state;
    expect(&one, ISO_MIX_MASKED, 1.5893478846, 0.6359659153, 0.4152621676);
    expect(&one, ISO_MIX_REPO, 1.5893478846, 0.6359659153, 0.4152621676);
    expect(&two, ISO_MIX_REPO, 2.2367894216, 1.0062950560, 0.4517524551);
    expect(&two, ISO_MIX_MASKED, 1.5893478846, 0.6359659153, 0.4152621676);
}

/* Random scores around `centre`, in both types, against the formulas. */
static void compare(int H, int64_t Tt, int64_t Ts, double centre, double spread, bool padded)
{
    const int64_t n = H * Tt * Ts;
    double *s = reference_new(n), e[2], mine[2];
    float *f = malloc((size_t)n * sizeof *f);

    for (int64_t i = 0; i < n; i++)
        s[i] = f[i] = (float)(centre + spread * iso_rng_normal(&rng));
    for (int mode = 0; mode < 2; mode++) {
        iso_mix_scores in = {
            s, ISO_F64, H, Tt, Ts, padded ? (Tt + 1) / 2 : Tt, padded ? Ts - Ts / 3 : Ts};
        reference_entropies(&e[0], &e[1], s, H, Tt, in.live_t, Ts, in.live_s,
                            (iso_mix_entropy)mode);
        for (int type = 0; type < 2; type++) {
            in.data = type ? (const void *)f : s;
            in.dtype = type ? ISO_F32 : ISO_F64;
            ok(iso_mix_entropies(&mine[0], &mine[1], &in, (iso_mix_entropy)mode));
            for (int k = 0; k < 2; k++)
                near(mine[k], e[k], 1e-11 * (1 + fabs(e[k])));
        }
    }
    free(s), free(f);
}

static int end(void **state)
{
    (void)state;
    kernels(ISO_CPU_AVX512);
    return 0;
}

static void entropies_of_random_scores(void **state)
{
    const double spreads[] = {0, 0.1, 2, 30, 150, 2000};

    (void)state;
    for (int plain = 0; plain < 2; plain++) {
        kernels(plain ? ISO_CPU_PLAIN : ISO_CPU_AVX512);
        rng = iso_rng_seeded(3, 0);
        for (int64_t Tt = 1; Tt < 12; Tt++)
            for (int64_t Ts = 1; Ts < 12; Ts += 1 + Tt % 3)
                for (int k = 0; k < 6; k++) {
                    compare(1 + (int)Tt % 3, Tt, Ts, 0, spreads[k], false);
                    compare(2, Tt, Ts, 0, spreads[k], true);
                }
        compare(2, 40, 33, 800, 3, true); /* exp(score) is no double */
        compare(2, 40, 33, -800, 3, true);
        compare(2, 7, 129, 1e6, 1e4, true);
    }
}

/* Every head, row and column the same: one token, equal scores, and a row of certainty. */
static void values_that_are_known(void **state)
{
    const double same[6] = {7, 7, 7, 7, 7, 7}, sure[4] = {500, 0, 0, 500};
    iso_mix_scores s = {same, ISO_F64, 1, 1, 1, 1, 1};
    double a, b;

    (void)state;
    ok(iso_mix_entropies(&a, &b, &s, ISO_MIX_MASKED));
    near(a, 0, 0);
    near(b, 0, 0);
    s.Tt = s.live_t = 2;
    s.Ts = s.live_s = 3;
    ok(iso_mix_entropies(&a, &b, &s, ISO_MIX_MASKED));
    near(a, log(3), 1e-14);
    near(b, log(2), 1e-14);
    s = (iso_mix_scores){sure, ISO_F64, 1, 2, 2, 2, 2};
    ok(iso_mix_entropies(&a, &b, &s, ISO_MIX_MASKED));
    near(a, 0, 1e-14);
    near(b, 0, 1e-14);
}

/* What padding holds is not read, but for the rows and columns that the published code counts. */
static void what_is_not_finite(void **state)
{
    float x[] = {1, 2, NAN, 3, 4, INFINITY, NAN, NAN, NAN};
    iso_mix_scores s = {x, ISO_F32, 1, 3, 3, 2, 2};
    double a, b;

    (void)state;
    ok(iso_mix_entropies(&a, &b, &s, ISO_MIX_MASKED));
    assert_true(isfinite(a) && isfinite(b));
    ok(iso_mix_entropies(&a, &b, &s, ISO_MIX_REPO));
    assert_true(isnan(a) && isnan(b));
    x[2] = x[5] = x[6] = x[7] = 0;
    ok(iso_mix_entropies(&a, &b, &s, ISO_MIX_REPO));
    assert_true(isfinite(a) && isfinite(b));
    x[0] = -INFINITY;
    ok(iso_mix_entropies(&a, &b, &s, ISO_MIX_MASKED));
    assert_true(isnan(a) && isnan(b));
}

static void lambda_has_its_range(void **state)
{
    const iso_mix_head steep = {0.5, -1e300, 0}, up = {1, 1e300, 5}, half = {0.25, 0, 0};

    (void)state;
    near(iso_mix_lambda(&steep, 1e5, 1e5), 0, 0);
    near(iso_mix_lambda(&up, 1e5, 1e5), 1, 0);
    near(iso_mix_lambda(&half, 3, 4), 0.125, 0);
}

static void attention_is_the_mean_over_heads(void **state)
{
    const double two_heads[] = {1, 0, -1, 0.5, 0.5, 0, 0, 0, 9, 7, 7, -9};
    const iso_mix_scores s = {two_heads, ISO_F64, 2, 2, 3, 2, 2};
    float out[4];

    (void)state;
    iso_mix_attention(out, &s);
    near(out[0], (exp(1) / (exp(1) + 1) + 0.5) / 2, 1e-7);
    near(out[0] + out[1], 1, 1e-7);
    near(out[2], 0.5, 1e-7);
}

static void says_what_is_wrong(void **state)
{
    iso_mix_scores s = {t1, ISO_F64, 1, 2, 3, 2, 4};
    double a = 7, b = 8;

    (void)state;
    fails(iso_mix_entropies(&a, &b, &s, ISO_MIX_MASKED), ISO_EARG, "4 of 3 columns");
    s.live_s = 3;
    s.live_t = 0;
    fails(iso_mix_entropies(&a, &b, &s, ISO_MIX_MASKED), ISO_EARG, "0 of 2 rows");
    s.live_t = 2;
    s.dtype = ISO_F16;
    fails(iso_mix_entropies(&a, &b, &s, ISO_MIX_MASKED), ISO_EARG, "f16");
    s.dtype = ISO_F64;
    iso_alloc_fail_after(0);
    const iso_err err = iso_mix_entropies(&a, &b, &s, ISO_MIX_MASKED);
    iso_alloc_fail_after(-1);
    fails(err, ISO_ENOMEM, "");
    near(a, 7, 0);
    near(b, 8, 0);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        test(vectors_of_the_published_code),
        cmocka_unit_test_teardown(entropies_of_random_scores, end),
        test(values_that_are_known),
        test(what_is_not_finite),
        test(lambda_has_its_range),
        test(attention_is_the_mean_over_heads),
        test(says_what_is_wrong),
    };

    return cmocka_run_group_tests(all, NULL, NULL);
}
