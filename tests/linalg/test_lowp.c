/* oneDNN behind its border: f32 on any CPU, 8 bits on numbers so small that no CPU saturates, bf16
 * where there are instructions for it. Without oneDNN each entry point says so. */
#include "tests/check.h"

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/linalg/convert.h"
#include "lib/linalg/lowp.h"
#include "lib/linalg/packed.h"
#include "lib/linalg/packed_inside.h"

enum { MOST = 40000, GAP = 3 };

static const int64_t shapes[][3] = {{1, 1, 1},     {3, 2, 1},     {1, 48, 130},
                                    {17, 33, 129}, {150, 96, 64}, {600, 20, 31}};
static float x[MOST], w[MOST], bias[128], y[MOST], want[MOST];

/* Integers; of two neighbours in w one is small, so that 255 (|w0| + |w1|) < 2^15. */
static void draw(uint64_t seed)
{
    iso_rng rng = iso_rng_seeded(seed, 0);

    for (int i = 0; i < MOST; i++) {
        x[i] = (float)iso_rng_below(&rng, 255) - 127;
        w[i] = i % 2 ? (float)(i % 3 - 1) : (float)iso_rng_below(&rng, 255) - 127;
    }
    for (int i = 0; i < 128; i++)
        bias[i] = (float)iso_rng_below(&rng, 100);
}

static bool built(void)
{
    iso_lowp *p = NULL;

    if (iso_lowp_has(ISO_LOWP_F32))
        return true;
    for (int t = 0; t < 3; t++)
        fails(iso_lowp_new(&p, w, 1, 1, (iso_lowp_type)t), ISO_EUNSUP, "built without oneDNN");
    fails(iso_lowp_mul(y, 1, x, 1, NULL, NULL), ISO_EUNSUP, "built without oneDNN");
    assert_null(p);
    iso_lowp_free(NULL);
    return false;
}

/* All numbers are integers below 2^24, and sums are exact in any order. */
static void f32_products(void **state)
{
    (void)state;
    for (size_t s = 0; built() && s < sizeof shapes / sizeof *shapes; s++) {
        const int64_t m = shapes[s][0], n = shapes[s][1], k = shapes[s][2], ld = n + GAP;
        iso_lowp *p = NULL;
        draw(s);
        ok(iso_lowp_new(&p, w, n, k, ISO_LOWP_F32));
        assert_true(iso_lowp_bytes(p) >= n * k * 4);
        for (int biased = 0; biased < 2; biased++) {
            for (int64_t i = 0; i < m * ld; i++)
                y[i] = 77;
            ok(iso_lowp_mul(y, ld, x, m, p, biased ? bias : NULL));
            for (int64_t i = 0; i < m; i++) {
                for (int64_t j = 0; j < n; j++) {
                    double sum = biased ? (double)bias[j] : 0;
                    for (int64_t l = 0; l < k; l++)
                        sum += (double)(x[i * k + l] * w[j * k + l]);
                    near((double)y[i * ld + j], sum, 0);
                }
                for (int64_t j = n; j < ld; j++)
                    near((double)y[i * ld + j], 77, 0);
            }
        }
        iso_lowp_free(p);
    }
}

/* The engine as the table of packed products would use it, against the plain one. */
static void like_the_plain_engine(const struct packed_engine *engine, iso_compute compute,
                                  double tolerance)
{
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        const int64_t m = shapes[s][0], n = shapes[s][1], k = shapes[s][2], ld = n + GAP;
        iso_packed *plain = NULL;
        void *p = NULL;
        draw(10 + s);
        const iso_view v = iso_view_f32(w, n, k);
        iso_mat a = {y, m, n, ld, ISO_F32, NULL}, b = {want, m, n, ld, ISO_F32, NULL};
        iso_packed_force_plain(true);
        ok(iso_packed_new(&plain, v, compute));
        iso_packed_force_plain(false);
        ok(engine->make(&p, v));
        assert_true(engine->bytes(p) >= n * k);
        for (int biased = 0; biased < 2; biased++) {
            ok(engine->mul(&a, iso_view_f32(x, m, k), p, biased ? bias : NULL, NULL));
            ok(iso_packed_mul(&b, iso_view_f32(x, m, k), plain, biased ? bias : NULL));
            for (int64_t i = 0; i < m; i++)
                for (int64_t j = 0; j < n; j++)
                    near((double)y[i * ld + j], (double)want[i * ld + j],
                         tolerance * (double)k * 127 * 127);
        }
        engine->free(p);
        iso_packed_free(plain);
    }
}

static void int8_products(void **state)
{
    (void)state;
    if (built())
        like_the_plain_engine(&iso_packed_int8_lowp, ISO_COMPUTE_INT8, 0);
}

static void bf16_products(void **state)
{
    (void)state;
    void *p = NULL;
    if (iso_lowp_has(ISO_LOWP_BF16))
        like_the_plain_engine(&iso_packed_bf16_lowp, ISO_COMPUTE_BF16, 1e-6);
    else if (iso_packed_bf16_lowp.make(&p, iso_view_f32(w, 2, 2)) == ISO_OK)
        iso_packed_bf16_lowp.free(p); /* emulated: right, but slow */
    else
        text(iso_packed_engine(ISO_COMPUTE_BF16), "isogloss on rounded numbers");
}

static void nothing_to_multiply(void **state)
{
    (void)state;
    const struct packed_engine *each[] = {&iso_packed_int8_lowp, &iso_packed_bf16_lowp};
    for (int e = 0; built() && e < 2; e++) {
        iso_mat to = {y, 2, 3, 3, ISO_F32, NULL};
        void *p = NULL;
        ok(each[e]->make(&p, iso_view_f32(w, 3, 0)));
        ok(each[e]->mul(&to, iso_view_f32(x, 2, 0), p, bias, NULL));
        for (int i = 0; i < 6; i++)
            near((double)y[i], (double)bias[i % 3], 0);
        each[e]->free(p);
        p = NULL;
        ok(each[e]->make(&p, iso_view_f32(w, 0, 3)));
        each[e]->free(p);
    }
}

static void every_allocation_fails_once(void **state)
{
    (void)state;
    const struct packed_engine *engine = &iso_packed_int8_lowp;
    iso_mat to = {y, 5, 20, 20, ISO_F32, NULL};
    int64_t n = 0;
    for (; built(); n++) {
        void *p = NULL;
        iso_alloc_fail_after(n);
        iso_err err = engine->make(&p, iso_view_f32(w, 20, 6));
        if (!err)
            err = engine->mul(&to, iso_view_f32(x, 5, 6), p, NULL, NULL);
        iso_alloc_fail_after(-1);
        if (p)
            engine->free(p);
        if (!err)
            break;
        assert_int_equal(err, ISO_ENOMEM);
    }
    assert_true(n > 0 || !built());
}

int main(void)
{
    RUN_TESTS(test(f32_products), test(int8_products), test(bf16_products),
              test(nothing_to_multiply), test(every_allocation_fails_once));
}
