/* From lists to exact neighbours: the best of each row, the rows whose lists do not prove theirs,
 * and means. */
#include <math.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include "analysis/search/neighbours_inside.h"
#include "lib/base/alloc.h"

enum {
    STRIDE = 8192, /* rows between two looks at whether to go on */
    MORE = 64      /* entries beyond the k best in a list that is made again */
};

/* --- A thread's memory for one row, and the last step of every search --- */

/* A candidate and what its score can be at most. */
struct choice {
    double bound;
    int32_t index;
};

static int threads(void)
{
#ifdef _OPENMP
    return omp_get_max_threads();
#else
    return 1;
#endif
}

static int thread(void)
{
#ifdef _OPENMP
    return omp_get_thread_num();
#else
    return 0;
#endif
}

/* The first of n, the rest being a heap already, sinks to its place in it. */
static void sink(struct choice *heap, int n, int at)
{
    const struct choice c = heap[at];

    for (int child; (child = 2 * at + 1) < n; at = child) {
        child += child + 1 < n && heap[child + 1].bound > heap[child].bound;
        if (!(heap[child].bound > c.bound))
            break;
        heap[at] = heap[child];
    }
    heap[at] = c;
}

/* What the keys of lists are when they are not bounds of cosines (iso_topk_tilt). */
struct slant {
    const float *offset;
    double slope, pay;
};

/* Writes the k best of a list of row i of x as row `row` of out. Candidates are scored exactly in
 * the order of what they could have at most, until that is too little. */
static void finish(iso_near *out, int64_t row, struct choice *heap, const iso_topk_hit *h, int held,
                   const struct slant *slant, const struct near_side *x, int64_t i,
                   const struct near_side *y, const struct near_plan *p)
{
    struct near_best best = {p->k, 0, out->score + row * p->k, out->index + row * p->k};

    for (int a = 0; a < held; a++) {
        double most = (double)h[a].key;
        if (slant)
            most += slant->slope * (double)slant->offset[h[a].index] + slant->pay;
        heap[a] = (struct choice){iso_near_score(p, x, i, y, h[a].index, most), h[a].index};
    }
    for (int a = held / 2; a-- > 0;)
        sink(heap, held, a);
    while (held > 0 && (best.held < p->k || heap[0].bound >= best.score[p->k - 1])) {
        const int32_t j = heap[0].index;
        heap[0] = heap[--held];
        sink(heap, held, 0);
        iso_near_prefetch(y, heap[0].index);
        iso_near_best_offer(&best, iso_near_score(p, x, i, y, j, iso_near_cosine(x, i, y, j)), j);
    }
}

/* --- Lists of both sides from one product --- */

/* The best cosines that a side's lists must prove: those of the means, and where only cosines count
 * those that are asked for. */
static int proven(const struct near_plan *p, bool ranked)
{
    const int means = iso_near_needs_means(p->rule) ? p->neighbours : 0;

    return ranked && p->k > means ? p->k : means;
}

static int length(const struct near_plan *p, bool ranked, int proves, int64_t most)
{
    const bool orders = p->rule == ISO_RULE_COSINE || p->rule == ISO_RULE_ABSOLUTE;
    const int want = ranked && !orders && p->kept > proves ? p->kept : proves;

    return want < most ? want : (int)most;
}

static int least(int k, int64_t most)
{
    return k < most ? k : (int)most;
}

iso_err iso_near_lists(iso_topk *of_x, iso_topk *of_y, const struct near_side *x,
                       const struct near_side *y, bool ranked_x, bool ranked_y,
                       const struct near_plan *p, const iso_run *run)
{
    const iso_topk_rows from = iso_near_rows(x), to = iso_near_rows(y);
    const iso_topk_depth best = {least(proven(p, ranked_x), y->rows),
                                 least(proven(p, ranked_y), x->rows)};
    iso_topk_depth lists;
    iso_topk_sides sides = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_topk_sides_best(&sides, &lists, &from, &to, best));
    ISO_TRY(iso_topk_make(of_x, x->rows, length(p, ranked_x, lists.of_x, y->rows), best.of_x));
    ISO_TRY(iso_topk_make(of_y, y->rows, length(p, ranked_y, lists.of_y, x->rows), best.of_y));
    ISO_TRY(iso_topk_search(of_x, of_y, &sides, NULL, run));
