/* What tests of gradients share: folders with a config.json alone, and a tensor's gradient. */
#ifndef TESTS_NN_GRADIENTS_H
#define TESTS_NN_GRADIENTS_H

#include "tests/check.h"

#include <math.h>
#include <sys/stat.h>

#include "lib/nn/tensor.h"

/* A new folder that holds config.json with these members. */
static inline const char *config_folder(const char *members)
{
    static int count;
    char name[32];

    snprintf(name, sizeof name, "config%d", count++);
    const char *folder = temp_path(name);
    assert_int_equal(mkdir(folder, 0700), 0);
    FILE *f = fopen(check_path(folder, "config.json"), "w");
    assert_non_null(f);
    fprintf(f, "{%s}", members);
    assert_int_equal(fclose(f), 0);
    return folder;
}

/* A tensor's gradient, whole; free it. */
static inline float *whole(const iso_tensor *t)
{
    float *g = calloc((size_t)(t->rows * t->cols), sizeof *g);

    assert_non_null(g);
    if (t->grad)
        memcpy(g, t->grad, (size_t)(t->rows * t->cols) * sizeof *g);
    for (int64_t i = 0; t->touched && i < t->touched->count; i++)
        memcpy(g + t->touched->rows[i] * t->cols, t->touched->grad + i * t->cols,
               (size_t)t->cols * sizeof *g);
    return g;
}

/* The length of n numbers. */
static inline double size_of(const float *x, int64_t n)
{
    double s = 0;

    for (int64_t i = 0; i < n; i++)
        s += (double)x[i] * (double)x[i];
    return sqrt(s);
}

#endif
