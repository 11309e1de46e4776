/* Gradients as PyTorch has them, in a file: a line a tensor, its norm, three numbers, signed sums.
 */
#ifndef TESTS_NN_GOLDEN_GRADIENTS_H
#define TESTS_NN_GOLDEN_GRADIENTS_H

#include "tests/check.h"

#include "lib/nn/tensor.h"

enum { SUMS = 4, MOST = 256 };

/* One line of the file. */
struct expected {
    char name[128];
    double norm, entries[3], sums[SUMS];
};

static struct expected expected[MOST];

/* The lines of a model. */
static inline int read_expected(const char *file, const char *model)
{
    FILE *f = fopen(source_path(file), "r");
    char line[1024], of[64];
    int count = 0;

    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        struct expected e;
        if (sscanf(line, "%63s %127s %lf %lf %lf %lf %lf %lf %lf %lf", of, e.name, &e.norm,
                   &e.entries[0], &e.entries[1], &e.entries[2], &e.sums[0], &e.sums[1], &e.sums[2],
                   &e.sums[3]) == 10 &&
            strcmp(of, model) == 0) {
            assert_true(count < MOST);
            expected[count++] = e;
        }
    }
    fclose(f);
    return count;
}

static inline double sign(int64_t i, int k)
{
    uint32_t h = (uint32_t)i * 2654435761u + (uint32_t)k * 40503u + 1;

    h ^= h >> 15;
    h *= 2246822519u;
    return h >> 31 ? -1 : 1;
}

/* Number i of a tensor's gradient. */
static inline double grad_at(const iso_tensor *t, int64_t i)
{
    if (t->grad)
        return (double)t->grad[i];
    for (int64_t r = 0; r < t->touched->count; r++)
        if (t->touched->rows[r] == i / t->cols)
            return (double)t->touched->grad[r * t->cols + i % t->cols];
    return 0;
}

/* Norm and signed sums: of a table, over its rows. */
static inline void fold(double *norm, double *sums, const iso_tensor *t)
{
    const int64_t rows = t->grad ? t->rows : t->touched->count;

    *norm = 0;
    memset(sums, 0, SUMS * sizeof *sums);
    for (int64_t r = 0; r < rows; r++) {
        const int64_t row = t->grad ? r : t->touched->rows[r];
        const float *g = (t->grad ? t->grad : t->touched->grad) + r * t->cols;
        for (int64_t j = 0; j < t->cols; j++) {
            *norm += (double)g[j] * (double)g[j];
            for (int k = 0; k < SUMS; k++)
                sums[k] += sign(row * t->cols + j, k) * (double)g[j];
        }
    }
    *norm = sqrt(*norm);
}

/* Within `bound` of the norm. Numbers that are 0 but for rounding (the biases of keys) may be off
 * by 1e-7 of the largest. */
static inline void check_gradient(const iso_tensor *t, const struct expected *want, double bound,
                                  double largest)
{
    const int64_t size = t->rows * t->cols, at[] = {0, size / 2, size - 1};
    const double room = bound * want->norm + 1e-7 * largest;
    double norm, sums[SUMS], off = 0;

    fold(&norm, sums, t);
    for (int k = 0; k < SUMS; k++)
        off += (sums[k] - want->sums[k]) * (sums[k] - want->sums[k]) / SUMS;
    if (!(fabs(norm - want->norm) <= room && sqrt(off) <= room))
        fail_msg("%s: norm %.9g, expected %.9g; sums are off by %g", want->name, norm, want->norm,
                 sqrt(off));
    for (int k = 0; k < 3; k++)
        near(grad_at(t, at[k]), want->entries[k], room);
}

static inline double largest_norm(int n)
{
    double largest = 0;

    for (int i = 0; i < n; i++)
        largest = expected[i].norm > largest ? expected[i].norm : largest;
    return largest;
}

#endif
