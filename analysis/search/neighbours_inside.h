/* What the files of the search share; only analysis/search/neighbours.c and neighbours_*.c include
 * it. */
#ifndef ISO_ANALYSIS_NEAR_INSIDE_H
#define ISO_ANALYSIS_NEAR_INSIDE_H

#include "analysis/search/neighbours.h"
#include "lib/linalg/topk.h"

/* Rows of one language and what is known of each. The cosine of two rows is
 * dot(x, y) · (1/‖x‖ · 1/‖y‖), dot as in lib/linalg/topk, on which everything exact rests. Equal
 * rows may be joined (iso_near_side_join); then `rows` counts the distinct ones, in the order of
 * the first of each. */
struct near_side {
    int64_t rows, cols, stride;
    const float *data; /* the matrix: `all` rows */
    int64_t all;
    double *inverse; /* by row of the matrix: 1/‖x‖; 0 for a row of zeros */
    double *mean;    /* r: the mean cosine to the nearest rows of the other side; or NULL */
    double *top;     /* the best cosine to the other side, for the softmax; or NULL */
    double *sum;     /* Σ exp(beta (c − top)) over the other side; or NULL */
    int64_t *pick;   /* the first row of the matrix of each distinct one; NULL: not joined */
    int64_t *begin;  /* where the copies of each distinct row begin */
    int32_t *copy;   /* rows of the matrix, ascending within those that are equal */
    int32_t *group;  /* by row of the matrix: the distinct row; NULL where all are distinct */
};

/* The options with their defaults filled in. */
struct near_plan {
    iso_rule rule;
    int k, neighbours, kept;
    double beta;
};

iso_err iso_near_side_make(struct near_side *s, iso_view v, const char *name);
void iso_near_side_free(struct near_side *s);
iso_topk_rows iso_near_rows(const struct near_side *s);
double iso_near_cosine(const struct near_side *x, int64_t i, const struct near_side *y, int64_t j);

/* Row j will be needed soon. */
static inline void iso_near_prefetch(const struct near_side *y, int64_t j)
{
    const float *row = y->data + (y->pick ? y->pick[j] : j) * y->stride;

    for (int64_t l = 0; l < y->cols; l += 16)
        __builtin_prefetch(row + l);
}

/* How many rows of the matrix row i stands for. */
int64_t iso_near_times(const struct near_side *s, int64_t i);

/* Joins equal rows; gives every row of the matrix what is known of the distinct one, `group` stays;
 * results of distinct rows become those of all rows. */
iso_err iso_near_side_join(struct near_side *s);
iso_err iso_near_side_part(struct near_side *s);
iso_err iso_near_spread(iso_near *n, const struct near_side *x, const struct near_side *y);

/* The score of query i and candidate j, whose cosine is c; in c it never falls. */
double iso_near_score(const struct near_plan *p, const struct near_side *x, int64_t i,
                      const struct near_side *y, int64_t j, double c);
bool iso_near_needs_means(iso_rule rule);

/* The k best so far of a row, best first; ties to the lowest index. */
struct near_best {
    int k, held;
    double *score;
    int32_t *index;
};

void iso_near_best_offer(struct near_best *b, double score, int64_t index);

/* The mean of the `k` best rows of the matrix. */
double iso_near_best_mean(const struct near_best *b, const struct near_side *of, int64_t k);
iso_err iso_near_result_make(iso_near *out, int64_t rows, int k);

/* Brute force in double: what the rule needs to know of y for queries x; the list of a row; ranks.
 */
iso_err iso_near_plain_means(struct near_side *x, const struct near_side *y,
                             const struct near_plan *p, const iso_run *run);
iso_err iso_near_plain_sums(struct near_side *y, const struct near_side *x, double beta,
                            const iso_run *run);
iso_err iso_near_plain_find(iso_near *out, const struct near_side *x, const struct near_side *y,
                            const struct near_plan *p, const iso_run *run);
iso_err iso_near_plain_ranks(int64_t *rank, const struct near_side *x, const struct near_side *y,
                             const int64_t *query, const int64_t *target, int64_t pairs,
                             const struct near_plan *p, const iso_run *run);

/* The extremes of what a score takes from the other side, over all its rows. */
struct near_bounds {
    double low, high; /* of mean; of the softmax's base, c at which a candidate's score is 1 */
};

