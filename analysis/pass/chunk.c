#include "analysis/pass/chunk.h"

#include <math.h>

#include "lib/base/alloc.h"
#include "lib/linalg/loops.h"

/* Numbers the matrices of the pairs in the order they are met. */
static iso_err number(struct iso_chunk *c, int64_t first)
{
    int *local = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&local, c->task->matrices, sizeof *local));
    ISO_TRY(iso_alloc(&c->global, c->task->matrices, sizeof *c->global));
    ISO_TRY(iso_alloc(&c->pair, c->pairs, sizeof *c->pair));
    for (int64_t i = 0; i < c->pairs; i++) {
        const int side[2] = {c->task->pair[first + i].x, c->task->pair[first + i].y};
        for (int s = 0; s < 2; s++) {
            if (local[side[s]] == 0) {
                c->global[c->matrices++] = side[s];
                local[side[s]] = c->matrices;
            }
        }
        c->pair[i] = (iso_gram_pair){local[side[0]] - 1, local[side[1]] - 1};
    }
done:
    iso_free(local);
    return err;
}

static const iso_rows *source(const struct iso_chunk *c, int m)
{
    return c->task->matrix[c->global[m]];
}

static iso_err make_blocks(struct iso_chunk *c)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&c->block, c->matrices, sizeof *c->block));
    ISO_TRY(iso_alloc(&c->norm2, c->matrices, sizeof *c->norm2));
    ISO_TRY(iso_alloc(&c->raw, c->matrices, sizeof *c->raw));
    ISO_TRY(iso_alloc(&c->scale, c->matrices, sizeof *c->scale));
    ISO_TRY(iso_alloc(&c->first, c->matrices + 1, sizeof *c->first));
    for (int m = 0; m < c->matrices; m++)
        c->first[m + 1] = c->first[m] + source(c, m)->cols;
    ISO_TRY(iso_mat_new_raw(&c->wide, c->plan->block, c->first[c->matrices] + ISO_CHUNK_PAD,
                            c->plan->dtype));
    for (int m = 0; m < c->matrices; m++) {
        c->block[m] = iso_mat_columns(&c->wide, c->first[m], source(c, m)->cols);
        ISO_TRY(iso_alloc(&c->norm2[m], c->plan->block, sizeof **c->norm2));
    }
done:
    return err;
}

/* Without SUMS a cross keeps Σx·y alone, by items its scalars. */
static iso_err make_sums(struct iso_chunk *c)
{
    const bool dot_only = !(c->plan->needs & ISO_NEED_SUMS) || c->plan->by_items;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&c->cross, c->pairs, sizeof *c->cross));
    ISO_TRY(iso_alloc(&c->self, c->matrices, sizeof *c->self));
    for (int64_t i = 0; i < c->pairs; i++) {
        ISO_TRY(iso_cross_new(&c->cross[i], source(c, c->pair[i].x)->cols,
                              source(c, c->pair[i].y)->cols, dot_only));
        if (c->plan->needs & ISO_NEED_PRODUCTS)
            ISO_TRY(iso_cross_keep(&c->cross[i]));
    }
    for (int m = 0; m < c->matrices; m++)
        ISO_TRY(iso_cross_new(&c->self[m], source(c, m)->cols, source(c, m)->cols, dot_only));
done:
    return err;
}

static iso_err make_gram(iso_gram_terms **out, int64_t count, int64_t n)
{
    iso_err err = iso_alloc(out, count, sizeof **out);

    for (int64_t i = 0; i < count && !err; i++) {
        double *memory = NULL;
        err = iso_alloc(&memory, 3 * n, sizeof *memory);
        if (!err)
            (*out)[i] =
                (iso_gram_terms){.n = n, .off = memory, .kl = memory + n, .lk = memory + 2 * n};
    }
    return err;
}

static iso_err make_outcomes(struct iso_chunk *c)
{
    const int64_t units = c->plan->units, measures = c->task->measures;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&c->outcomes, c->pairs * measures, sizeof *c->outcomes));
    for (int64_t i = 0; i < c->pairs * measures; i++) {
        const iso_measure *m = c->task->measure[i % measures];
        const iso_gram_pair pair = c->pair[i / measures];
        if (!(m->needs & ISO_NEED_ROWS))
            continue;
        const int64_t state =
            m->state_size ? m->state_size(source(c, pair.x)->cols, source(c, pair.y)->cols) : 0;
        ISO_TRY(iso_alloc(&c->outcomes[i].sum, units, sizeof(double)));
        ISO_TRY(iso_alloc(&c->outcomes[i].unit_size, units, sizeof(int64_t)));
        ISO_TRY(iso_alloc(&c->outcomes[i].state, state, sizeof(double)));
    }
done:
    return err;
}

iso_err iso_chunk_new(struct iso_chunk *out, const iso_plan_part *plan, const iso_run *run,
                      int64_t first, int64_t end, iso_moments *moments)
{
    struct iso_chunk c = {.task = &plan->task, .plan = plan, .run = run, .pairs = end - first};
    iso_err err = ISO_OK;

    ISO_TRY(number(&c, first));
    ISO_TRY(iso_alloc(&c.moments, c.matrices, sizeof *c.moments));
    for (int m = 0; m < c.matrices; m++)
        c.moments[m] = &moments[c.global[m]];
    ISO_TRY(make_blocks(&c));
    ISO_TRY(make_sums(&c));
    ISO_TRY(make_outcomes(&c));
    if (plan->needs & ISO_NEED_GRAM) {
        ISO_TRY(make_gram(&c.gram, c.pairs, plan->rows));
        ISO_TRY(make_gram(&c.gself, c.matrices, plan->rows));
    }
    *out = c;
    return ISO_OK;
done:
    iso_chunk_free(&c);
    return err;
}

void iso_chunk_free(struct iso_chunk *c)
{
    for (int m = 0; m < c->matrices; m++) {
        if (c->norm2)
            iso_free(c->norm2[m]);
        if (c->self)
            iso_cross_free(&c->self[m]);
        if (c->gself)
            iso_free(c->gself[m].off);
    }
    for (int64_t i = 0; i < c->pairs; i++) {
        if (c->cross)
            iso_cross_free(&c->cross[i]);
        if (c->gram)
            iso_free(c->gram[i].off);
    }
    for (int64_t i = 0; c->outcomes && i < c->pairs * c->task->measures; i++) {
        iso_free(c->outcomes[i].sum);
        iso_free(c->outcomes[i].unit_size);
        iso_free(c->outcomes[i].state);
    }
    iso_free(c->outcomes);
    iso_mat_free(&c->wide);
    iso_free(c->first);
    iso_free(c->block);
    iso_free(c->norm2);
    iso_free(c->raw);
    iso_free(c->scale);
    iso_free(c->cross);
    iso_free(c->self);
    iso_free(c->gram);
    iso_free(c->gself);
    iso_free(c->moments);
    iso_free(c->pair);
    iso_free(c->global);
    *c = (struct iso_chunk){0};
}

/* --- Rows at hand, shown to the measures that look at rows --- */

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
