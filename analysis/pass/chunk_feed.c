/* Shows the rows at hand to the measures that look at rows. */
#include <math.h>

#include "analysis/pass/chunk.h"
#include "lib/base/alloc.h"
#include "lib/linalg/loops.h"

static iso_view rows_of(const struct iso_chunk *c, int m, int64_t first, int64_t count)
{
    return iso_view_rows(iso_mat_view(&c->block[m]), first, count);
}

/* One measure, one pair: the outcomes of this block go to their units. */
static void feed(struct iso_outcomes *o, double *outcome, const iso_measure *m, iso_view x,
                 iso_view y, int unit)
{
    m->feed(outcome, o->state, x, y);
    for (int64_t i = 0; i < x.rows; i++) {
        const int64_t u = unit < 0 ? i : unit;
        o->sum[u] += outcome[i];
        o->unit_size[u]++;
    }
}

/* Pairs are independent: each has its own sums, so threads change nothing. */
iso_err iso_chunk_feed(struct iso_chunk *c, bool centred, const struct iso_span *span)
{
    const int64_t first = span ? span->first : 0, count = span ? span->count : c->have;
    const int64_t measures = c->task->measures, work = c->pairs * measures;
    double *outcome = NULL;
    bool any = false;
    iso_err err = ISO_OK;

    for (int64_t m = 0; m < measures; m++)
        any = any || ((c->task->measure[m]->needs & ISO_NEED_ROWS) &&
                      c->task->measure[m]->centred == centred);
    if (!any)
        return ISO_OK;
    ISO_TRY(iso_alloc(&outcome, work * count, sizeof *outcome));
#pragma omp parallel for schedule(dynamic)
    for (int64_t i = 0; i < work; i++) {
        const iso_measure *m = c->task->measure[i % measures];
        const iso_gram_pair pair = c->pair[i / measures];
        if ((m->needs & ISO_NEED_ROWS) && m->centred == centred)
            feed(&c->outcomes[i], outcome + i * count, m, rows_of(c, pair.x, first, count),
                 rows_of(c, pair.y, first, count), span ? span->group : -1);
    }
done:
    iso_free(outcome);
    return err;
}

static double dot_of(iso_view x, iso_view y)
{
    const iso_loops *loops = iso_loops_best();
    double sum = 0;

    for (int64_t i = 0; i < x.rows; i++)
        sum += x.dtype == ISO_F64 ? loops->dot_f64((const double *)x.data + i * x.stride,
                                                   (const double *)y.data + i * y.stride, x.cols)
                                  : loops->dot_f32((const float *)x.data + i * x.stride,
                                                   (const float *)y.data + i * y.stride, x.cols);
    return sum;
}

void iso_chunk_dots(double *dot, const struct iso_chunk *c, int64_t first, int64_t count)
{
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < c->pairs; i++) {
        const iso_view x = rows_of(c, c->pair[i].x, first, count);
        const iso_view y = rows_of(c, c->pair[i].y, first, count);
        const int scale = c->scale[c->pair[i].x] + c->scale[c->pair[i].y];
        dot[i] = x.cols == y.cols ? ldexp(dot_of(x, y), scale) : 0;
    }
}
