/* Rows times panels, both versions, against products in double; and W as panels deeper than a
 * stretch.
 */
#include "tests/check.h"

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/linalg/packed.h"
#include "lib/linalg/panel.h"
#include "lib/linalg/panel_int8.h"

static iso_rng rng;

static float *numbers(int64_t n)
{
    float *x = malloc((size_t)(n + 1) * sizeof *x);

    for (int64_t i = 0; i < n; i++)
        x[i] = (float)iso_rng_normal(&rng);
    return x;
}

/* What the sum of k products may be off by in f32: k roundings of sums that grow like √k. */
static double allowed(int64_t k)
{
    return 1e-7 * sqrt((double)k + 99) * ((double)k / 8 + 9);
}

static void one_panel(iso_panel_fn *mul, int64_t m, int64_t k, int64_t lda, int64_t ldc)
{
    float *a = numbers(m * lda), *p = numbers(k * ISO_PANEL + ISO_PANEL),
          *bias = numbers(ISO_PANEL);
    float *c = numbers(m * ldc), *was = malloc((size_t)(m * ldc + 1) * sizeof *was);

    for (int start = 0; start < 3; start++) { /* from 0, from bias, from what is there */
        memcpy(was, c, (size_t)(m * ldc) * sizeof *c);
        mul(c, ldc, a, lda, p, m, k, start == 1 ? bias : NULL, start == 2);
        for (int64_t i = 0; i < m; i++) {
            for (int64_t j = 0; j < ldc; j++) {
                double sum = start == 0 ? 0 : start == 1 ? bias[j % ISO_PANEL] : was[i * ldc + j];
                for (int64_t l = 0; l < k && j < ISO_PANEL; l++)
                    sum += (double)a[i * lda + l] * p[l * ISO_PANEL + j];
                near(c[i * ldc + j], j < ISO_PANEL ? sum : was[i * ldc + j],
                     j < ISO_PANEL ? allowed(k) : 0);
            }
        }
    }
    free(a), free(p), free(bias), free(c), free(was);
}

static void both_versions(void **state)
{
    (void)state;
    rng = iso_rng_seeded(3, 0);
    for (int64_t m = 0; m < 20; m++) {
        for (int64_t k = 0; k < 70; k += 1 + k / 3) {
            one_panel(iso_panel_plain(), m, k, k + 3, ISO_PANEL + 2);
            one_panel(iso_panel_best(), m, k, k + 3, ISO_PANEL + 2);
        }
    }
}

/* Integers of every version against 64-bit sums modulo 2³²: random ones, and the largest of either
 * sign, at which sums of pairs saturate first. */
static void *room(int64_t bytes)
{
    char *p = NULL;

    ok(iso_alloc(&p, bytes, 1));
    return p;
}

static void one_int8(const iso_panel_int8 *set, int64_t m, int64_t depth, bool extreme)
{
    const int64_t rows = m + ISO_INT8_ROWS, wide = ISO_INT8_PANEL;
    uint8_t *a = room(rows * depth + 1);
    int8_t *p = room(depth * wide + 1);
    int32_t *c = room(rows * wide * 4), *start = room(wide * 4);

    for (int64_t i = 0; i < m * depth; i++)
        a[i] = (uint8_t)(extreme ? 2 * set->half - 1 : iso_rng_below(&rng, 2 * set->half));
    for (int64_t i = 0; i < depth * wide; i++)
        p[i] = (int8_t)(extreme ? i % 8 < 4 ? 127 : -127 : iso_rng_below(&rng, 255) - 127);
    for (int64_t j = 0; j < wide; j++)
        start[j] = extreme ? INT32_MIN : (int32_t)(iso_rng_below(&rng, 1 << 20) - (1 << 19));
    set->begin();
    set->mul(c, a, p, start, m, depth);
    set->end();
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < wide; j++) {
            int64_t sum = start[j];
            for (int64_t l = 0; l < depth; l++)
                sum += a[i * depth + l] * p[(l / 4 * wide + j) * 4 + l % 4];
            if ((uint32_t)sum != (uint32_t)c[i * wide + j])
                print_error("%s, %d rows, depth %d\n", set->name, (int)m, (int)depth);
            assert_int_equal((uint32_t)sum, (uint32_t)c[i * wide + j]);
        }
    iso_free(a), iso_free(p), iso_free(c), iso_free(start);
}

static void int8_versions(void **state)
{
    (void)state;
    rng = iso_rng_seeded(5, 0);
    for (int i = 0; iso_panel_int8_each(i); i++)
        for (int64_t m = 0; m < 70; m += 1 + m / 5)
            for (int64_t depth = 0; depth < 400; depth += iso_panel_int8_each(i)->depth * (1 + depth / 16))
                one_int8(iso_panel_int8_each(i), m, depth, m % 2 == 1);
}

/* More columns than a stretch holds, a last panel that is not full, more rows than a block. */
static void deep_and_uneven(void **state)
{
    const int64_t shape[][3] = {
        {1, 37, 1700}, {97, 16, 769}, {193, 5, 768}, {7, 211, 1537}, {2, 1, 1}};

    (void)state;
    rng = iso_rng_seeded(4, 0);
    for (int i = 0; i < 5; i++) {
        const int64_t m = shape[i][0], n = shape[i][1], k = shape[i][2];
        float *x = numbers(m * k), *w = numbers(n * k), *bias = numbers(n);
        iso_packed *p;
        iso_mat y;
        ok(iso_mat_new(&y, m, n, ISO_F32));
        ok(iso_packed_new(&p, iso_view_f32(w, n, k), ISO_COMPUTE_F32));
        ok(iso_packed_mul(&y, iso_view_f32(x, m, k), p, bias));
        for (int64_t r = 0; r < m; r++) {
            for (int64_t c = 0; c < n; c++) {
                double sum = bias[c];
                for (int64_t l = 0; l < k; l++)
                    sum += (double)x[r * k + l] * w[c * k + l];
                near(((float *)y.data)[r * n + c], sum, allowed(k));
            }
        }
        iso_packed_free(p);
        iso_mat_free(&y);
        free(x), free(w), free(bias);
    }
}

int main(void)
{
    RUN_TESTS(test(both_versions), test(int8_versions), test(deep_and_uneven));
}
