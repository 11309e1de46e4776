/* t-SNE: beside a plain implementation in double, with any number of threads and any kernels, and
 * what it does to rows in two heaps. */
#include <omp.h>

#include "analysis/stats/tsne.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "tests/check.h"

enum { MOST = 60, D = 5 };

/* Two heaps; the start is the first two columns. */
static void draw(double *x, double *y, int n, double apart, uint64_t seed)
{
    iso_rng rng = iso_rng_seeded(seed, 0);

    for (int i = 0; i < n; i++) {
        for (int j = 0; j < D; j++)
            x[i * D + j] = iso_rng_normal(&rng) + (i % 2 ? apart : 0);
        y[2 * i] = x[i * D];
        y[2 * i + 1] = x[i * D + 1];
    }
}

/* --- The plain one --- */

static double square(const double *a, const double *b, int d)
{
    double sum = 0;

    for (int j = 0; j < d; j++)
        sum += (a[j] - b[j]) * (a[j] - b[j]);
    return sum;
}

static void plain_p(double p[MOST][MOST], const double *x, int n, double perplexity)
{
    double c[MOST][MOST] = {{0}};

    for (int i = 0; i < n; i++) {
        double low = 0, high = 1e6;
        for (int k = 0; k < 200; k++) {
            const double beta = (low + high) / 2;
            double sum = 0, entropy = 0;
            for (int j = 0; j < n; j++)
                sum += c[i][j] = i == j ? 0 : exp(-beta * square(x + i * D, x + j * D, D));
            for (int j = 0; j < n; j++) {
                c[i][j] = sum > 0 ? c[i][j] / sum : 0;
                entropy -= c[i][j] > 0 ? c[i][j] * log(c[i][j]) : 0;
            }
            if (sum > 0 && entropy > log(perplexity))
                low = beta;
            else
                high = beta;
        }
    }
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            p[i][j] = (c[i][j] + c[j][i]) / (2 * n);
}

static double plain_kl(double p[MOST][MOST], const double *y, int n)
{
    double z = 0, kl = 0;

    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            z += i == j ? 0 : 1 / (1 + square(y + 2 * i, y + 2 * j, 2));
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            if (p[i][j] > 0)
                kl += p[i][j] * log(p[i][j] * z * (1 + square(y + 2 * i, y + 2 * j, 2)));
    return kl;
}

static void plain(double *y, double p[MOST][MOST], int n, int iterations)
{
    double step[2 * MOST] = {0}, gain[2 * MOST], g[2 * MOST], mean = 0, spread = 0, z;

    for (int i = 0; i < n; i++)
        mean += y[2 * i] / n;
    for (int i = 0; i < n; i++)
        spread += (y[2 * i] - mean) * (y[2 * i] - mean) / n;
    for (int i = 0; i < 2 * n; i++)
        y[i] *= 1e-4 / sqrt(spread);
    for (int k = 0; k < iterations; k++) {
        const double more = k < iterations / 4 ? 12 : 1, momentum = k < iterations / 4 ? 0.5 : 0.8;
        for (int i = 0; i < 2 * n && (k == 0 || k == iterations / 4); i++) {
            step[i] = 0;
            gain[i] = 1;
        }
        z = 0;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                z += i == j ? 0 : 1 / (1 + square(y + 2 * i, y + 2 * j, 2));
        for (int i = 0; i < 2 * n; i++) {
            g[i] = 0;
            for (int j = 0; j < n; j++) {
                const double q = 1 / (1 + square(y + i / 2 * 2, y + 2 * j, 2));
                if (j != i / 2)
                    g[i] += 4 * (more * p[i / 2][j] - q / z) * q * (y[i] - y[2 * j + i % 2]);
            }
        }
        for (int i = 0; i < 2 * n; i++) {
            gain[i] = step[i] * g[i] < 0 ? gain[i] + 0.2 : fmax(0.01, 0.8 * gain[i]);
            step[i] = momentum * step[i] - fmax(n / 48.0, 50) * gain[i] * g[i];
            y[i] += step[i];
        }
    }
}

static void as_the_plain_one(void **state)
{
    (void)state;
    static const int count[] = {20, 33, 60};
    static double p[MOST][MOST];
    double x[MOST * D], y[2 * MOST], want[2 * MOST], kl;

    for (int t = 0; t < 3; t++) {
        const int n = count[t];
        draw(x, y, n, 2, (uint64_t)t);
        memcpy(want, y, sizeof want);
        plain_p(p, x, n, 5);
        plain(want, p, n, 16);
        ok(iso_tsne(y, &kl, iso_view_f64(x, n, D), &(iso_tsne_opt){5, 16}, NULL));
        double scale = 0, mean[2] = {0};
        for (int i = 0; i < 2 * n; i++) {
            mean[i % 2] += want[i] / n;
            scale = fmax(scale, fabs(want[i]));
        }
        for (int i = 0; i < 2 * n; i++)
            near(y[i], want[i] - mean[i % 2], 1e-3 * scale);
        near(kl, plain_kl(p, y, n), 1e-4);
        ok(iso_tsne(y, &kl, iso_view_f64(x, n, D), &(iso_tsne_opt){.perplexity = 5}, NULL));
        near(kl, plain_kl(p, y, n), 1e-4);
        assert_true(kl < 0.7);
    }
}

