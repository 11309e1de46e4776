/* The softmax's sums, from the product of all rows in double. Nothing less will do: a sum is part
 * of the score, and every bit of it depends on every cosine. */
#include <math.h>

#include "analysis/search/neighbours_inside.h"
#include "lib/base/alloc.h"
#include "lib/linalg/dots.h"
#include "lib/linalg/softmax.h"

/* Panels whose columns stay in the second-level cache together; tasks between two looks at whether
 * to go on. */
enum { WIDE = ISO_DOTS_COLUMNS, CACHE = 160 * 1024, ROUND = 16 };

/* One task: columns of y, a block of x in double, their cosines, and the sums. */
struct desk {
    double *columns, *rows, *cosine, *top, *sum;
};

static int64_t panels_of(int64_t cols)
{
    const int64_t fit = CACHE / (int64_t)sizeof(double) / (WIDE * (cols > 0 ? cols : 1));

    return fit > 16 ? 16 : fit > 1 ? fit : 1;
}

static void desks_free(struct desk *d)
{
    if (d)
        iso_free(d->columns);
    iso_free(d);
}

static iso_err desks_make(struct desk **out, int64_t cols)
{
    const int64_t panels = panels_of(cols), columns = panels * WIDE * cols,
                  rows = ISO_DOTS_ROWS * cols, cosine = ISO_DOTS_ROWS * WIDE,
                  one = columns + rows + cosine + 2 * panels * WIDE;
    struct desk *d = NULL;
    double *all = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&d, ROUND, sizeof *d));
    ISO_TRY(iso_alloc(&all, ROUND, (size_t)one * sizeof *all));
    for (int t = 0; t < ROUND; t++, all += one)
        d[t] =
            (struct desk){all, all + columns, all + columns + rows, all + columns + rows + cosine,
                          all + columns + rows + cosine + panels * WIDE};
    *out = d;
    d = NULL;
done:
    desks_free(d);
    return err;
}

/* From products to cosines as near_cosine has them; columns that are missing stay 0. */
static void scale(double *cosine, const struct near_side *x, int64_t row, int64_t m,
                  const double *inverse)
{
    for (int64_t i = 0; i < m; i++)
        for (int j = 0; j < WIDE; j++)
            cosine[i * WIDE + j] *= x->inverse[row + i] * inverse[j];
}

static void block(struct desk *d, const struct near_side *x, int64_t row, int64_t panels,
                  const double *inverse, double beta)
{
    const int64_t m = x->all - row < ISO_DOTS_ROWS ? x->all - row : ISO_DOTS_ROWS;

    iso_dots_rows(d->rows, x->data + row * x->stride, x->stride, m, x->cols);
    for (int64_t p = 0; p < panels; p++) {
        iso_dots(d->cosine, d->rows, m, d->columns + p * WIDE * x->cols, x->cols);
        scale(d->cosine, x, row, m, inverse + p * WIDE);
        iso_softmax_add(d->top + p * WIDE, d->sum + p * WIDE, d->cosine, m, beta);
    }
}

/* Rows [from, to) of y, which fit the desk. */
static void task(struct desk *d, struct near_side *y, int64_t from, int64_t to,
                 const struct near_side *x, double beta)
{
    const int64_t panels = (to - from + WIDE - 1) / WIDE;
    double inverse[16 * WIDE] = {0};

    for (int64_t j = 0; j < panels * WIDE; j++) {
        const int64_t row = from + j >= to ? -1 : y->pick ? y->pick[from + j] : from + j;
        iso_dots_column(d->columns + j / WIDE * WIDE * y->cols, (int)(j % WIDE),
                        row < 0 ? NULL : y->data + row * y->stride, y->cols);
        inverse[j] = row < 0 ? 0 : y->inverse[row];
        d->top[j] = -INFINITY;
        d->sum[j] = 0;
    }
    for (int64_t row = 0; row < x->all; row += ISO_DOTS_ROWS)
        block(d, x, row, panels, inverse, beta);
    for (int64_t j = from; j < to; j++) {
        y->top[j] = d->top[j - from];
        y->sum[j] = d->sum[j - from];
    }
}

iso_err near_sums(struct near_side *y, const struct near_side *x, double beta, const iso_run *run)
{
    const int64_t wide = panels_of(y->cols) * WIDE, tasks = (y->rows + wide - 1) / wide;
    struct desk *desks = NULL;
    iso_err err = ISO_OK;

    if (!y->top)
        ISO_TRY(iso_alloc(&y->top, y->rows, sizeof *y->top));
    if (!y->sum)
        ISO_TRY(iso_alloc(&y->sum, y->rows, sizeof *y->sum));
    ISO_TRY(desks_make(&desks, y->cols));
    for (int64_t done = 0; done < tasks; done += ROUND) {
        const int64_t left = tasks - done, round = left < ROUND ? left : ROUND;
        ISO_TRY(iso_run_step(run, "summing", done * wide, y->rows, "rows"));
#pragma omp parallel for schedule(dynamic)
        for (int64_t t = 0; t < round; t++) {
            const int64_t from = (done + t) * wide;
            task(&desks[t], y, from, y->rows - from < wide ? y->rows : from + wide, x, beta);
        }
    }
done:
    desks_free(desks);
    return err;
}
