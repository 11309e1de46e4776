/* Ranks of given targets, counted while the product passes. */
#include <math.h>
#include <stdlib.h>

#include "analysis/search/neighbours_inside.h"
#include "lib/base/alloc.h"

struct pair {
    int64_t query, target, place;
    double score;
};

/* A pair that asks about more candidates than these is ranked with the rows that were not counted:
 * scored by one, candidates cost several times what they cost in a product. */
enum { PATIENCE = 1024, GIVEN_UP = 0 };

struct ranking {
    const struct near_side *x, *y;
    const struct near_plan *plan;
    const struct pair *pair;
    const int64_t *of_count; /* which pair a count is about */
    int64_t *asked;          /* by count: candidates that were asked about */
};

/* Better than the target, or as good and earlier. */
static bool better(void *payload, int64_t which, int64_t j)
{
    const struct ranking *r = payload;
    const struct pair *p = r->pair + r->of_count[which];
    int64_t asked;

#pragma omp atomic capture
    asked = ++r->asked[which];
    if (asked > PATIENCE)
        return false;
    if (r->y->group && r->y->group[j] == r->y->group[p->target])
        return j < p->target;
    const double s =
        iso_near_score(r->plan, r->x, p->query, r->y, j, iso_near_cosine(r->x, p->query, r->y, j));

    return s > p->score || (s == p->score && j < p->target);
}

static int by_query(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;

    if (x->query != y->query)
        return x->query < y->query ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

static iso_err pairs_sorted(struct pair **out, const struct near_side *x, const struct near_side *y,
                            const int64_t *query, const int64_t *target, int64_t n,
                            const struct near_plan *p)
{
    struct pair *pair = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&pair, n, sizeof *pair));
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < n; i++) {
        const double c = iso_near_cosine(x, query[i], y, target[i]);
        pair[i] =
            (struct pair){query[i], target[i], i, iso_near_score(p, x, query[i], y, target[i], c)};
    }
    if (n > 1)
        qsort(pair, (size_t)n, sizeof *pair, by_query);
    *out = pair;
done:
    return err;
}

/* The thresholds of a pair; false when its rank must be found by brute force. */
static bool bounded(iso_topk_count *out, const struct pair *pair, const struct near_side *x,
                    const struct near_plan *p, struct near_bounds b)
{
    double slope = 0, level = 0;

    if (!iso_near_grows(p, x, pair->query, b) ||
        !iso_near_line(&slope, &level, p, x, pair->query, pair->score))
        return false;
    const double slack = iso_near_line_slack(iso_topk_slack(x->cols), slope, b);
    *out = (iso_topk_count){
        .row = pair->query,
        .slope = (float)slope,
        .low = (float)(level - slack),
        .high = (float)(level + slack),
    };
    return true;
}

static iso_err count(iso_topk_count *counts, int64_t n, struct ranking *r, const iso_run *run)
{
    const iso_topk_rows from = iso_near_rows(r->x), to = iso_near_rows(r->y);
    iso_topk_sides sides = {0};
    float *offset = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_near_offsets(&offset, r->y, r->plan));
    ISO_TRY(iso_topk_sides_make(&sides, &from, &to, ISO_TOPK_F32));
    ISO_TRY(iso_topk_count_above(counts, n, &sides, offset, better, r, run));
done:
    iso_topk_sides_free(&sides);
    iso_free(offset);
    return err;
}

/* Counts what is better than the target among a few candidates. */
struct tally {
    const struct ranking *ranking;
    const struct pair *pair; /* by row asked about */
    int64_t *rank;
};

static void tell(void *payload, int64_t r, int64_t from, const double *cosine, int count)
{
    const struct tally *t = payload;
    const struct ranking *k = t->ranking;
    const struct pair *p = t->pair + r;

    for (int64_t j = from; j < from + count; j++) {
        const double s = iso_near_score(k->plan, k->x, p->query, k->y, j, cosine[j - from]);
        t->rank[p->place] += s > p->score || (s == p->score && j < p->target);
    }
}

/* Ranks of the pairs that have none yet, which move to the front. */
static iso_err rank_rest(int64_t *rank, struct pair *pair, int64_t pairs, struct ranking *r,
                         const iso_run *run)
{
    struct tally t = {r, pair, rank};
    int64_t *row = NULL, n = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&row, pairs, sizeof *row));
    for (int64_t i = 0; i < pairs; i++)
        if (rank[pair[i].place] == GIVEN_UP) {
            rank[pair[i].place] = 1;
            row[n] = pair[i].query;
            pair[n++] = pair[i];
        }
    ISO_TRY(iso_near_block(row, n, r->x, r->y, tell, &t, run));
done:
    iso_free(row);
    return err;
}

iso_err iso_near_side_ranks(int64_t *rank, const struct near_side *x, const struct near_side *y,
                            const int64_t *query, const int64_t *target, int64_t pairs,
                            const struct near_plan *p, const iso_run *run)
{
    const struct near_bounds b = iso_near_bounds_of(p, y);
    struct ranking r = {x, y, p, NULL, NULL, NULL};
    struct pair *pair = NULL;
    iso_topk_count *counts = NULL;
    int64_t *of_count = NULL, n = 0;
    iso_err err = ISO_OK;

    ISO_TRY(pairs_sorted(&pair, x, y, query, target, pairs, p));
    ISO_TRY(iso_alloc(&counts, pairs, sizeof *counts));
    ISO_TRY(iso_alloc(&of_count, pairs, sizeof *of_count));
    ISO_TRY(iso_alloc(&r.asked, pairs, sizeof *r.asked));
    for (int64_t i = 0; i < pairs; i++) {
        rank[pair[i].place] = GIVEN_UP;
        if (bounded(&counts[n], &pair[i], x, p, b))
            of_count[n++] = i;
    }
    r.pair = pair;
    r.of_count = of_count;
    if (n > 0)
        ISO_TRY(count(counts, n, &r, run));
    for (int64_t c = 0; c < n; c++)
        if (r.asked[c] <= PATIENCE)
            rank[pair[of_count[c]].place] = 1 + counts[c].count;
    ISO_TRY(rank_rest(rank, pair, pairs, &r, run));
done:
    iso_free(r.asked);
    iso_free(pair);
    iso_free(counts);
    iso_free(of_count);
    return err;
}
