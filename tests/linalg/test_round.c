/* Rounding to fewer bits: the vector loops give the plain ones' bits, and these are right. */
#include "tests/check.h"

#include "lib/base/rng.h"
#include "lib/linalg/convert.h"
#include "lib/linalg/round.h"

enum { MOST = 200 };

static const int lengths[] = {0, 1, 7, 8, 9, 31, 33, 64, 199};

static void draw(float *x, uint64_t seed)
{
    iso_rng rng = iso_rng_seeded(seed, 0);

    for (int i = 0; i < MOST; i++)
        x[i] = (float)iso_rng_normal(&rng);
}

static void bf16_is_the_conversion(void **state)
{
    (void)state;
    iso_rng rng = iso_rng_seeded(1, 0);
    for (int round = 0; round < 500; round++) {
        float x[MOST], got[2][MOST], want[MOST];
        uint16_t half[MOST], bits[2][MOST];
        for (int i = 0; i < MOST; i++) { /* any bits: also ties, NaN, subnormal, infinite */
            const uint32_t u = (uint32_t)iso_rng_next(&rng) & (i % 3 ? ~0u : 0xffff8000);
            memcpy(&x[i], &u, sizeof u);
        }
        iso_convert_bf16(half, MOST, iso_view_f32(x, 1, MOST));
        iso_convert_f32(want, MOST, (iso_view){half, 1, MOST, MOST, ISO_BF16});
        iso_rounding_plain()->bf16_bits(bits[0], x, MOST);
        iso_rounding_best()->bf16_bits(bits[1], x, MOST);
        assert_memory_equal(bits[0], half, sizeof half);
        assert_memory_equal(bits[1], half, sizeof half);
        iso_rounding_plain()->bf16(got[0], x, MOST);
        iso_rounding_best()->bf16(got[1], x, MOST);
        assert_memory_equal(got[0], got[1], sizeof got[0]);
        for (int i = 0; i < MOST; i++)
            assert_true(isnan(want[i]) ? isnan(got[0][i])
                                       : memcmp(&want[i], &got[0][i], sizeof want[i]) == 0);
    }
}

static void peaks(void **state)
{
    (void)state;
    const iso_rounding *each[] = {iso_rounding_plain(), iso_rounding_best()};
    for (int s = 0; s < 2; s++) {
        for (int l = 0; l < 9; l++) {
            const int n = lengths[l];
            float x[MOST], want = 0;
            draw(x, (uint64_t)l);
            for (int i = 0; i < n; i++)
                want = fmaxf(want, fabsf(x[i]));
            near((double)each[s]->peak(x, n), (double)want, 0);
            for (int i = 0; i < n; i++) {
                const float kept = x[i];
                x[i] = i % 2 ? -INFINITY : NAN;
                assert_true(isnan(each[s]->peak(x, n)));
                x[i] = kept;
            }
        }
    }
}

static void integers(void **state)
{
    (void)state;
    const iso_rounding *each[] = {iso_rounding_plain(), iso_rounding_best()};
    for (int s = 0; s < 2; s++) {
        for (int l = 0; l < 9; l++) {
            const int n = lengths[l];
            float x[MOST], f[MOST + 1] = {0}, by;
            int8_t b[MOST + 1] = {0};
            int16_t h[MOST + 1] = {0};
            draw(x, (uint64_t)l);
            iso_rounding_scale(&by, each[s]->peak(x, n));
            if (l % 2) /* ties: half integers */
                for (int i = 0; i < n; i++)
                    x[i] = (float)(i % 255 - 127) + 0.5f, by = 1;
            f[n] = 99, b[n] = 99, h[n] = 99;
            each[s]->whole(f, x, by, n);
            each[s]->s8(b, x, by, n);
            each[s]->s16(h, x, by, n);
            for (int i = 0; i < n; i++) {
                near((double)f[i], (double)rintf(x[i] * by), 0);
                near((double)b[i], (double)f[i], 0);
                near((double)h[i], (double)f[i], 0);
            }
            assert_true(b[n] == 99 && h[n] == 99 && f[n] == 99);
        }
    }
}

static void scales(void **state)
{
    (void)state;
    float by;
    near((double)iso_rounding_scale(&by, 254), 2, 0);
    near((double)by, 0.5, 0);
    near((double)iso_rounding_scale(&by, 0x1p-101f), 0, 0);
    near((double)by, 0, 0);
    assert_true(isfinite(127 / iso_rounding_scale(&by, 0x1p-100f)) && isfinite(by));
    assert_true(isnan(iso_rounding_scale(&by, NAN)) && by == 0);
    near((double)iso_rounding_scale(&by, 3.4e38f), 3.4e38 / 127, 1e31);
    assert_true(by > 0 && 3.4e38f * by < 127.5f);
}

int main(void)
{
    RUN_TESTS(test(bf16_is_the_conversion), test(peaks), test(integers), test(scales));
}
