/* From lists to exact neighbours, and which rows' lists do not prove theirs. */
#include <math.h>

#include "analysis/search/neighbours_inside.h"
#include "lib/base/alloc.h"

enum { STRIDE = 8192 }; /* rows between two looks at whether to go on */

/* What becomes of a row: its list proves its best; is made anew; all candidates are scored. */
enum { FINAL, AGAIN, ALL };

/* The rows of one fate, which may take the place of the fates. */
static int64_t gather(int64_t *row, const int64_t *fate, int64_t rows, int64_t which)
{
    int64_t n = 0;

    for (int64_t i = 0; i < rows; i++)
        if (fate[i] == which)
            row[n++] = i;
    return n;
}

/* Moves the entries that may have one of the k best scores to the front; returns how many. The
 * score at a cosine that is certainly too low is a floor of the score, at one too high a ceiling.
 */
static int promising(struct near_desk *d, iso_topk_hit *h, int held, const struct near_side *x,
                     int64_t i, const struct near_side *y, const struct near_plan *p)
{
    const double slack = iso_topk_slack(p->precision, x->cols);
    int n = 0;

    if (held <= p->k)
        return held;
    d->best.held = 0;
    for (int a = 0; a < held; a++)
        near_best_offer(&d->best, near_score(p, x, i, y, h[a].index, (double)h[a].key - slack),
                        h[a].index);
    const double least = d->best.score[p->k - 1];
    for (int a = 0; a < held; a++) {
        const iso_topk_hit t = h[a];
        if (near_score(p, x, i, y, t.index, (double)t.key + slack) >= least) {
            h[a] = h[n];
            h[n++] = t;
        }
    }
    return n;
}

/* Offers the few rows to a result that the list has filled already. */
static void offer_few(iso_near *out, const struct near_few *few, const struct near_side *x,
                      int64_t i, const struct near_side *y, const struct near_plan *p)
{
    struct near_best best = {p->k, p->k, out->score + i * p->k, out->index + i * p->k};

    for (int f = 0; f < few->count; f++) {
        const int32_t j = few->row[f];
        bool there = false;
        for (int a = 0; a < p->k; a++)
            there |= best.index[a] == j;
        if (!there)
            near_best_offer(&best, near_score(p, x, i, y, j, near_cosine(x, i, y, j)), j);
    }
}

/* The k best among the row's list; false if others may be better. */
static bool pick(iso_near *out, struct near_desk *d, iso_topk *lists, const struct near_side *x,
                 int64_t i, const struct near_side *y, const struct near_plan *p,
                 struct near_bounds b, const struct near_few *few)
{
    const double *score = out->score + i * p->k;

    iso_topk_trim(lists, i, lists->want);
    const double missed = (double)lists->floor[i] + iso_topk_slack(p->precision, x->cols);
    iso_topk_hit *h = lists->hit + i * lists->room;
    near_desk_finish(out, i, d, h, promising(d, h, lists->held[i], x, i, y, p), x, i, y, p);
    if (lists->floor[i] == -INFINITY || p->rule == ISO_RULE_COSINE ||
        p->rule == ISO_RULE_ABSOLUTE || score[p->k - 1] > near_ceiling(p, x, i, b, missed))
        return true;
    if (!(score[p->k - 1] > near_ceiling(p, x, i, few->rest, missed)))
        return false;
    offer_few(out, few, x, i, y, p);
    return true;
}

iso_err near_pick(iso_near *out, int64_t *again, int64_t *count, iso_topk *lists,
                  const struct near_side *x, const struct near_side *y, const struct near_plan *p,
                  iso_near_stats *stats, const iso_run *run)
{
    const struct near_bounds b = near_bounds_of(p, y);
    const struct near_few few = near_few_of(p, y);
    struct near_desk *desks = NULL;
    int64_t *row = NULL, over = 0;
    iso_err err = ISO_OK;

    ISO_TRY(near_desks_make(&desks, p->k, lists->room));
    for (int64_t from = 0; from < x->rows; from += STRIDE) {
        const int64_t to = x->rows - from < STRIDE ? x->rows : from + STRIDE;
        ISO_TRY(iso_run_step(run, "choosing", from, x->rows, "rows"));
#pragma omp parallel for schedule(dynamic, 16) reduction(+ : over) if (x->rows > 256)
        for (int64_t i = from; i < to; i++) {
            again[i] = FINAL;
            over += lists->held[i] < 0;
            if (lists->held[i] < 0 || !near_grows(p, x, i, b))
                again[i] = ALL;
            else if (!pick(out, near_desk(desks), lists, x, i, y, p, b, &few))
                again[i] = AGAIN;
        }
    }
    ISO_TRY(iso_alloc(&row, x->rows, sizeof *row));
    ISO_TRY(near_block_rows(out, row, gather(row, again, x->rows, ALL), x, y, p, run));
    *count = gather(again, again, x->rows, AGAIN);
    stats->overflowed += near_needs_means(p->rule) ? 0 : over; /* else they are counted already */
done:
    iso_free(row);
    near_desks_free(desks);
    return err;
}
