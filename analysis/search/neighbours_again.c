/* Rows that were not certain to be final, multiplied again and listed by the rule itself. */
#include <math.h>

#include "analysis/search/neighbours_inside.h"
#include "lib/base/alloc.h"

/* Thresholds from the k-th best score that each row has already: nothing below can matter. */
static void preset(iso_topk *lists, float *slope, const iso_near *out, const int64_t *again,
                   const struct near_side *x, const struct near_plan *p, struct near_bounds b)
{
    for (int64_t g = 0; g < lists->rows; g++) {
        const double kth = out->score[again[g] * p->k + p->k - 1];
        double by = 0, level = 0;
        if (near_line(&by, &level, p, x, again[g], kth)) {
            slope[g] = (float)by;
            lists->floor[g] =
                (float)(level - near_line_slack(iso_topk_slack(p->precision, x->cols), by, b));
        } else {
            lists->held[g] = -1;
            lists->floor[g] = INFINITY;
        }
    }
}

/* Lists in the order of the rule itself. Where the line's slope depends on the threshold (ratio)
 * the keys are good for the threshold alone, and lists do not choose among them. */
static iso_err tilted_lists(iso_topk *out, float **slope, const iso_near *found,
                            const int64_t *again, int64_t count, const struct near_side *x,
                            const struct near_plan *p, struct near_bounds b)
{
    const double steep = p->rule == ISO_RULE_INVSOFTMAX ? 1 : 0.5;
    iso_err err = ISO_OK;

    ISO_TRY(iso_topk_make(out, count, p->k,
                          near_line_slack(iso_topk_slack(p->precision, x->cols), steep, b)));
    if (p->rule == ISO_RULE_RATIO)
        out->want = out->room;
    ISO_TRY(iso_alloc(slope, count, sizeof **slope));
    preset(out, *slope, found, again, x, p, b);
done:
    return err;
}

iso_err near_again(iso_near *out, const int64_t *again, int64_t count, const struct near_side *x,
                   const struct near_side *y, const struct near_plan *p, iso_near_stats *stats,
                   const iso_run *run)
{
    const struct near_bounds b = near_bounds_of(p, y);
    iso_topk_rows from = near_rows(x), to = near_rows(y);
    iso_topk lists = {0}, none = {0};
    iso_topk_panels panels = {0};
    struct near_desk *desks = NULL;
    float *slope = NULL, *offset = NULL;
    int64_t *rows = NULL, over = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&rows, count, sizeof *rows));
    for (int64_t g = 0; g < count; g++)
        rows[g] = x->pick ? x->pick[again[g]] : again[g];
    from.pick = rows;
    from.rows = count;
    ISO_TRY(tilted_lists(&lists, &slope, out, again, count, x, p, b));
    ISO_TRY(iso_topk_make(&none, y->rows, 0, 0));
    ISO_TRY(near_offsets(&offset, y, p));
    ISO_TRY(iso_topk_panels_make(&panels, &to, p->precision));
    ISO_TRY(near_desks_make(&desks, p->k, lists.room));
    ISO_TRY(iso_topk_search(&lists, &none, &from, &panels, &(iso_topk_tilt){slope, offset}, run));
#pragma omp parallel for schedule(dynamic, 16) if (x->rows > 256)
    for (int64_t g = 0; g < count; g++) {
        if (lists.held[g] < 0)
            continue;
        iso_topk_trim(&lists, g, lists.want);
        near_desk_finish(out, again[g], near_desk(desks), lists.hit + g * lists.room, lists.held[g],
                         x, again[g], y, p);
    }
    for (int64_t g = 0; g < count; g++)
        if (lists.held[g] < 0)
            rows[over++] = again[g];
    ISO_TRY(near_block_rows(out, rows, over, x, y, p, run));
    stats->again += count;
    stats->overflowed += over;
done:
    iso_topk_free(&lists);
    iso_topk_free(&none);
    iso_topk_panels_free(&panels);
    near_desks_free(desks);
    iso_free(rows);
    iso_free(slope);
    iso_free(offset);
    return err;
}
