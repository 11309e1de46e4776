/* Products with prepared weights, against a loop written out. */
#include "tests/check.h"

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/linalg/convert.h"
#include "lib/linalg/packed.h"

static iso_mat drawn(int64_t rows, int64_t cols, int64_t stride, uint64_t seed)
{
    iso_rng rng = iso_rng_seeded(seed, 0);
    iso_mat m;

    ok(iso_mat_new(&m, rows, stride, ISO_F32));
    m.cols = cols;
    for (int64_t i = 0; i < rows * stride; i++)
        ((float *)m.data)[i] = (float)iso_rng_normal(&rng);
    return m;
}

static double exact(iso_view x, int64_t i, iso_view w, int64_t j, const float *bias)
{
    const float *a = (const float *)x.data + i * x.stride,
                *b = (const float *)w.data + j * w.stride;
    double sum = bias ? (double)bias[j] : 0;

    for (int64_t k = 0; k < x.cols; k++)
        sum += (double)a[k] * (double)b[k];
    return sum;
}

static void same_as_a_loop(void **state)
{
    (void)state;
    static const int sizes[][3] = {{1, 1, 1},   {0, 3, 2},     {3, 0, 2},  {2, 3, 0},
                                   {1, 7, 768}, {17, 33, 129}, {5, 64, 64}};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        const int64_t m = sizes[s][0], n = sizes[s][1], k = sizes[s][2];
        iso_mat x = drawn(m, k, k + 3, 1), w = drawn(n, k, k + (int64_t)(s & 1), 2);
        iso_mat y = drawn(m, n, n + 5, 3), before = drawn(m, n, n + 5, 3), b = drawn(1, n, n, 4);
        for (int biased = 0; biased < 2; biased++) {
            const float *bias = biased ? b.data : NULL;
            iso_packed *p = NULL;
            ok(iso_packed_new(&p, iso_mat_view(&w), ISO_COMPUTE_F32));
            ok(iso_packed_mul(&y, iso_mat_view(&x), p, bias));
            for (int64_t i = 0; i < m; i++) {
                const float *row = (const float *)y.data + i * y.stride;
                for (int64_t j = 0; j < n; j++)
                    near((double)row[j], exact(iso_mat_view(&x), i, iso_mat_view(&w), j, bias),
                         1e-5 * (double)(k + 1));
                assert_memory_equal(row + n, (float *)before.data + i * y.stride + n, 5 * 4);
            }
            iso_packed_free(p);
        }
        iso_mat_free(&x), iso_mat_free(&w), iso_mat_free(&y), iso_mat_free(&before);
        iso_mat_free(&b);
    }
}

int main(void)
{
    RUN_TESTS(test(same_as_a_loop));
}
