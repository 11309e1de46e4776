/* All cosines of some rows, at the speed of a product in double: of rows whose lists did not do,
 * and for the sums of the softmax. */
#include <math.h>

#include "analysis/search/neighbours_inside.h"
#include "lib/base/alloc.h"
#include "lib/linalg/dots.h"
#include "lib/linalg/softmax.h"

/* Tasks between two looks at whether to go on; the product takes this many rows at a stroke; panels
 * of columns stay in the second-level cache together. */
enum {
    WIDE = ISO_DOTS_COLUMNS,
    TALL = ISO_DOTS_ROWS,
    ROUND = 16,
    STROKE = 3,
    PANELS = 16,
    CACHE = 160 * 1024
};

/* One task: rows of x in double, panels of columns of y, the products of a panel; sums of columns.
 */
struct workspace {
    double *rows, *columns, *dot, *top, *sum;
};

static void workspaces_free(struct workspace *w)
{
    if (w)
        iso_free(w->rows);
    iso_free(w);
}

static iso_err workspaces_make(struct workspace **out, int64_t cols, int64_t panels)
{
    const int64_t rows = TALL * cols, columns = panels * WIDE * cols, dot = TALL * WIDE,
                  sums = panels * WIDE, one = rows + columns + dot + 2 * sums;
    struct workspace *w = NULL;
    double *all = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&w, ROUND, sizeof *w));
    ISO_TRY(iso_alloc(&all, ROUND, (size_t)one * sizeof *all));
    for (int t = 0; t < ROUND; t++, all += one) {
        double *const at = all + rows + columns + dot;
        w[t] = (struct workspace){all, all + rows, all + rows + columns, at, at + sums};
    }
    *out = w;
    w = NULL;
done:
    workspaces_free(w);
    return err;
}

static int64_t place(const struct near_side *s, int64_t i)
{
    return s->pick ? s->pick[i] : i;
}

/* `count` rows go in the order given, wherever they lie. */
static void take_rows(struct workspace *w, const struct near_side *x, const int64_t *row,
                      int64_t count)
{
    for (int64_t r = 0; r < count; r++)
        for (int64_t l = 0; l < x->cols; l++)
            w->rows[r * x->cols + l] = (double)x->data[place(x, row[r]) * x->stride + l];
}

/* Columns [from, from + count) of y; those that are missing are zero. */
static void take_columns(struct workspace *w, const struct near_side *y, int64_t from, int count)
{
    for (int j = 0; j < WIDE; j++)
        iso_dots_column(w->columns, j, j < count ? y->data + place(y, from + j) * y->stride : NULL,
                        y->cols);
}

/* What is asked of all rows together. */
struct ask {
    const struct near_side *x, *y;
    const int64_t *row;
    near_visit *visit;
    void *payload;
};

/* From products to cosines as iso_near_cosine has them. */
static void show(const struct ask *a, const double *dot, int64_t r, int64_t from, int count)
{
    const double own = a->x->inverse[place(a->x, a->row[r])];
    double cosine[WIDE];

    for (int j = 0; j < count; j++) {
        const double inverse = own * a->y->inverse[place(a->y, from + j)];
        cosine[j] = inverse == 0 ? 0 : dot[j] * inverse;
    }
    a->visit(a->payload, r, from, cosine, count);
}

/* Rows [first, first + count) of those asked about. */
static void task(struct workspace *w, const struct ask *a, int64_t first, int64_t count)
{
    take_rows(w, a->x, a->row + first, count);
    for (int64_t from = 0; from < a->y->rows; from += WIDE) {
        const int64_t left = a->y->rows - from;
        const int columns = left < WIDE ? (int)left : WIDE;
        take_columns(w, a->y, from, columns);
        iso_dots(w->dot, w->rows, count, w->columns, a->x->cols);
        for (int64_t r = 0; r < count; r++)
            show(a, w->dot + r * WIDE, first + r, from, columns);
    }
}

/* Few rows are shared among all tasks of a round, many fill them. */
static int64_t rows_of_task(int64_t count)
{
    const int64_t share = (count + ROUND - 1) / ROUND;

    return share < STROKE ? STROKE : share < TALL ? share : TALL;
}

iso_err iso_near_block(const int64_t *row, int64_t count, const struct near_side *x,
                       const struct near_side *y, near_visit *visit, void *payload,
                       const iso_run *run)
{
    const struct ask ask = {x, y, row, visit, payload};
    const int64_t tall = rows_of_task(count), tasks = (count + tall - 1) / tall;
    struct workspace *work = NULL;
    iso_err err = ISO_OK;

    if (count == 0)
        return ISO_OK;
    ISO_TRY(workspaces_make(&work, x->cols, 1));
    for (int64_t done = 0; done < tasks; done += ROUND) {
        const int64_t round = tasks - done < ROUND ? tasks - done : ROUND;
        ISO_TRY(iso_run_step(run, "searching near-equal rows", done * tall, count, "rows"));
#pragma omp parallel for schedule(dynamic)
        for (int64_t t = 0; t < round; t++) {
            const int64_t first = (done + t) * tall;
            task(&work[t], &ask, first, count - first < tall ? count - first : tall);
        }
    }
done:
    workspaces_free(work);
    return err;
}

