#include "lib/linalg/dots.h"

#include <math.h>

#include "lib/base/rng.h"
#include "lib/linalg/softmax.h"
#include "lib/linalg/topk.h"
#include "tests/check.h"

enum { MOST = 70, STRIDE = MOST + 3 };

static float number(iso_rng *rng)
{
    return (float)(iso_rng_normal(rng) * pow(10, (double)iso_rng_below(rng, 12) - 6));
}

static void bits_of_dot(const float *x, const float *y, int64_t m, int64_t n, int64_t d)
{
    static double rows[ISO_DOTS_ROWS * MOST], columns[ISO_DOTS_COLUMNS * MOST],
        out[ISO_DOTS_ROWS * ISO_DOTS_COLUMNS];

    iso_dots_rows(rows, x, STRIDE, m, d);
    for (int j = 0; j < ISO_DOTS_COLUMNS; j++)
        iso_dots_column(columns, j, j < n ? y + j * STRIDE : NULL, d);
    iso_dots(out, rows, m, columns, d);
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < ISO_DOTS_COLUMNS; j++) {
            const double *found = &out[i * ISO_DOTS_COLUMNS + j], zero = 0;
            const double dot = iso_topk_dot(x + i * STRIDE, y + j * STRIDE, d);
            assert_memory_equal(found, j < n ? &dot : &zero, sizeof dot);
        }
}

/* Numbers of all sizes, so that any other order of additions would show. */
static void equal_one_by_one(void **state)
{
    (void)state;
    static float x[ISO_DOTS_ROWS * STRIDE], y[ISO_DOTS_COLUMNS * STRIDE];
    const int64_t rows[] = {1, 2, 3, 4, 17, 47, 48}, columns[] = {1, 4, 5, 8};
    iso_rng rng = iso_rng_seeded(3, 0);

    for (int i = 0; i < ISO_DOTS_ROWS * STRIDE; i++)
        x[i] = number(&rng);
    for (int j = 0; j < ISO_DOTS_COLUMNS * STRIDE; j++)
        y[j] = number(&rng);
    for (int plain = 0; plain < 2; plain++) {
        kernels(plain ? ISO_CPU_PLAIN : ISO_CPU_AVX512);
        for (int64_t d = 0; d <= MOST; d++)
            for (int r = 0; r < 7; r++)
                bits_of_dot(x, y, rows[r], columns[(r + d) % 4], d);
    }
    kernels(ISO_CPU_AVX512);
}

enum { ROWS = 100 };

static void add(double *top, double *sum, const double *c, int64_t step, double beta)
{
    for (int j = 0; j < ISO_SOFTMAX_COLUMNS; j++) {
        top[j] = -INFINITY;
        sum[j] = 0;
    }
    for (int64_t i = 0; i < ROWS; i += step)
        iso_softmax_add(top, sum, c + i * ISO_SOFTMAX_COLUMNS, ROWS - i < step ? ROWS - i : step,
                        beta);
}

/* Against the C library's exponential, term by term; what is 800 below the top is nothing. */
static void sums(void **state)
{
    (void)state;
    static double c[ROWS * ISO_SOFTMAX_COLUMNS];
    const double beta[] = {1e-3, 1, 10, 1000};
    double top[ISO_SOFTMAX_COLUMNS], sum[ISO_SOFTMAX_COLUMNS], plain[ISO_SOFTMAX_COLUMNS];
    iso_rng rng = iso_rng_seeded(4, 0);

    for (int i = 0; i < ROWS * ISO_SOFTMAX_COLUMNS; i++)
        c[i] = 2 * iso_rng_uniform(&rng) - 1;
    for (int b = 0; b < 4; b++)
        for (int64_t step = 1; step < 2 * ROWS; step = 3 * step + 4) {
            add(top, sum, c, step, beta[b]);
            for (int j = 0; j < ISO_SOFTMAX_COLUMNS; j++) {
                double most = -INFINITY, all = 0;
                for (int i = 0; i < ROWS; i++)
                    most = fmax(most, c[i * ISO_SOFTMAX_COLUMNS + j]);
                for (int i = 0; i < ROWS; i++)
                    all += exp(beta[b] * (c[i * ISO_SOFTMAX_COLUMNS + j] - most));
                near(top[j], most, 0);
                near(sum[j] / all, 1, 1e-13);
            }
            kernels(ISO_CPU_PLAIN);
            add(top, plain, c, step, beta[b]);
            kernels(ISO_CPU_AVX512);
            assert_memory_equal(sum, plain, sizeof sum);
        }
}

/* One term is exactly 1, whatever it is; a term far below adds nothing; each term within 2 units in
 * the last place. */
static void terms(void **state)
{
    (void)state;
    double c[2 * ISO_SOFTMAX_COLUMNS], top[ISO_SOFTMAX_COLUMNS], sum[ISO_SOFTMAX_COLUMNS];
    iso_rng rng = iso_rng_seeded(5, 0);

    for (int round = 0; round < 1000; round++) {
        for (int j = 0; j < ISO_SOFTMAX_COLUMNS; j++) {
            c[j] = 0;
            c[ISO_SOFTMAX_COLUMNS + j] = -pow(10, 6 * iso_rng_uniform(&rng) - 3);
            top[j] = -INFINITY;
            sum[j] = 0;
        }
        iso_softmax_add(top, sum, c, 1, 1);
        for (int j = 0; j < ISO_SOFTMAX_COLUMNS; j++)
            assert_true(top[j] == 0 && sum[j] == 1);
        for (int j = 0; j < ISO_SOFTMAX_COLUMNS; j++) {
            top[j] = 0;
            sum[j] = 0;
        }
        iso_softmax_add(top, sum, c + ISO_SOFTMAX_COLUMNS, 1, 1);
        for (int j = 0; j < ISO_SOFTMAX_COLUMNS; j++) {
            const double v = c[ISO_SOFTMAX_COLUMNS + j], e = v > -707 ? exp(v) : 0;
            assert_true(fabs(sum[j] - e) <= 0x1p-51 * e);
        }
    }
}

int main(void)
{
    RUN_TESTS(test(equal_one_by_one), test(sums), test(terms));
}