done:
    iso_topk_sides_free(&sides);
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
static bool pick(iso_near *out, struct choice *heap, iso_topk *lists, const struct near_side *x,
                 int64_t i, const struct near_side *y, const struct near_plan *p,
                 struct near_bounds b, const struct near_few *few)
{
    const double *score = out->score + i * p->k;

    iso_topk_trim(lists, i);
    const double missed = (double)lists->floor[i];
    finish(out, i, heap, lists->hit + i * lists->room, lists->held[i], NULL, x, i, y, p);
    if (lists->floor[i] == -INFINITY || score[p->k - 1] > iso_near_ceiling(p, x, i, b, missed))
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
    struct choice *heap = NULL;
    int64_t *row = NULL, over = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&heap, (int64_t)threads() * lists->room, sizeof *heap));
    for (int64_t from = 0; from < x->rows; from += STRIDE) {
        const int64_t to = x->rows - from < STRIDE ? x->rows : from + STRIDE;
        ISO_TRY(iso_run_step(run, "choosing", from, x->rows, "rows"));
#pragma omp parallel for schedule(dynamic, 16) reduction(+ : over) if (x->rows > 256)
        for (int64_t i = from; i < to; i++) {
            again[i] = FINAL;
            over += lists->held[i] < 0;
            if (lists->held[i] < 0 || !iso_near_grows(p, x, i, b))
                again[i] = ALL;
            else if (!pick(out, heap + thread() * lists->room, lists, x, i, y, p, b, &few))
                again[i] = AGAIN;
        }
    }
    ISO_TRY(iso_alloc(&row, x->rows, sizeof *row));
    ISO_TRY(iso_near_block_rows(out, row, gather(row, again, x->rows, ALL), x, y, p, run));
    *count = gather(again, again, x->rows, AGAIN);
    stats->overflowed += iso_near_needs_means(p->rule) ? 0 : over; /* else they are counted */
done:
    iso_free(row);
    iso_free(heap);
    return err;
}

/* --- Rows that were not certain to be final, listed by the rule itself --- */

/* A row that is multiplied again: a line in the plane of cosine and offset above which its best
 * are, drawn through the k-th best that is known. */
struct line {
    double slope, level, pay;
};

static bool line_of(struct line *out, const double *score, const struct near_side *x, int64_t i,
                    const struct near_plan *p, struct near_bounds b)
{
    if (!iso_near_line(&out->slope, &out->level, p, x, i, score[p->k - 1]))
        return false;
    out->pay = iso_near_line_slack(0, out->slope, b);
    return true;
}

/* A key below it is below the line. */
static float floor_of(const struct line *line)
{
    return (float)(line->level - line->pay);
}

/* Lists whose floors begin at their line: nothing below can matter. Where the line's slope depends
 * on the score (ratio) no later floor means anything, and lists must hold all above the first. */
static iso_err tilted_lists(iso_topk *out, float **slope, const iso_near *found,
                            const int64_t *again, int64_t count, const struct near_side *x,
                            const struct near_plan *p, struct near_bounds b)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_topk_make(out, count, p->k + MORE, 0));
    if (p->rule == ISO_RULE_RATIO)
        out->full = out->want = out->room;
    ISO_TRY(iso_alloc(slope, count, sizeof **slope));
    for (int64_t g = 0; g < count; g++) {
        struct line line;
        if (line_of(&line, found->score + again[g] * p->k, x, again[g], p, b)) {
            (*slope)[g] = (float)line.slope;
            out->floor[g] = floor_of(&line);
        } else {
            out->held[g] = -1;
            out->floor[g] = INFINITY;
        }
    }
done:
    return err;
}

