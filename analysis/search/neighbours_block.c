/* Rows whose lists did not do: all their cosines, at the speed of a product in double. */
#include "analysis/search/neighbours_inside.h"
#include "lib/base/alloc.h"
#include "lib/linalg/dots.h"

/* Tasks between two looks at whether to go on; the product takes this many rows at a stroke. */
enum { WIDE = ISO_DOTS_COLUMNS, ROUND = 16, STROKE = 3, TALL = ISO_DOTS_ROWS };

/* One task: some rows of x and a few columns of y in double, and their products. */
struct desk {
    double *rows, *columns, *dot;
};

static void desks_free(struct desk *d)
{
    if (d)
        iso_free(d->rows);
    iso_free(d);
}

static iso_err desks_make(struct desk **out, int64_t cols)
{
    const int64_t rows = ISO_DOTS_ROWS * cols, columns = WIDE * cols,
                  one = rows + columns + ISO_DOTS_ROWS * WIDE;
    struct desk *d = NULL;
    double *all = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&d, ROUND, sizeof *d));
    ISO_TRY(iso_alloc(&all, ROUND, (size_t)one * sizeof *all));
    for (int t = 0; t < ROUND; t++, all += one)
        d[t] = (struct desk){all, all + rows, all + rows + columns};
    *out = d;
    d = NULL;
done:
    desks_free(d);
    return err;
}

static int64_t place(const struct near_side *s, int64_t i)
{
    return s->pick ? s->pick[i] : i;
}

/* `count` rows go in the order given, wherever they lie. */
static void take_rows(struct desk *d, const struct near_side *x, const int64_t *row, int64_t count)
{
    for (int64_t r = 0; r < count; r++)
        for (int64_t l = 0; l < x->cols; l++)
            d->rows[r * x->cols + l] = (double)x->data[place(x, row[r]) * x->stride + l];
}

/* Columns [from, from + count) of y; those that are missing are zero. */
static void take_columns(struct desk *d, const struct near_side *y, int64_t from, int count)
{
    for (int j = 0; j < WIDE; j++)
        iso_dots_column(d->columns, j, j < count ? y->data + place(y, from + j) * y->stride : NULL,
                        y->cols);
}

/* What is asked of all rows together. */
struct ask {
    const struct near_side *x, *y;
    const int64_t *row;
    near_visit *visit;
    void *payload;
};

/* From products to cosines as near_cosine has them. */
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
static void task(struct desk *d, const struct ask *a, int64_t first, int64_t count)
{
    take_rows(d, a->x, a->row + first, count);
    for (int64_t from = 0; from < a->y->rows; from += WIDE) {
        const int64_t left = a->y->rows - from;
        const int columns = left < WIDE ? (int)left : WIDE;
        take_columns(d, a->y, from, columns);
        iso_dots(d->dot, d->rows, count, d->columns, a->x->cols);
        for (int64_t r = 0; r < count; r++)
            show(a, d->dot + r * WIDE, first + r, from, columns);
    }
}

/* Few rows are shared among all tasks of a round, many fill them. */
static int64_t rows_of_task(int64_t count)
{
    const int64_t share = (count + ROUND - 1) / ROUND;

    return share < STROKE ? STROKE : share < TALL ? share : TALL;
}

iso_err near_block(const int64_t *row, int64_t count, const struct near_side *x,
                   const struct near_side *y, near_visit *visit, void *payload, const iso_run *run)
{
    const struct ask ask = {x, y, row, visit, payload};
    const int64_t tall = rows_of_task(count), tasks = (count + tall - 1) / tall;
    struct desk *desks = NULL;
    iso_err err = ISO_OK;

    if (count == 0)
        return ISO_OK;
    ISO_TRY(desks_make(&desks, x->cols));
    for (int64_t done = 0; done < tasks; done += ROUND) {
        const int64_t round = tasks - done < ROUND ? tasks - done : ROUND;
        ISO_TRY(iso_run_step(run, "searching near-equal rows", done * tall, count, "rows"));
#pragma omp parallel for schedule(dynamic)
        for (int64_t t = 0; t < round; t++) {
            const int64_t first = (done + t) * tall;
            task(&desks[t], &ask, first, count - first < tall ? count - first : tall);
        }
    }
done:
    desks_free(desks);
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
        const double s = near_score(b->plan, b->x, b->row[r], b->y, from + j, cosine[j]);
        if (best->held < best->k || s >= best->score[best->k - 1])
            near_best_offer(best, s, from + j);
    }
}

iso_err near_block_best(struct near_best *best, const int64_t *row, int64_t count,
                        const struct near_side *x, const struct near_side *y,
                        const struct near_plan *p, const iso_run *run)
{
    struct best b = {p, x, y, row, best};

    return near_block(row, count, x, y, offer, &b, run);
}

iso_err near_block_rows(iso_near *out, const int64_t *row, int64_t count, const struct near_side *x,
                        const struct near_side *y, const struct near_plan *p, const iso_run *run)
{
    struct near_best *best = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&best, count, sizeof *best));
    for (int64_t r = 0; r < count; r++)
        best[r] =
            (struct near_best){p->k, 0, out->score + row[r] * p->k, out->index + row[r] * p->k};
    ISO_TRY(near_block_best(best, row, count, x, y, p, run));
done:
    iso_free(best);
    return err;
}
