/* Brute force in double, a row at a time: what every faster search must equal. */
#include <math.h>
#include <string.h>

#include "analysis/search/neighbours_inside.h"
#include "lib/base/alloc.h"
#include "lib/linalg/dots.h"
#include "lib/linalg/softmax.h"
#include "lib/linalg/topk.h"

/* Rows between two looks at whether to go on; rows whose sums are formed together. */
enum { STRIDE = 256, TOGETHER = ISO_SOFTMAX_COLUMNS };

static int64_t end_of(int64_t from, int64_t rows)
{
    return rows - from < STRIDE ? rows : from + STRIDE;
}

static void best_cosines(struct near_best *b, const struct near_side *x, int64_t i,
                         const struct near_side *y)
{
    b->held = 0;
    for (int64_t j = 0; j < y->rows; j++)
        iso_near_best_offer(b, iso_near_cosine(x, i, y, j), j);
}

iso_err iso_near_plain_means(struct near_side *x, const struct near_side *y,
                             const struct near_plan *p, const iso_run *run)
{
    const int k = p->neighbours < y->rows ? p->neighbours : (int)y->rows;
    double *mean = NULL, *score = NULL;
    int32_t *index = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&mean, x->rows, sizeof *mean));
    ISO_TRY(iso_alloc(&score, (int64_t)STRIDE * k, sizeof *score));
    ISO_TRY(iso_alloc(&index, (int64_t)STRIDE * k, sizeof *index));
    for (int64_t from = 0; from < x->rows; from += STRIDE) {
        ISO_TRY(iso_run_step(run, "searching", from, x->rows, "rows"));
#pragma omp parallel for schedule(dynamic)
        for (int64_t i = from; i < end_of(from, x->rows); i++) {
            struct near_best b = {k, 0, score + (i - from) * k, index + (i - from) * k};
            best_cosines(&b, x, i, y);
            mean[i] = iso_near_best_mean(&b, y, k);
        }
    }
    x->mean = mean;
    mean = NULL;
done:
    iso_free(mean);
    iso_free(score);
    iso_free(index);
    return err;
}

/* Rows [from, to) of y together, rows of x by blocks, which is what the bits of a sum depend on. */
static void softmax_rows(struct near_side *y, int64_t from, int64_t to, const struct near_side *x,
                         double beta)
{
    double c[ISO_DOTS_ROWS * TOGETHER] = {0}, top[TOGETHER], sum[TOGETHER] = {0};

    for (int j = 0; j < TOGETHER; j++)
        top[j] = -INFINITY;
    for (int64_t row = 0; row < x->rows; row += ISO_DOTS_ROWS) {
        const int64_t m = x->rows - row < ISO_DOTS_ROWS ? x->rows - row : ISO_DOTS_ROWS;
        for (int64_t i = 0; i < m; i++)
            for (int64_t j = from; j < to; j++)
                c[i * TOGETHER + j - from] = iso_near_cosine(x, row + i, y, j);
        iso_softmax_add(top, sum, c, m, beta);
    }
    memcpy(y->top + from, top, (size_t)(to - from) * sizeof *top);
    memcpy(y->sum + from, sum, (size_t)(to - from) * sizeof *sum);
}

iso_err iso_near_plain_sums(struct near_side *y, const struct near_side *x, double beta,
                            const iso_run *run)
{
    iso_err err = ISO_OK;

    if (!y->top)
        ISO_TRY(iso_alloc(&y->top, y->rows, sizeof *y->top));
    if (!y->sum)
        ISO_TRY(iso_alloc(&y->sum, y->rows, sizeof *y->sum));
    for (int64_t from = 0; from < y->rows; from += STRIDE) {
        ISO_TRY(iso_run_step(run, "summing", from, y->rows, "rows"));
#pragma omp parallel for schedule(dynamic)
        for (int64_t j = from; j < end_of(from, y->rows); j += TOGETHER)
            softmax_rows(y, j, y->rows - j < TOGETHER ? y->rows : j + TOGETHER, x, beta);
    }
done:
    return err;
}

static void best_of_row(iso_near *out, int64_t i, const struct near_side *x,
                        const struct near_side *y, const struct near_plan *p)
{
    struct near_best b = {p->k, 0, out->score + i * p->k, out->index + i * p->k};

    for (int64_t j = 0; j < y->rows; j++)
        iso_near_best_offer(&b, iso_near_score(p, x, i, y, j, iso_near_cosine(x, i, y, j)), j);
}

iso_err iso_near_plain_find(iso_near *out, const struct near_side *x, const struct near_side *y,
                            const struct near_plan *p, const iso_run *run)
{
    iso_err err = ISO_OK;

    for (int64_t from = 0; from < x->rows; from += STRIDE) {
        ISO_TRY(iso_run_step(run, "searching", from, x->rows, "rows"));
#pragma omp parallel for schedule(dynamic)
        for (int64_t i = from; i < end_of(from, x->rows); i++)
            best_of_row(out, i, x, y, p);
    }
done:
    return err;
}

static int64_t rank_of(const struct near_plan *p, const struct near_side *x, int64_t i,
                       const struct near_side *y, int64_t target)
{
    const double own = iso_near_score(p, x, i, y, target, iso_near_cosine(x, i, y, target));
    int64_t rank = 1;

    for (int64_t j = 0; j < y->rows; j++) {
        const double s = iso_near_score(p, x, i, y, j, iso_near_cosine(x, i, y, j));
        rank += s > own || (s == own && j < target);
    }
    return rank;
}

iso_err iso_near_plain_ranks(int64_t *rank, const struct near_side *x, const struct near_side *y,
                             const int64_t *query, const int64_t *target, int64_t pairs,
                             const struct near_plan *p, const iso_run *run)
{
    iso_err err = ISO_OK;

    for (int64_t from = 0; from < pairs; from += STRIDE) {
        ISO_TRY(iso_run_step(run, "ranking", from, pairs, "pairs"));
#pragma omp parallel for schedule(dynamic)
        for (int64_t q = from; q < end_of(from, pairs); q++)
            rank[q] = rank_of(p, x, query[q], y, target[q]);
    }
done:
    return err;
}
