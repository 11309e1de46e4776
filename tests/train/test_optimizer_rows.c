/* Rows of tables that are computed when they are needed: the bits of a table with a gradient for
 * every row, whoever reads what when, for any number of threads. */
#include "tests/check.h"

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/base/threads.h"
#include "lib/train/optimizer.h"
#include "lib/train/schedule.h"

enum { ROWS = 60, STEPS = 300 };

static const iso_grad_use as_they_are = {1, INFINITY};

/* A table and its gradient, dense or of touched rows. */
struct table {
    iso_tensor t;
    iso_row_grads touched;
    iso_optimizer *o;
};

static void table_new(struct table *w, int64_t rows, int64_t cols, bool dense,
                      const iso_optimizer_opt *opt, iso_optimizer_group group)
{
    *w =
        (struct table){.t = {.name = "word", .rows = rows, .cols = cols, .kind = ISO_TENSOR_TABLE}};
    ok(iso_alloc(&w->t.value, rows * cols, sizeof(float)));
    for (int64_t i = 0; i < rows * cols; i++)
        w->t.value[i] = (float)(i % 97 - 48) / 512;
    if (dense) {
        ok(iso_alloc(&w->t.grad, rows * cols, sizeof(float)));
    } else {
        ok(iso_alloc(&w->touched.rows, rows, sizeof(int64_t)));
        ok(iso_alloc(&w->touched.grad, rows * cols, sizeof(float)));
        w->touched.room = rows;
        w->t.touched = &w->touched;
    }
    ok(iso_optimizer_new(&w->o, &w->t, 1, &group, opt));
}

static void table_free(struct table *w)
{
    iso_optimizer_free(w->o);
    iso_free(w->t.value);
    iso_free(w->t.grad);
    iso_free(w->touched.rows);
    iso_free(w->touched.grad);
}

/* Of step t: which rows it touches, and their gradients, sizes from 1e-9 to 1. */
static bool touches(int t, int64_t row)
{
    iso_rng rng = iso_rng_seeded(3, (uint64_t)(t * ROWS + row));

    return iso_rng_uniform(&rng) < (row < 6 ? 0.5 : row < 40 ? 0.02 : 0);
}

static float gradient(int t, int64_t row, int64_t j)
{
    iso_rng rng = iso_rng_seeded(4, (uint64_t)((t * ROWS + row) * 64 + j));

    return (float)((iso_rng_uniform(&rng) - 0.5) * pow(10, (double)(-row % 10)));
}

static void fill(struct table *w, int t)
{
    const int64_t cols = w->t.cols;
    int64_t count = 0;

    for (int64_t row = 0; row < ROWS; row++) {
        if (!touches(t, row))
            continue;
        float *to = w->t.grad ? w->t.grad + row * cols : w->touched.grad + count * cols;
        for (int64_t j = 0; j < cols; j++)
            to[j] = gradient(t, row, j);
        if (!w->t.grad)
            w->touched.rows[count] = row;
        count++;
    }
    w->touched.count = count;
}

/* A rate that changes all the time, and gradients that are scaled. */
static void step(struct table *w, int t)
{
    const iso_schedule s = iso_schedule_of(ISO_SCHEDULE_LINEAR, STEPS, 0.1);

    fill(w, t);
    ok(iso_optimizer_step(w->o, 0.01 * iso_schedule_factor(&s, t),
                          (iso_grad_use){1.0f / (float)(1 + t % 3), 0.4f}, false));
}

static void same_numbers(const char *what, const float *a, const float *b, int64_t n, int64_t cols)
{
    for (int64_t i = 0; i < n; i++) {
        if (a[i] != b[i])
            fail_msg("%s: row %d, column %d: %.9g and %.9g", what, (int)(i / cols), (int)(i % cols),
                     (double)a[i], (double)b[i]);
    }
}

static void same(const struct table *a, const struct table *b)
{
    const int64_t n = a->t.rows * a->t.cols;

    same_numbers("p", a->t.value, b->t.value, n, a->t.cols);
    for (int which = 0; which < 2; which++)
        same_numbers(which ? "v" : "m", iso_optimizer_moment(a->o, 0, which),
                     iso_optimizer_moment(b->o, 0, which), n, a->t.cols);
}

static const struct way {
    iso_optimizer_opt opt;
    iso_optimizer_group group;
    int64_t cols;
} ways[] = {
    {{false}, {1, 0.01}, 19},
    {{false}, {0.5, 0}, 16},
    {{true}, {1, 0}, 33},
    {{true}, {1, 0.1}, 7},
    {{.beta1 = 0.5, .eps = 1e-4}, {1, 0.3}, 64},
    {{.beta2 = 0.95}, {1, 0.01}, 20},
};

enum { WAYS = sizeof ways / sizeof *ways };

static void as_dense(void **state)
{
    static const iso_cpu levels[] = {ISO_CPU_PLAIN, ISO_CPU_AVX2, ISO_CPU_AVX512};
    (void)state;

    for (int i = 0; i < WAYS * 3; i++) {
        const struct way *way = &ways[i / 3];
        struct table dense, rows;
        kernels(levels[i % 3]);
        table_new(&dense, ROWS, way->cols, true, &way->opt, way->group);
        table_new(&rows, ROWS, way->cols, false, &way->opt, way->group);
        for (int t = 0; t < STEPS; t++) {
            step(&dense, t);
            step(&rows, t);
        }
        iso_optimizer_settle(rows.o);
        same(&dense, &rows);
        table_free(&dense);
        table_free(&rows);
    }
    kernels(ISO_CPU_AVX512);
}

/* Rows that are read in between, some twice in one call, are those of the dense table then; later
 * bits do not depend on who read what, nor on when all were settled. */
