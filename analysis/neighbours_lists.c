/* From lists of what may be nearest to exact means and exact neighbours. */
#include <math.h>
#include <stdlib.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include "analysis/neighbours_inside.h"
#include "lib/base/alloc.h"

enum { STRIDE = 8192 }; /* rows between two looks at whether to go on */

iso_err near_lists(iso_topk *of_x, iso_topk *of_y, const struct near_side *x,
                   const struct near_side *y, int want_x, int want_y, const iso_run *run)
{
    const iso_topk_rows from = near_rows(x), to = near_rows(y);
    const double slack = iso_topk_slack(x->cols);
    iso_topk_panels panels = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_topk_make(of_x, x->rows, want_x < y->rows ? want_x : (int)y->rows, slack));
    ISO_TRY(iso_topk_make(of_y, y->rows, want_y < x->rows ? want_y : (int)x->rows, slack));
    ISO_TRY(iso_topk_panels_make(&panels, &to));
    ISO_TRY(iso_topk_search(of_x, of_y, &from, &panels, NULL, run));
done:
    iso_topk_panels_free(&panels);
    return err;
}

/* A thread's own memory for one row. */
struct desk {
    struct near_best best;
    struct choice {
        double score;
        int32_t index;
    } * choice;
};

static int threads(void)
{
#ifdef _OPENMP
    return omp_get_max_threads();
#else
    return 1;
#endif
}

static struct desk *own(struct desk *d)
{
#ifdef _OPENMP
    return d + omp_get_thread_num();
#else
    return d;
#endif
}

static void desks_free(struct desk *d)
{
    if (d) {
        iso_free(d->best.score);
        iso_free(d->best.index);
        iso_free(d->choice);
    }
    iso_free(d);
}

static iso_err desks_make(struct desk **out, int k, int room)
{
    const int count = threads();
    struct desk *d = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&d, count, sizeof *d));
    ISO_TRY(iso_alloc(&d->best.score, (int64_t)count * k, sizeof *d->best.score));
    ISO_TRY(iso_alloc(&d->best.index, (int64_t)count * k, sizeof *d->best.index));
    ISO_TRY(iso_alloc(&d->choice, (int64_t)count * room, sizeof *d->choice));
    for (int t = 0; t < count; t++)
        d[t] = (struct desk){
            {k, 0, d->best.score + (int64_t)t * k, d->best.index + (int64_t)t * k},
            d->choice + (int64_t)t * room,
        };
    *out = d;
    d = NULL;
done:
    desks_free(d);
    return err;
}

static double mean_of(struct desk *d, iso_topk *lists, const struct near_side *x, int64_t i,
                      const struct near_side *y, int k)
{
    d->best.held = 0;
    if (lists->held[i] < 0) {
        for (int64_t j = 0; j < y->rows; j++)
            near_best_offer(&d->best, near_cosine(x, i, y, j), j);
        return near_best_mean(&d->best);
    }
    iso_topk_trim(lists, i, lists->want);
    const float low = iso_topk_threshold(lists, i, k);
    const iso_topk_hit *h = lists->hit + i * lists->room;
    for (int n = 0; n < lists->held[i]; n++)
        if (h[n].key >= low)
            near_best_offer(&d->best, near_cosine(x, i, y, h[n].index), h[n].index);
    return near_best_mean(&d->best);
}

iso_err near_means(struct near_side *x, const struct near_side *y, iso_topk *lists,
                   const struct near_plan *p, iso_near_told *told)
{
    const int k = p->neighbours < y->rows ? p->neighbours : (int)y->rows;
    struct desk *desks = NULL;
    int64_t over = 0;
    iso_err err = ISO_OK;

    ISO_TRY(desks_make(&desks, k, 0));
    ISO_TRY(iso_alloc(&x->mean, x->rows, sizeof *x->mean));
#pragma omp parallel for schedule(dynamic, 16) reduction(+ : over) if (x->rows > 256)
    for (int64_t i = 0; i < x->rows; i++) {
        x->mean[i] = mean_of(own(desks), lists, x, i, y, k);
        over += lists->held[i] < 0;
    }
    told->overflowed += over;
done:
    desks_free(desks);
    return err;
}

