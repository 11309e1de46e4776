/* Lists of both sides from one product, and the exact means that follow from them. */
#include "analysis/search/neighbours_inside.h"
#include "lib/base/alloc.h"

iso_err near_lists(iso_topk *of_x, iso_topk *of_y, const struct near_side *x,
                   const struct near_side *y, int want_x, int want_y, struct near_plan *p,
                   const iso_run *run)
{
    const iso_topk_rows from = near_rows(x), to = near_rows(y);
    const int x_best = want_x < y->rows ? want_x : (int)y->rows,
              y_best = want_y < x->rows ? want_y : (int)x->rows;
    iso_topk_panels panels = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_topk_panels_best(&panels, &p->precision, &from, &to, x_best, y_best));
    const double slack = iso_topk_slack(p->precision, x->cols);
    ISO_TRY(iso_topk_make(of_x, x->rows, x_best, slack));
    ISO_TRY(iso_topk_make(of_y, y->rows, y_best, slack));
    ISO_TRY(iso_topk_search(of_x, of_y, &from, &panels, NULL, run));
done:
    iso_topk_panels_free(&panels);
    return err;
}

static double mean_of(struct near_desk *d, iso_topk *lists, const struct near_side *x, int64_t i,
                      const struct near_side *y, int64_t neighbours)
{
    const int k = d->best.k;

    d->best.held = 0;
    iso_topk_trim(lists, i, lists->want);
    const float low = iso_topk_threshold(lists, i, k);
    const iso_topk_hit *h = lists->hit + i * lists->room;
    for (int n = 0; n < lists->held[i]; n++)
        if (h[n].key >= low)
            near_best_offer(&d->best, near_cosine(x, i, y, h[n].index), h[n].index);
    return near_best_mean(&d->best, y, neighbours);
}

/* Means of rows whose lists overflowed. */
static iso_err means_of_rest(double *mean, const int64_t *row, int64_t count,
                             const struct near_side *x, const struct near_side *y, int k,
                             const struct near_plan *p, const iso_run *run)
{
    const struct near_plan cosine = {.rule = ISO_RULE_COSINE};
    struct near_best *best = NULL;
    iso_near room = {0};
    iso_err err = ISO_OK;

    ISO_TRY(near_result_make(&room, count, k));
    ISO_TRY(iso_alloc(&best, count, sizeof *best));
    for (int64_t r = 0; r < count; r++)
        best[r] = (struct near_best){k, 0, room.score + r * k, room.index + r * k};
    ISO_TRY(near_block_best(best, row, count, x, y, &cosine, run));
    for (int64_t r = 0; r < count; r++)
        mean[row[r]] = near_best_mean(&best[r], y, p->neighbours);
done:
    iso_near_free(&room);
    iso_free(best);
    return err;
}

iso_err near_means(struct near_side *x, const struct near_side *y, iso_topk *lists,
                   const struct near_plan *p, iso_near_stats *stats, const iso_run *run)
{
    const int k = p->neighbours < y->rows ? p->neighbours : (int)y->rows;
    struct near_desk *desks = NULL;
    int64_t *row = NULL, over = 0;
    iso_err err = ISO_OK;

    ISO_TRY(near_desks_make(&desks, k, 0));
    ISO_TRY(iso_alloc(&row, x->rows, sizeof *row));
    ISO_TRY(iso_alloc(&x->mean, x->rows, sizeof *x->mean));
#pragma omp parallel for schedule(dynamic, 16) if (x->rows > 256)
    for (int64_t i = 0; i < x->rows; i++)
        if (lists->held[i] >= 0)
            x->mean[i] = mean_of(near_desk(desks), lists, x, i, y, p->neighbours);
    for (int64_t i = 0; i < x->rows; i++)
        if (lists->held[i] < 0)
            row[over++] = i;
    ISO_TRY(means_of_rest(x->mean, row, over, x, y, k, p, run));
    stats->overflowed += over;
done:
    iso_free(row);
    near_desks_free(desks);
    return err;
}
