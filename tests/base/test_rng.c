/* Published first outputs, ranges, moments, and that a stream never depends on another. */
#include "tests/check.h"

#include "lib/base/rng.h"

/* The generator's authors' program, state 1 2 3 4; splitmix64 from 1234567. */
static void first_outputs_are_the_published_ones(void **state)
{
    (void)state;
    const uint64_t want[] = {11520, 0, 1509978240, UINT64_C(1215971899390074240)};
    const uint64_t seeds[] = {UINT64_C(6457827717110365317), UINT64_C(3203168211198807973),
                              UINT64_C(9817491932198370423), UINT64_C(4593380528125082431)};
    iso_rng rng = {{1, 2, 3, 4}};

    for (int i = 0; i < 4; i++)
        assert_true(iso_rng_next(&rng) == want[i]);
    rng = iso_rng_seeded(1234567, 0);
    for (int i = 0; i < 4; i++)
        assert_true(rng.s[i] == seeds[i]);
}

static void streams_differ_and_repeat(void **state)
{
    (void)state;
    iso_rng a = iso_rng_seeded(7, 1), b = iso_rng_seeded(7, 2), again = iso_rng_seeded(7, 1);
    int equal = 0;

    for (int i = 0; i < 100; i++) {
        const uint64_t x = iso_rng_next(&a);
        assert_true(x == iso_rng_next(&again));
        equal += x == iso_rng_next(&b);
    }
    assert_int_equal(equal, 0);
}

/* 6 · 2^10 draws of a die: each face 1024 ± 5 sd (29). */
static void below_is_even(void **state)
{
    (void)state;
    iso_rng rng = iso_rng_seeded(1, 0);
    int faces[6] = {0};

    for (int i = 0; i < 6 * 1024; i++)
        faces[iso_rng_below(&rng, 6)]++;
    for (int i = 0; i < 6; i++)
        assert_in_range(faces[i], 1024 - 146, 1024 + 146);
    assert_int_equal(iso_rng_below(&rng, 0), 0);
    assert_int_equal(iso_rng_below(&rng, 1), 0);
}

static void uniform_has_its_moments(void **state)
{
    (void)state;
    iso_rng rng = iso_rng_seeded(3, 0);
    const int n = 100000;
    double sum = 0, squares = 0;

    for (int i = 0; i < n; i++) {
        const double u = iso_rng_uniform(&rng);
        assert_true(u >= 0 && u < 1);
        sum += u;
        squares += u * u;
    }
    assert_true(fabs(sum / n - 0.5) < 5 * 0.2887 / sqrt(n));
    assert_true(fabs(squares / n - 1.0 / 3) < 5 * 0.2981 / sqrt(n));
}

/* Moments 0, 1, 0, 3 and three points of the distribution function, each within 5 sd. */
static void normal_is_normal(void **state)
{
    (void)state;
    iso_rng rng = iso_rng_seeded(4, 0);
    const int n = 200000;
    const double at[] = {-1, 0.5, 2}, cdf[] = {0.15865525, 0.69146246, 0.97724987};
    double m1 = 0, m2 = 0, m3 = 0, m4 = 0, under[3] = {0};

    for (int i = 0; i < n; i++) {
        const double z = iso_rng_normal(&rng);
        m1 += z;
        m2 += z * z;
        m3 += z * z * z;
        m4 += z * z * z * z;
        for (int k = 0; k < 3; k++)
            under[k] += z < at[k];
    }
    const double tol = 5 / sqrt(n);
    assert_true(fabs(m1 / n) < tol);
    assert_true(fabs(m2 / n - 1) < tol * sqrt(2));
    assert_true(fabs(m3 / n) < tol * sqrt(15));
    assert_true(fabs(m4 / n - 3) < tol * sqrt(96));
    for (int k = 0; k < 3; k++)
        assert_true(fabs(under[k] / n - cdf[k]) < tol * sqrt(cdf[k] * (1 - cdf[k])));
}

/* The same everywhere: these five were computed once and must never change. */
static void normals_never_change(void **state)
{
    (void)state;
    iso_rng rng = iso_rng_seeded(0, 0);
    const double want[] = {0x1.360b06f7697aap+1, 0x1.826dfb603398p-3, -0x1.099c2939ea69p+0,
                           0x1.5ee0b72fd5815p+0, 0x1.497e3c73bcccap-1};

    for (int i = 0; i < 5; i++)
        assert_true(iso_rng_normal(&rng) == want[i]);
}

static void permutation_holds_each_once_and_every_order(void **state)
{
    (void)state;
    iso_rng rng = iso_rng_seeded(5, 0);
    int64_t p[100];
    char seen[100] = {0};
    int orders[6] = {0};

    iso_rng_permutation(&rng, p, 100);
    for (int i = 0; i < 100; i++) {
        assert_in_range(p[i], 0, 99);
        assert_int_equal(seen[p[i]]++, 0);
    }
    for (int i = 0; i < 6 * 1024; i++) {
        iso_rng_permutation(&rng, p, 3);
        orders[p[0] * 2 + (p[1] > p[2])]++;
    }
    for (int i = 0; i < 6; i++)
        assert_in_range(orders[i], 1024 - 146, 1024 + 146);
    iso_rng_permutation(&rng, NULL, 0);
}

int main(void)
{
    RUN_TESTS(test(first_outputs_are_the_published_ones), test(streams_differ_and_repeat),
              test(below_is_even), test(uniform_has_its_moments), test(normal_is_normal),
              test(normals_never_change), test(permutation_holds_each_once_and_every_order));
}
