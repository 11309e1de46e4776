/* From lists to exact neighbours: means, the best of each row, and the rows whose lists do not
 * prove theirs. */
#include <math.h>
#include <stdlib.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include "analysis/search/neighbours_inside.h"
#include "lib/base/alloc.h"

enum { STRIDE = 8192 }; /* rows between two looks at whether to go on */

/* --- A thread's memory for one row, and the last step of every search --- */

struct workspace {
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

static struct workspace *mine(struct workspace *w)
{
#ifdef _OPENMP
    return w + omp_get_thread_num();
#else
    return w;
#endif
}

static void workspaces_free(struct workspace *w)
{
    if (w) {
        iso_free(w->best.score);
        iso_free(w->best.index);
        iso_free(w->choice);
    }
    iso_free(w);
}

/* One for each thread, for lists of `room` entries of which the k best are chosen. */
static iso_err workspaces_make(struct workspace **out, int k, int room)
{
    const int count = threads();
    struct workspace *w = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&w, count, sizeof *w));
    ISO_TRY(iso_alloc(&w->best.score, (int64_t)count * k, sizeof *w->best.score));
    ISO_TRY(iso_alloc(&w->best.index, (int64_t)count * k, sizeof *w->best.index));
    ISO_TRY(iso_alloc(&w->choice, (int64_t)count * room, sizeof *w->choice));
    for (int t = 0; t < count; t++)
        w[t] = (struct workspace){
            {k, 0, w->best.score + (int64_t)t * k, w->best.index + (int64_t)t * k},
            w->choice + (int64_t)t * room,
        };
    *out = w;
    w = NULL;
done:
    workspaces_free(w);
    return err;
}

