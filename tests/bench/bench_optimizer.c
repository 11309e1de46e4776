/* The optimizer's step, which memory limits.
 *
 *     bench_optimizer [MILLION_PARAMETERS [ROWS COLS TOUCHED]]
 *
 * A dense step reads value, gradient and both moments and writes them back: 32 bytes a parameter,
 * 28 when gradients are kept. Beside it the same traffic without arithmetic, in turns. Then a table
 * of which a step touches a few rows, brought up to date before each step as a forward pass needs
 * it, against the same table with a dense gradient. Medians of ROUNDS. */
#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/base/threads.h"
#include "lib/train/clip.h"
#include "tests/bench/bench.h"

enum { ROUNDS = 9, STEPS = 200, CHUNK = 1 << 15 };

static const iso_grad_use as_they_are = {1, INFINITY};

static void traffic(float *p, float *m, float *v, float *g, int64_t n, float by, float clear)
{
#pragma omp parallel for schedule(static)
    for (int64_t from = 0; from < n; from += CHUNK) {
        const int64_t to = from + CHUNK < n ? from + CHUNK : n;
#pragma omp simd
        for (int64_t i = from; i < to; i++) {
            const float x = g[i];
            p[i] += x;
            m[i] *= by;
            v[i] *= by;
            if (clear > 0)
                g[i] = 0;
        }
    }
}

static double reading(const float *g, int64_t n)
{
    double sum = 0;

#pragma omp parallel for schedule(static) reduction(+ : sum)
    for (int64_t from = 0; from < n; from += CHUNK) {
        const int64_t to = from + CHUNK < n ? from + CHUNK : n;
        float part = 0;
#pragma omp simd reduction(+ : part)
        for (int64_t i = from; i < to; i++)
            part += g[i];
        sum += (double)part;
    }
    return sum;
}

static void dense(int64_t n)
{
    float *p = NULL, *g = NULL;
    iso_optimizer *o = NULL;
    double ours[2][ROUNDS], floor[2][ROUNDS], norm[2][ROUNDS], size, sum = 0;

    check(iso_alloc(&p, n, sizeof *p));
    check(iso_alloc(&g, n, sizeof *g));
    const iso_tensor t = {"w", p, g, NULL, n / 1000, 1000, ISO_TENSOR_MATRIX, 0};
    const iso_optimizer_group group = {1, 0.01};
    check(iso_optimizer_new(&o, &t, 1, &group, NULL));
    float *m = iso_optimizer_moment(o, 0, 0), *v = iso_optimizer_moment(o, 0, 1);
    for (int64_t i = 0; i < n; i++) {
        p[i] = (float)(i % 13) / 64;
        g[i] = (float)(i % 17 - 8) / 64;
    }
    check(iso_optimizer_step(o, 1e-4, as_they_are, true));
    for (int r = 0; r < ROUNDS; r++) {
        for (int keep = 0; keep < 2; keep++) {
            double from = now();
            traffic(p, m, v, g, n, 0.999f, keep ? 0 : 1);
            floor[keep][r] = now() - from;
            from = now();
            check(iso_optimizer_step(o, 1e-4, as_they_are, keep));
            ours[keep][r] = now() - from;
        }
        double from = now();
        sum += reading(g, n);
        norm[0][r] = now() - from;
        from = now();
        check(iso_grads_norm(&size, &t, 1));
        norm[1][r] = now() - from;
    }
    for (int keep = 0; keep < 2; keep++) {
        const double bytes = (keep ? 28.0 : 32.0) * (double)n, s = median(ours[keep], ROUNDS);
        const double least = median(floor[keep], ROUNDS);
        printf("dense %.0f M parameters, gradients %s: %.2f ms, %.1f GB/s; the traffic alone %.2f "
               "ms, %.1f GB/s; ratio %.2f\n",
               (double)n / 1e6, keep ? "kept" : "cleared", s * 1e3, bytes / s / 1e9, least * 1e3,
               bytes / least / 1e9, s / least);
    }
    const double least = median(norm[0], ROUNDS), s = median(norm[1], ROUNDS);
    printf("norm: %.2f ms, %.1f GB/s; reading alone %.2f ms, ratio %.2f%s\n", s * 1e3,
           4 * (double)n / s / 1e9, least * 1e3, s / least, sum == 0.5 ? " " : "");
    iso_optimizer_free(o);
    iso_free(p);
    iso_free(g);
}

/* Words of a text: half of them among the first hundredth of the rows. */
static int64_t draw(int64_t *rows, int64_t all, int64_t n, iso_rng *rng, bool *seen)
{
    int64_t count = 0;

    memset(seen, 0, (size_t)all);
    for (int64_t i = 0; i < n; i++)
        seen[iso_rng_below(rng, i % 2 ? all : all / 100)] = true;
    for (int64_t row = 0; row < all; row++)
        if (seen[row])
            rows[count++] = row;
    return count;
}

static void table(int64_t all, int64_t cols, int64_t n)
{
    iso_row_grads touched = {NULL, NULL, 0, n};
    float *p = NULL;
    bool *seen = NULL;
    iso_optimizer *o = NULL;
    iso_rng rng = iso_rng_seeded(1, 0);
    double read = 0, step = 0;
    int64_t rows = 0;

    check(iso_alloc(&p, all * cols, sizeof *p));
    check(iso_alloc(&seen, all, sizeof *seen));
    check(iso_alloc(&touched.rows, n, sizeof *touched.rows));
    check(iso_alloc(&touched.grad, n * cols, sizeof *touched.grad));
    const iso_tensor t = {"word", p, NULL, &touched, all, cols, ISO_TENSOR_TABLE, 0};
    const iso_optimizer_group group = {1, 0.01};
    check(iso_optimizer_new(&o, &t, 1, &group, NULL));
    for (int64_t i = 0; i < all * cols; i++)
        p[i] = (float)(i % 13) / 64;
    for (int k = 0; k < STEPS; k++) {
        touched.count = draw(touched.rows, all, n, &rng, seen);
        rows += touched.count;
        for (int64_t i = 0; i < touched.count * cols; i++)
            touched.grad[i] = (float)(i % 17 - 8) / 64;
        double from = now();
        iso_optimizer_rows(o, 0, touched.rows, touched.count);
        read += now() - from;
        from = now();
        check(iso_optimizer_step(o, 1e-4, as_they_are, false));
        step += now() - from;
    }
    const double from = now();
    iso_optimizer_settle(o);
    printf("table %lld x %lld, %.0f rows a step: %.2f ms a step (reading up %.2f), after %d steps "
           "all rows in %.0f ms\n",
           (long long)all, (long long)cols, (double)rows / STEPS, (read + step) / STEPS * 1e3,
           read / STEPS * 1e3, STEPS, (now() - from) * 1e3);
    iso_optimizer_free(o);
    iso_free(p);
    iso_free(seen);
    iso_free(touched.rows);
    iso_free(touched.grad);
}

int main(int argc, char **argv)
{
    printf("%d threads\n", iso_threads_most());
    dense((argc > 1 ? atoll(argv[1]) : 50) * 1000000);
    if (argc > 4)
        table(atoll(argv[2]), atoll(argv[3]), atoll(argv[4]));
    else
        table(120000, 384, 2048);
}