/* The same picture to the last bit. */
static void threads_and_kernels(void **state)
{
    (void)state;
    const int threads = omp_get_max_threads();
    double x[MOST * D], start[2 * MOST], one[2 * MOST], y[2 * MOST];

    draw(x, start, MOST - 3, 1, 4);
    memcpy(one, start, sizeof one);
    ok(iso_tsne(one, NULL, iso_view_f64(x, MOST - 3, D), NULL, NULL));
    for (int t = 1; t <= 3; t++) {
        for (int level = ISO_CPU_PLAIN; level <= ISO_CPU_AVX512; level++) {
            omp_set_num_threads(t);
            kernels((iso_cpu)level);
            memcpy(y, start, sizeof y);
            ok(iso_tsne(y, NULL, iso_view_f64(x, MOST - 3, D), NULL, NULL));
            assert_memory_equal(y, one, sizeof(double) * 2 * (MOST - 3));
        }
    }
    omp_set_num_threads(threads);
}

/* Nobody's nearest point is of the other heap. */
static void heaps_stay_apart(void **state)
{
    (void)state;
    double x[MOST * D], y[2 * MOST];

    draw(x, y, MOST, 9, 5);
    ok(iso_tsne(y, NULL, iso_view_f64(x, MOST, D), NULL, NULL));
    for (int i = 0; i < MOST; i++) {
        int best = i ? 0 : 1;
        for (int j = 0; j < MOST; j++) {
            if (j != i && square(y + 2 * i, y + 2 * j, 2) < square(y + 2 * i, y + 2 * best, 2))
                best = j;
        }
        assert_int_equal(best % 2, i % 2);
    }
}

/* Equal rows, and all of them equally far from each other, have no width; points stay finite. */
static void odd_rows(void **state)
{
    (void)state;
    double x[8 * 8] = {0}, y[16], kl;

    for (int i = 0; i < 8; i++) {
        x[i * 8 + i] = 1;
        y[2 * i] = i;
        y[2 * i + 1] = i * i % 5;
    }
    ok(iso_tsne(y, &kl, iso_view_f64(x, 8, 8), NULL, NULL));
    for (int i = 0; i < 16; i++)
        assert_true(isfinite(y[i]));
    memset(x, 0, sizeof x);
    ok(iso_tsne(y, &kl, iso_view_f64(x, 8, 8), NULL, NULL));
    assert_true(isfinite(kl));
}

static void what_is_refused(void **state)
{
    (void)state;
    double x[MOST * D], y[2 * MOST];

    draw(x, y, MOST, 1, 6);
    fails(iso_tsne(y, NULL, iso_view_f64(x, 3, D), NULL, NULL), ISO_EARG, "4 points");
    fails(iso_tsne(y, NULL, iso_view_f64(x, 9, D), &(iso_tsne_opt){.perplexity = 0.5}, NULL),
          ISO_EARG, "perplexity");
    fails(iso_tsne(y, NULL, iso_view_f64(x, MOST, D), NULL, &(iso_run){.mem = 9000}), ISO_EDATA,
          "--mem gives");
    x[7] = INFINITY;
    fails(iso_tsne(y, NULL, iso_view_f64(x, MOST, D), NULL, NULL), ISO_EFORMAT, "row 1");
    x[7] = 0;
    memset(y, 0, sizeof y);
    fails(iso_tsne(y, NULL, iso_view_f64(x, MOST, D), NULL, NULL), ISO_EARG, "all the same");
}

static void survives_lack_of_memory(void **state)
{
    (void)state;
    double x[MOST * D], y[2 * MOST];
    int64_t n = 0;
    iso_err err;

    draw(x, y, 20, 1, 7);
    do {
        iso_alloc_fail_after(n++);
        err = iso_tsne(y, NULL, iso_view_f64(x, 20, D), &(iso_tsne_opt){.iterations = 4}, NULL);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
    } while (err);
    assert_true(n > 8);
}

int main(void)
{
    RUN_TESTS(test(as_the_plain_one), test(threads_and_kernels), test(heaps_stay_apart),
              test(odd_rows), test(what_is_refused), test(survives_lack_of_memory));
}