/* --- The best of each row --- */

struct best {
    const struct near_plan *plan;
    const struct near_side *x, *y;
    const int64_t *row;
    struct near_best *best; /* by row asked about */
};

static void offer(void *payload, int64_t r, int64_t from, const double *cosine, int count)
{
    const struct best *b = payload;
    struct near_best *best = &b->best[r];

    for (int j = 0; j < count; j++) {
        const double s = iso_near_score(b->plan, b->x, b->row[r], b->y, from + j, cosine[j]);
        if (best->held < best->k || s >= best->score[best->k - 1])
            iso_near_best_offer(best, s, from + j);
    }
}

iso_err iso_near_block_best(struct near_best *best, const int64_t *row, int64_t count,
                            const struct near_side *x, const struct near_side *y,
                            const struct near_plan *p, const iso_run *run)
{
    struct best b = {p, x, y, row, best};

    return iso_near_block(row, count, x, y, offer, &b, run);
}

iso_err iso_near_block_rows(iso_near *out, const int64_t *row, int64_t count,
                            const struct near_side *x, const struct near_side *y,
                            const struct near_plan *p, const iso_run *run)
{
    struct near_best *best = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&best, count, sizeof *best));
    for (int64_t r = 0; r < count; r++)
        best[r] =
            (struct near_best){p->k, 0, out->score + row[r] * p->k, out->index + row[r] * p->k};
    ISO_TRY(iso_near_block_best(best, row, count, x, y, p, run));
done:
    iso_free(best);
    return err;
}

/* --- The sums of the softmax: nothing less will do, a sum is part of the score, and every bit of
 * it depends on every cosine --- */

static int64_t panels_of(int64_t cols)
{
    const int64_t fit = CACHE / (int64_t)sizeof(double) / (WIDE * (cols > 0 ? cols : 1));

    return fit > PANELS ? PANELS : fit > 1 ? fit : 1;
}

/* From products to cosines as iso_near_cosine has them; columns that are missing stay 0. */
static void scale(double *cosine, const struct near_side *x, int64_t row, int64_t m,
                  const double *inverse)
{
    for (int64_t i = 0; i < m; i++)
        for (int j = 0; j < WIDE; j++)
            cosine[i * WIDE + j] *= x->inverse[row + i] * inverse[j];
}

static void sum_block(struct workspace *w, const struct near_side *x, int64_t row, int64_t panels,
                      const double *inverse, double beta)
{
    const int64_t m = x->all - row < TALL ? x->all - row : TALL;

    iso_dots_rows(w->rows, x->data + row * x->stride, x->stride, m, x->cols);
    for (int64_t p = 0; p < panels; p++) {
        iso_dots(w->dot, w->rows, m, w->columns + p * WIDE * x->cols, x->cols);
        scale(w->dot, x, row, m, inverse + p * WIDE);
        iso_softmax_add(w->top + p * WIDE, w->sum + p * WIDE, w->dot, m, beta);
    }
}

/* Rows [from, to) of y, which fit the workspace. */
static void sum_task(struct workspace *w, struct near_side *y, int64_t from, int64_t to,
                     const struct near_side *x, double beta)
{
    const int64_t panels = (to - from + WIDE - 1) / WIDE;
    double inverse[PANELS * WIDE] = {0};

    for (int64_t j = 0; j < panels * WIDE; j++) {
        const int64_t row = from + j >= to ? -1 : place(y, from + j);
        iso_dots_column(w->columns + j / WIDE * WIDE * y->cols, (int)(j % WIDE),
                        row < 0 ? NULL : y->data + row * y->stride, y->cols);
        inverse[j] = row < 0 ? 0 : y->inverse[row];
        w->top[j] = -INFINITY;
        w->sum[j] = 0;
    }
    for (int64_t row = 0; row < x->all; row += TALL)
        sum_block(w, x, row, panels, inverse, beta);
    for (int64_t j = from; j < to; j++) {
        y->top[j] = w->top[j - from];
        y->sum[j] = w->sum[j - from];
    }
}

iso_err iso_near_sums(struct near_side *y, const struct near_side *x, double beta,
                      const iso_run *run)
{
    const int64_t panels = panels_of(y->cols), wide = panels * WIDE,
                  tasks = (y->rows + wide - 1) / wide;
    struct workspace *work = NULL;
    iso_err err = ISO_OK;

    if (!y->top)
        ISO_TRY(iso_alloc(&y->top, y->rows, sizeof *y->top));
    if (!y->sum)
        ISO_TRY(iso_alloc(&y->sum, y->rows, sizeof *y->sum));
    ISO_TRY(workspaces_make(&work, y->cols, panels));
    for (int64_t done = 0; done < tasks; done += ROUND) {
        const int64_t left = tasks - done, round = left < ROUND ? left : ROUND;
        ISO_TRY(iso_run_step(run, "summing", done * wide, y->rows, "rows"));
#pragma omp parallel for schedule(dynamic)
        for (int64_t t = 0; t < round; t++) {
            const int64_t from = (done + t) * wide;
            sum_task(&work[t], y, from, y->rows - from < wide ? y->rows : from + wide, x, beta);
        }
    }
done:
    workspaces_free(work);
    return err;
}