static int by_score(const void *a, const void *b)
{
    const struct choice *x = a, *y = b;

    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

/* Scores the row's entries whose key is at least `low` exactly, and writes the k best. */
static void finish(iso_near *out, int64_t row, struct desk *d, const iso_topk_hit *h, int held,
                   const struct near_side *x, int64_t i, const struct near_side *y,
                   const struct near_plan *p)
{
    int n = 0;

    for (int a = 0; a < held; a++) {
        const double c = near_cosine(x, i, y, h[a].index);
        d->choice[n++] = (struct choice){near_score(p, x, i, y, h[a].index, c), h[a].index};
    }
    qsort(d->choice, (size_t)n, sizeof *d->choice, by_score);
    for (int a = 0; a < p->k && a < n; a++) {
        out->score[row * p->k + a] = d->choice[a].score;
        out->index[row * p->k + a] = d->choice[a].index;
    }
}

/* Moves the entries that may have one of the k best scores to the front; returns how many. The
 * score at a cosine that is certainly too low is a floor of the score, at one too high a ceiling.
 */
static int promising(struct desk *d, iso_topk_hit *h, int held, const struct near_side *x,
                     int64_t i, const struct near_side *y, const struct near_plan *p)
{
    const double slack = iso_topk_slack(x->cols);
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

/* The k best among the row's list; false if others may be better. */
static bool pick(iso_near *out, struct desk *d, iso_topk *lists, const struct near_side *x,
                 int64_t i, const struct near_side *y, const struct near_plan *p,
                 struct near_bounds b)
{
    const double *score = out->score + i * p->k;

    iso_topk_trim(lists, i, lists->want);
    const double missed = (double)lists->floor[i] + iso_topk_slack(x->cols);
    iso_topk_hit *h = lists->hit + i * lists->room;
    finish(out, i, d, h, promising(d, h, lists->held[i], x, i, y, p), x, i, y, p);
    return lists->floor[i] == -INFINITY || p->rule == ISO_RULE_COSINE ||
           p->rule == ISO_RULE_ABSOLUTE || score[p->k - 1] > near_ceiling(p, x, i, b, missed);
}

iso_err near_pick(iso_near *out, int64_t *again, int64_t *count, iso_topk *lists,
                  const struct near_side *x, const struct near_side *y, const struct near_plan *p,
                  iso_near_told *told, const iso_run *run)
{
    const struct near_bounds b = near_bounds_of(p, y);
    struct desk *desks = NULL;
    int64_t over = 0, n = 0;
    iso_err err = ISO_OK;

    ISO_TRY(desks_make(&desks, p->k, lists->room));
    for (int64_t from = 0; from < x->rows; from += STRIDE) {
        const int64_t to = x->rows - from < STRIDE ? x->rows : from + STRIDE;
        ISO_TRY(iso_run_step(run, "choosing", from, x->rows, "rows"));
#pragma omp parallel for schedule(dynamic, 16) reduction(+ : over) if (x->rows > 256)
        for (int64_t i = from; i < to; i++) {
            again[i] = 0;
            if (lists->held[i] < 0 || !near_grows(p, x, i, b)) {
                near_plain_row(out, i, x, y, p);
                over += lists->held[i] < 0;
            } else {
                again[i] = !pick(out, own(desks), lists, x, i, y, p, b);
            }
        }
    }
    for (int64_t i = 0; i < x->rows; i++)
        if (again[i])
            again[n++] = i;
    *count = n;
    told->overflowed += over;
done:
    desks_free(desks);
    return err;
}

/* Thresholds from the k-th best score that each row has already: nothing below can matter. */
static void preset(iso_topk *lists, float *slope, const iso_near *out, const int64_t *again,
                   const struct near_side *x, const struct near_plan *p, struct near_bounds b)
{
    for (int64_t g = 0; g < lists->rows; g++) {
        const double kth = out->score[again[g] * p->k + p->k - 1];
        double by = 0, level = 0;
        if (near_line(&by, &level, p, x, again[g], kth)) {
            slope[g] = (float)by;
            lists->floor[g] = (float)(level - near_line_slack(iso_topk_slack(x->cols), by, b));
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

    ISO_TRY(iso_topk_make(out, count, p->k, near_line_slack(iso_topk_slack(x->cols), steep, b)));
    if (p->rule == ISO_RULE_RATIO)
        out->want = out->room;
    ISO_TRY(iso_alloc(slope, count, sizeof **slope));
    preset(out, *slope, found, again, x, p, b);
done:
    return err;
}

iso_err near_again(iso_near *out, const int64_t *again, int64_t count, const struct near_side *x,
                   const struct near_side *y, const struct near_plan *p, iso_near_told *told,
                   const iso_run *run)
{
    const struct near_bounds b = near_bounds_of(p, y);
    iso_topk_rows from = near_rows(x), to = near_rows(y);
    iso_topk lists = {0}, none = {0};
    iso_topk_panels panels = {0};
    struct desk *desks = NULL;
    float *slope = NULL, *offset = NULL;
    int64_t over = 0;
    iso_err err = ISO_OK;

    from.pick = again;
    from.rows = count;
    ISO_TRY(tilted_lists(&lists, &slope, out, again, count, x, p, b));
    ISO_TRY(iso_topk_make(&none, y->rows, 0, 0));
    ISO_TRY(near_offsets(&offset, y, p));
    ISO_TRY(iso_topk_panels_make(&panels, &to));
    ISO_TRY(desks_make(&desks, p->k, lists.room));
    ISO_TRY(iso_topk_search(&lists, &none, &from, &panels, &(iso_topk_tilt){slope, offset}, run));
#pragma omp parallel for schedule(dynamic, 16) reduction(+ : over) if (x->rows > 256)
    for (int64_t g = 0; g < count; g++) {
        if (lists.held[g] < 0) {
            near_plain_row(out, again[g], x, y, p);
            over++;
            continue;
        }
        iso_topk_trim(&lists, g, lists.want);
        finish(out, again[g], own(desks), lists.hit + g * lists.room, lists.held[g], x, again[g], y,
               p);
    }
    told->again += count;
    told->overflowed += over;
done:
    iso_topk_free(&lists);
    iso_topk_free(&none);
    iso_topk_panels_free(&panels);
    desks_free(desks);
    iso_free(slope);
    iso_free(offset);
    return err;
}