struct near_bounds iso_near_bounds_of(const struct near_plan *p, const struct near_side *y);

/* The few rows whose offset is lowest, and the bounds of all others: a certificate that looks at
 * these few need not fear what they could score. */
enum { NEAR_FEW = 64 };
struct near_few {
    int count;
    int32_t row[NEAR_FEW];
    struct near_bounds rest;
};

struct near_few iso_near_few_of(const struct near_plan *p, const struct near_side *y);

/* What the score takes from row j besides the cosine. */
double iso_near_offset(const struct near_plan *p, const struct near_side *y, int64_t j);

/* All offsets in f32, padded to whole panels. */
iso_err iso_near_offsets(float **out, const struct near_side *y, const struct near_plan *p);

/* Whether the score of query i never falls as the cosine grows, with every candidate. */
bool iso_near_grows(const struct near_plan *p, const struct near_side *x, int64_t i,
                    struct near_bounds b);

/* No candidate whose cosine is at most c has a higher score. */
double iso_near_ceiling(const struct near_plan *p, const struct near_side *x, int64_t i,
                        struct near_bounds b, double c);

/* score >= `score` where c − slope · iso_near_offset >= level, in exact arithmetic; false where
 * that says nothing (no such line, or numbers too small for it). */
bool iso_near_line(double *slope, double *level, const struct near_plan *p,
                   const struct near_side *x, int64_t i, double score);

/* How far keys c − slope · offset in f32 are from those in double. */
double iso_near_line_slack(double slack, double slope, struct near_bounds b);

/* The answer of iso_near_find where candidates are the nearest by cosine. */
iso_err iso_near_knn(iso_near *forward, iso_near *backward, iso_view x, iso_view y,
                     const struct near_plan *p, bool plain, const iso_run *run,
                     iso_near_stats *stats);

/* Rows whose lists did not do: the bits of brute force at the speed of a product in double. Shows
 * each of `count` rows of x (some may be one row), the r-th by its place r in `row`, the cosines of
 * y's rows [from, from + count) in rising order; one row is in one thread's hands. */
typedef void near_visit(void *payload, int64_t r, int64_t from, const double *cosine, int count);
iso_err iso_near_block(const int64_t *row, int64_t count, const struct near_side *x,
                       const struct near_side *y, near_visit *visit, void *payload,
                       const iso_run *run);

/* The best of each such row, in best[r], empty before; in its place of `out`, likewise. */
iso_err iso_near_block_best(struct near_best *best, const int64_t *row, int64_t count,
                            const struct near_side *x, const struct near_side *y,
                            const struct near_plan *p, const iso_run *run);
iso_err iso_near_block_rows(iso_near *out, const int64_t *row, int64_t count,
                            const struct near_side *x, const struct near_side *y,
                            const struct near_plan *p, const iso_run *run);

/* The softmax's sums over all rows of x for each distinct row of y; the bits of near_plain_sums. */
iso_err iso_near_sums(struct near_side *y, const struct near_side *x, double beta,
                      const iso_run *run);

/* The search: lists of both sides from one product, for the ranking of either or for means alone;
 * means from lists; the best from lists. */
iso_err iso_near_lists(iso_topk *of_x, iso_topk *of_y, const struct near_side *x,
                       const struct near_side *y, bool ranked_x, bool ranked_y,
                       const struct near_plan *p, const iso_run *run);
iso_err iso_near_means(struct near_side *x, const struct near_side *y, iso_topk *lists,
                       const struct near_plan *p, iso_near_stats *stats, const iso_run *run);
iso_err iso_near_pick(iso_near *out, int64_t *again, int64_t *count, iso_topk *lists,
                      const struct near_side *x, const struct near_side *y,
                      const struct near_plan *p, iso_near_stats *stats, const iso_run *run);
iso_err iso_near_again(iso_near *out, const int64_t *again, int64_t count,
                       const struct near_side *x, const struct near_side *y,
                       const struct near_plan *p, iso_near_stats *stats, const iso_run *run);
iso_err iso_near_side_ranks(int64_t *rank, const struct near_side *x, const struct near_side *y,
                            const int64_t *query, const int64_t *target, int64_t pairs,
                            const struct near_plan *p, const iso_run *run);

#endif