/* The best of row i from its list, which is row g; false if the list does not prove them. */
static bool pick_again(iso_near *out, struct choice *heap, iso_topk *lists, int64_t g, float slope,
                       const float *offset, const struct near_side *x, int64_t i,
                       const struct near_side *y, const struct near_plan *p, struct near_bounds b)
{
    const struct slant slant = {offset, (double)slope, iso_near_line_slack(0, (double)slope, b)};
    double *score = out->score + i * p->k;
    struct line line;

    if (lists->held[g] < 0)
        return false;
    iso_topk_trim(lists, g);
    for (int a = 0; a < p->k; a++) {
        score[a] = NAN;
        out->index[i * p->k + a] = -1;
    }
    finish(out, i, heap, lists->hit + g * lists->room, lists->held[g], &slant, x, i, y, p);
    return line_of(&line, score, x, i, p, b) && lists->floor[g] <= floor_of(&line);
}

iso_err iso_near_again(iso_near *out, const int64_t *again, int64_t count,
                       const struct near_side *x, const struct near_side *y,
                       const struct near_plan *p, iso_near_stats *stats, const iso_run *run)
{
    const struct near_bounds b = iso_near_bounds_of(p, y);
    iso_topk_rows from = iso_near_rows(x), to = iso_near_rows(y);
    iso_topk lists = {0}, none = {0};
    iso_topk_sides sides = {0};
    struct choice *heap = NULL;
    float *slope = NULL, *offset = NULL;
    int64_t *rows = NULL, over = 0;
    iso_err err = ISO_OK;

    if (count == 0)
        return ISO_OK;
    ISO_TRY(iso_alloc(&rows, count, sizeof *rows));
    for (int64_t g = 0; g < count; g++)
        rows[g] = x->pick ? x->pick[again[g]] : again[g];
    from.pick = rows;
    from.rows = count;
    ISO_TRY(tilted_lists(&lists, &slope, out, again, count, x, p, b));
    ISO_TRY(iso_topk_make(&none, y->rows, 0, 0));
    ISO_TRY(iso_near_offsets(&offset, y, p));
    ISO_TRY(iso_topk_sides_make(&sides, &from, &to, ISO_TOPK_F32));
    ISO_TRY(iso_alloc(&heap, (int64_t)threads() * lists.room, sizeof *heap));
    ISO_TRY(iso_topk_search(&lists, &none, &sides, &(iso_topk_tilt){slope, offset}, run));
#pragma omp parallel for schedule(dynamic, 16) if (count > 256)
    for (int64_t g = 0; g < count; g++)
        if (!pick_again(out, heap + thread() * lists.room, &lists, g, slope[g], offset, x, again[g],
                        y, p, b))
            lists.held[g] = -1;
    for (int64_t g = 0; g < count; g++)
        if (lists.held[g] < 0)
            rows[over++] = again[g];
    ISO_TRY(iso_near_block_rows(out, rows, over, x, y, p, run));
    stats->again += count;
    stats->overflowed += over;
done:
    iso_topk_free(&lists);
    iso_topk_free(&none);
    iso_topk_sides_free(&sides);
    iso_free(heap);
    iso_free(rows);
    iso_free(slope);
    iso_free(offset);
    return err;
}

/* --- Means of the nearest, which are the best by cosine --- */

iso_err iso_near_means(struct near_side *x, const struct near_side *y, iso_topk *lists,
                       const struct near_plan *p, iso_near_stats *stats, const iso_run *run)
{
    const struct near_plan cosine = {.rule = ISO_RULE_COSINE, .k = least(p->neighbours, y->rows)};
    int64_t *again = NULL, count = 0;
    iso_near n = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_near_result_make(&n, x->rows, cosine.k));
    ISO_TRY(iso_alloc(&again, x->rows, sizeof *again));
    ISO_TRY(iso_alloc(&x->mean, x->rows, sizeof *x->mean));
    ISO_TRY(iso_near_pick(&n, again, &count, lists, x, y, &cosine, stats, run));
    ISO_TRY(iso_near_again(&n, again, count, x, y, &cosine, stats, run));
    for (int64_t i = 0; i < x->rows; i++) {
        const struct near_best best = {n.k, n.k, n.score + i * n.k, n.index + i * n.k};
        x->mean[i] = iso_near_best_mean(&best, y, p->neighbours);
    }
done:
    iso_free(again);
    iso_near_free(&n);
    return err;
}