static void read_in_between(void **state)
{
    static const int64_t read[] = {59, 3, 3, 3, 17, 0, 17, 41, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 3};
    enum { READ = sizeof read / sizeof *read };
    const struct way *way = &ways[0];
    struct table dense, rows;
    (void)state;

    table_new(&dense, ROWS, way->cols, true, &way->opt, way->group);
    table_new(&rows, ROWS, way->cols, false, &way->opt, way->group);
    for (int t = 0; t < STEPS; t++) {
        step(&dense, t);
        step(&rows, t);
        if (t % 7 == 2)
            iso_optimizer_rows(rows.o, 0, read, READ);
        for (int i = 0; t % 7 == 2 && i < READ; i++) {
            const int64_t at = read[i] * way->cols;
            for (int64_t j = at; j < at + way->cols; j++)
                assert_true(dense.t.value[j] == rows.t.value[j]);
        }
        if (t % 90 == 40) {
            iso_optimizer_settle(rows.o);
            same(&dense, &rows);
        }
    }
    iso_optimizer_rows(dense.o, 0, read, READ); /* nothing to do */
    iso_optimizer_settle(rows.o);
    same(&dense, &rows);
    table_free(&dense);
    table_free(&rows);
}

/* A row that is touched once and left for thousands of steps, in which moments come to nothing. */
static void left_for_long(void **state)
{
    for (int i = 0; i < WAYS; i++) {
        const struct way *way = &ways[i];
        struct table dense, rows;
        (void)state;

        table_new(&dense, ROWS, way->cols, true, &way->opt, way->group);
        table_new(&rows, ROWS, way->cols, false, &way->opt, way->group);
        fill(&dense, 1);
        fill(&rows, 1);
        for (int t = 0; t < 3000; t++) {
            ok(iso_optimizer_step(dense.o, 1e-3, as_they_are, false));
            ok(iso_optimizer_step(rows.o, 1e-3, as_they_are, false));
        }
        iso_optimizer_settle(rows.o);
        same(&dense, &rows);
        table_free(&dense);
        table_free(&rows);
    }
}

static void threads_do_not_matter(void **state)
{
    const int most = iso_threads_most();
    struct table one = {0};
    (void)state;

    for (int n = 1; n <= 5; n += 2) {
        struct table w;
        iso_threads_set(n);
        table_new(&w, ROWS, ways[0].cols, false, &ways[0].opt, ways[0].group);
        for (int t = 0; t < STEPS; t++)
            step(&w, t);
        iso_optimizer_settle(w.o);
        if (n == 1)
            one = w;
        else {
            same(&one, &w);
            table_free(&w);
        }
    }
    iso_threads_set(most);
    table_free(&one);
}

/* Values and moments in another optimizer go on with the same bits. */
static void resumed(void **state)
{
    const struct way *way = &ways[0];
    const int64_t n = ROWS * way->cols;
    struct table whole, half, rest;
    (void)state;

    table_new(&whole, ROWS, way->cols, false, &way->opt, way->group);
    table_new(&half, ROWS, way->cols, false, &way->opt, way->group);
    table_new(&rest, ROWS, way->cols, false, &way->opt, way->group);
    for (int t = 0; t < 130; t++) {
        step(&whole, t);
        step(&half, t);
    }
    step(&rest, 0); /* whatever it did before does not count */
    iso_optimizer_settle(half.o);
    memcpy(rest.t.value, half.t.value, (size_t)n * sizeof(float));
    for (int which = 0; which < 2; which++)
        memcpy(iso_optimizer_moment(rest.o, 0, which), iso_optimizer_moment(half.o, 0, which),
               (size_t)n * sizeof(float));
    iso_optimizer_resume(rest.o, iso_optimizer_steps(half.o));
    for (int t = 130; t < STEPS; t++) {
        step(&whole, t);
        step(&rest, t);
    }
    iso_optimizer_settle(whole.o);
    iso_optimizer_settle(rest.o);
    same(&whole, &rest);
    table_free(&whole);
    table_free(&half);
    table_free(&rest);
}

/* The formula, a row by itself, in double. */
static void formula(void **state)
{
    enum { COLS = 19 };
    struct table w;
    double p[COLS], m[COLS] = {0}, v[COLS] = {0};
    const int64_t row = 2;
    (void)state;

    table_new(&w, ROWS, COLS, false, NULL, (iso_optimizer_group){0.5, 0.01});
    for (int j = 0; j < COLS; j++)
        p[j] = w.t.value[row * COLS + j];
    for (int t = 0; t < STEPS; t++) {
        const iso_schedule s = iso_schedule_of(ISO_SCHEDULE_LINEAR, STEPS, 0.1);
        const double lr = 0.005 * iso_schedule_factor(&s, t), scale = 1.0 / (1 + t % 3);
        step(&w, t);
        for (int j = 0; j < COLS; j++) {
            const double raw = touches(t, row) ? (double)gradient(t, row, j) * scale : 0;
            const double g = fmax(fmin(raw, 0.4), -0.4);
            m[j] = 0.9 * m[j] + 0.1 * g;
            v[j] = 0.999 * v[j] + 0.001 * g * g;
            p[j] -= lr * 0.01 * p[j];
            p[j] -=
                lr * (m[j] / (1 - pow(0.9, t + 1))) / (sqrt(v[j] / (1 - pow(0.999, t + 1))) + 1e-8);
        }
    }
    iso_optimizer_settle(w.o);
    for (int j = 0; j < COLS; j++)
        near(w.t.value[row * COLS + j], p[j], 1e-6);
    table_free(&w);
}

int main(void)
{
    RUN_TESTS(test(as_dense), test(read_in_between), test(left_for_long),
              test(threads_do_not_matter), test(resumed), test(formula));
}
