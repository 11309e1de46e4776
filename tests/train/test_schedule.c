/* Learning rates and scheduled sampling, step by step. */
#include "tests/check.h"

#include "lib/train/schedule.h"

/* 10 steps, 2 of warmup: 1/2, 1, then 8/8, 7/8, … 1/8; nothing is left after the last. */
static void linear(void **state)
{
    const iso_schedule s = iso_schedule_of(ISO_SCHEDULE_LINEAR, 10, 0.2);
    static const double want[] = {0.5, 1, 1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125, 0, 0};
    (void)state;

    assert_int_equal(s.warmup, 2);
    for (int i = 0; i < 12; i++)
        near(iso_schedule_factor(&s, i), want[i], 1e-15);
}

static void others(void **state)
{
    const iso_schedule root = {ISO_SCHEDULE_INVERSE_SQRT, 1000, 4},
                       cold = {ISO_SCHEDULE_INVERSE_SQRT, 1000, 0},
                       flat = {ISO_SCHEDULE_CONSTANT, 10, 5};
    (void)state;

    near(iso_schedule_factor(&root, 0), 0.25, 1e-15);
    near(iso_schedule_factor(&root, 3), 1, 1e-15);
    near(iso_schedule_factor(&root, 15), 0.5, 1e-15);
    near(iso_schedule_factor(&root, 99), 0.2, 1e-15);
    near(iso_schedule_factor(&cold, 0), 1, 1e-15);
    near(iso_schedule_factor(&cold, 3), 0.5, 1e-15);
    near(iso_schedule_factor(&flat, 0), 0.2, 1e-15);
    near(iso_schedule_factor(&flat, 4), 1, 1e-15);
    near(iso_schedule_factor(&flat, 99), 1, 1e-15);
}

/* No step of a run has rate 0 or above 1, whatever its length and warmup. */
static void every_step_counts(void **state)
{
    (void)state;

    for (int kind = ISO_SCHEDULE_LINEAR; kind <= ISO_SCHEDULE_CONSTANT; kind++)
        for (int64_t steps = 1; steps < 40; steps++)
            for (int w = 0; w <= 10; w++) {
                const iso_schedule s =
                    iso_schedule_of((iso_schedule_kind)kind, steps, (double)w / 10);
                assert_true(s.warmup >= 0 && s.warmup <= steps);
                for (int64_t i = 0; i < steps; i++) {
                    const double f = iso_schedule_factor(&s, i);
                    assert_true(f > 0 && f <= 1);
                }
            }
    assert_int_equal(iso_schedule_of(ISO_SCHEDULE_LINEAR, 100, 0.07).warmup, 7); /* rounded, 8 */
    assert_int_equal(iso_schedule_of(ISO_SCHEDULE_LINEAR, 31, 0.1).warmup, 4);
}

/* Published: k = 1000 has p(5000) = 0.871, p(10000) = 0.0434, one half at 6908; k = 2000 p(10000) =
 * 0.931, p(20000) = 0.083, one half at 15202. */
static void probability_of_gold(void **state)
{
    (void)state;

    near(iso_sampling_p(1000, 0), 1000.0 / 1001, 1e-15);
    near(iso_sampling_p(1000, 5000), 0.871, 5e-4);
    near(iso_sampling_p(1000, 10000), 0.0434, 5e-5);
    near(iso_sampling_p(1000, 6908), 0.5, 1e-3);
    near(iso_sampling_p(2000, 10000), 0.931, 1e-3);
    near(iso_sampling_p(2000, 20000), 0.083, 1e-3);
    near(iso_sampling_p(2000, 15202), 0.5, 1e-3);
    assert_true(iso_sampling_p(1, 100000) == 0); /* the exponential overflows */
}

static void k_from_steps(void **state)
{
    static const int64_t steps[] = {1, 2, 3, 7, 100, 13816, 1000000, 1LL << 50};
    (void)state;

    near(iso_sampling_k(0), 1, 0);
    near(iso_sampling_k(2 * 6908), 1000, 0.1);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        const double k = iso_sampling_k(steps[i]), half = (double)steps[i] / 2;
        near(k * log(k), half, 1e-9 * half);
    }
}

/* Draws: as often as p says, the same for the same seed, others for another. */
static void draws(void **state)
{
    const iso_sampling s = {.k = 100, .seed = 5}, other = {.k = 100, .seed = 6};
    const int64_t middle = 461; /* k ln k */
    int gold = 0, differ = 0;
    (void)state;

    for (int i = 0; i < 400; i++) {
        assert_true(iso_sampling_gold(&s, i % 10)); /* p > 0.99, none of these ten fails */
        assert_false(iso_sampling_gold(&s, 5000 + i));
    }
    for (uint64_t seed = 0; seed < 4000; seed++) {
        const iso_sampling at = {.k = 100, .seed = seed};
        gold += iso_sampling_gold(&at, middle);
        assert_true(iso_sampling_gold(&at, middle) == iso_sampling_gold(&at, middle));
    }
    near(gold / 4000.0, iso_sampling_p(100, middle), 0.03);
    for (int64_t i = 400; i < 520; i++)
        differ += iso_sampling_gold(&s, i) != iso_sampling_gold(&other, i);
    assert_true(differ > 20 && differ < 100);
}

/* Once an epoch: all of its steps are as its first. */
static void frozen(void **state)
{
    const iso_sampling step = {.k = 100, .seed = 9},
                       epoch = {.k = 100, .seed = 9, .epoch_steps = 50};
    int changes = 0;
    (void)state;

    for (int64_t i = 0; i < 1000; i++) {
        assert_true(iso_sampling_gold(&epoch, i) == iso_sampling_gold(&step, i / 50 * 50));
        changes += i > 0 && iso_sampling_gold(&epoch, i) != iso_sampling_gold(&epoch, i - 1);
    }
    assert_true(changes > 0 && changes < 20);
}

int main(void)
{
    RUN_TESTS(test(linear), test(others), test(every_step_counts), test(probability_of_gold),
              test(k_from_steps), test(draws), test(frozen));
}