static int by_score(const void *a, const void *b)
{
    const struct choice *x = a, *y = b;

    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

/* Scores `held` entries of row i of x exactly and writes the k best as row `row` of out. */
static void finish(iso_near *out, int64_t row, struct workspace *w, const iso_topk_hit *h, int held,
                   const struct near_side *x, int64_t i, const struct near_side *y,
                   const struct near_plan *p)
{
    int n = 0;

    for (int a = 0; a < held; a++) {
        const double c = iso_near_cosine(x, i, y, h[a].index);
        w->choice[n++] = (struct choice){iso_near_score(p, x, i, y, h[a].index, c), h[a].index};
    }
    qsort(w->choice, (size_t)n, sizeof *w->choice, by_score);
    for (int a = 0; a < p->k && a < n; a++) {
        out->score[row * p->k + a] = w->choice[a].score;
        out->index[row * p->k + a] = w->choice[a].index;
    }
}

/* --- Lists of both sides from one product, and the exact means that follow --- */

iso_err iso_near_lists(iso_topk *of_x, iso_topk *of_y, const struct near_side *x,
                       const struct near_side *y, int want_x, int want_y, struct near_plan *p,
                       const iso_run *run)
{
    const iso_topk_rows from = iso_near_rows(x), to = iso_near_rows(y);
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

static double mean_of(struct workspace *w, iso_topk *lists, const struct near_side *x, int64_t i,
                      const struct near_side *y, int64_t neighbours)
{
    const int k = w->best.k;

    w->best.held = 0;
    iso_topk_trim(lists, i, lists->want);
    const float low = iso_topk_threshold(lists, i, k);
    const iso_topk_hit *h = lists->hit + i * lists->room;
    for (int n = 0; n < lists->held[i]; n++)
        if (h[n].key >= low)
            iso_near_best_offer(&w->best, iso_near_cosine(x, i, y, h[n].index), h[n].index);
    return iso_near_best_mean(&w->best, y, neighbours);
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

    ISO_TRY(iso_near_result_make(&room, count, k));
    ISO_TRY(iso_alloc(&best, count, sizeof *best));
    for (int64_t r = 0; r < count; r++)
        best[r] = (struct near_best){k, 0, room.score + r * k, room.index + r * k};
    ISO_TRY(iso_near_block_best(best, row, count, x, y, &cosine, run));
    for (int64_t r = 0; r < count; r++)
        mean[row[r]] = iso_near_best_mean(&best[r], y, p->neighbours);
done:
    iso_near_free(&room);
    iso_free(best);
    return err;
}

iso_err iso_near_means(struct near_side *x, const struct near_side *y, iso_topk *lists,
                       const struct near_plan *p, iso_near_stats *stats, const iso_run *run)
{
    const int k = p->neighbours < y->rows ? p->neighbours : (int)y->rows;
    struct workspace *work = NULL;
    int64_t *row = NULL, over = 0;
    iso_err err = ISO_OK;

    ISO_TRY(workspaces_make(&work, k, 0));
    ISO_TRY(iso_alloc(&row, x->rows, sizeof *row));
    ISO_TRY(iso_alloc(&x->mean, x->rows, sizeof *x->mean));
#pragma omp parallel for schedule(dynamic, 16) if (x->rows > 256)
    for (int64_t i = 0; i < x->rows; i++)
        if (lists->held[i] >= 0)
            x->mean[i] = mean_of(mine(work), lists, x, i, y, p->neighbours);
    for (int64_t i = 0; i < x->rows; i++)
        if (lists->held[i] < 0)
            row[over++] = i;
    ISO_TRY(means_of_rest(x->mean, row, over, x, y, k, p, run));
    stats->overflowed += over;
done:
    iso_free(row);
    workspaces_free(work);
    return err;
}

/* --- The best of each row from its list --- */

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
static int promising(struct workspace *w, iso_topk_hit *h, int held, const struct near_side *x,
                     int64_t i, const struct near_side *y, const struct near_plan *p)
{
    const double slack = iso_topk_slack(p->precision, x->cols);
    int n = 0;

    if (held <= p->k)
        return held;
    w->best.held = 0;
    for (int a = 0; a < held; a++)
        iso_near_best_offer(
            &w->best, iso_near_score(p, x, i, y, h[a].index, (double)h[a].key - slack), h[a].index);
    const double least = w->best.score[p->k - 1];
    for (int a = 0; a < held; a++) {
        const iso_topk_hit t = h[a];
        if (iso_near_score(p, x, i, y, t.index, (double)t.key + slack) >= least) {
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
            iso_near_best_offer(&best, iso_near_score(p, x, i, y, j, iso_near_cosine(x, i, y, j)),
                                j);
    }
}

/* The k best among the row's list; false if others may be better. */
static bool pick(iso_near *out, struct workspace *w, iso_topk *lists, const struct near_side *x,
                 int64_t i, const struct near_side *y, const struct near_plan *p,
                 struct near_bounds b, const struct near_few *few)
{
    const double *score = out->score + i * p->k;

    iso_topk_trim(lists, i, lists->want);
    const double missed = (double)lists->floor[i] + iso_topk_slack(p->precision, x->cols);
    iso_topk_hit *h = lists->hit + i * lists->room;
    finish(out, i, w, h, promising(w, h, lists->held[i], x, i, y, p), x, i, y, p);
    if (lists->floor[i] == -INFINITY || p->rule == ISO_RULE_COSINE ||
        p->rule == ISO_RULE_ABSOLUTE || score[p->k - 1] > iso_near_ceiling(p, x, i, b, missed))
        return true;
    if (!(score[p->k - 1] > iso_near_ceiling(p, x, i, few->rest, missed)))
        return false;
    offer_few(out, few, x, i, y, p);
    return true;
}

iso_err iso_near_pick(iso_near *out, int64_t *again, int64_t *count, iso_topk *lists,
                      const struct near_side *x, const struct near_side *y,
                      const struct near_plan *p, iso_near_stats *stats, const iso_run *run)
{
    const struct near_bounds b = iso_near_bounds_of(p, y);
    const struct near_few few = iso_near_few_of(p, y);
    struct workspace *work = NULL;
    int64_t *row = NULL, over = 0;
    iso_err err = ISO_OK;

    ISO_TRY(workspaces_make(&work, p->k, lists->room));
    for (int64_t from = 0; from < x->rows; from += STRIDE) {
        const int64_t to = x->rows - from < STRIDE ? x->rows : from + STRIDE;
        ISO_TRY(iso_run_step(run, "choosing", from, x->rows, "rows"));
#pragma omp parallel for schedule(dynamic, 16) reduction(+ : over) if (x->rows > 256)
        for (int64_t i = from; i < to; i++) {
            again[i] = FINAL;
            over += lists->held[i] < 0;
            if (lists->held[i] < 0 || !iso_near_grows(p, x, i, b))
                again[i] = ALL;
            else if (!pick(out, mine(work), lists, x, i, y, p, b, &few))
                again[i] = AGAIN;
        }
    }
    ISO_TRY(iso_alloc(&row, x->rows, sizeof *row));
    ISO_TRY(iso_near_block_rows(out, row, gather(row, again, x->rows, ALL), x, y, p, run));
    *count = gather(again, again, x->rows, AGAIN);
    stats->overflowed +=
        iso_near_needs_means(p->rule) ? 0 : over; /* else they are counted already */
done:
    iso_free(row);
    workspaces_free(work);
    return err;
}

/* --- Rows that were not certain to be final, listed by the rule itself --- */

/* Thresholds from the k-th best score that each row has already: nothing below can matter. */
static void preset(iso_topk *lists, float *slope, const iso_near *out, const int64_t *again,
                   const struct near_side *x, const struct near_plan *p, struct near_bounds b)
{
    for (int64_t g = 0; g < lists->rows; g++) {
        const double kth = out->score[again[g] * p->k + p->k - 1];
        double by = 0, level = 0;
        if (iso_near_line(&by, &level, p, x, again[g], kth)) {
            slope[g] = (float)by;
            lists->floor[g] =
                (float)(level - iso_near_line_slack(iso_topk_slack(p->precision, x->cols), by, b));
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
                          iso_near_line_slack(iso_topk_slack(p->precision, x->cols), steep, b)));
    if (p->rule == ISO_RULE_RATIO)
        out->want = out->room;
    ISO_TRY(iso_alloc(slope, count, sizeof **slope));
    preset(out, *slope, found, again, x, p, b);
done:
    return err;
}

iso_err iso_near_again(iso_near *out, const int64_t *again, int64_t count,
                       const struct near_side *x, const struct near_side *y,
                       const struct near_plan *p, iso_near_stats *stats, const iso_run *run)
{
    const struct near_bounds b = iso_near_bounds_of(p, y);
    iso_topk_rows from = iso_near_rows(x), to = iso_near_rows(y);
    iso_topk lists = {0}, none = {0};
    iso_topk_panels panels = {0};
    struct workspace *work = NULL;
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
    ISO_TRY(iso_near_offsets(&offset, y, p));
    ISO_TRY(iso_topk_panels_make(&panels, &to, p->precision));
    ISO_TRY(workspaces_make(&work, p->k, lists.room));
    ISO_TRY(iso_topk_search(&lists, &none, &from, &panels, &(iso_topk_tilt){slope, offset}, run));
#pragma omp parallel for schedule(dynamic, 16) if (x->rows > 256)
    for (int64_t g = 0; g < count; g++) {
        if (lists.held[g] < 0)
            continue;
        iso_topk_trim(&lists, g, lists.want);
        finish(out, again[g], mine(work), lists.hit + g * lists.room, lists.held[g], x, again[g], y,
               p);
    }
    for (int64_t g = 0; g < count; g++)
        if (lists.held[g] < 0)
            rows[over++] = again[g];
    ISO_TRY(iso_near_block_rows(out, rows, over, x, y, p, run));
    stats->again += count;
    stats->overflowed += over;
done:
    iso_topk_free(&lists);
    iso_topk_free(&none);
    iso_topk_panels_free(&panels);
    workspaces_free(work);
    iso_free(rows);
    iso_free(slope);
    iso_free(offset);
    return err;
}
