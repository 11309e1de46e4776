/* Hits where the answers of all queries are permuted. */
#ifndef ISO_ANALYSIS_HITS_PERMUTED_H
#define ISO_ANALYSIS_HITS_PERMUTED_H

#include "analysis/search/neighbours.h"

/* Of n queries: lists of the nearest rows, or the places of all. */
struct iso_hits_permuted {
    int64_t n;
    const iso_near *near; /* NULL: rank */
    const int32_t *rank;  /* n × rows: place of every row for every query */
    const int64_t *same; /* rows of equal number are right for the same queries; NULL: each alone */
};

/* More rows than these have no places of all: n² of them are counted, each among n. */
enum { ISO_HITS_PLACES = 2048 };

/* rank[i m + j]: the place of row j of y for row i of x, or, where rows are the same, of the best
 * of them. Errors and cost of one row as iso_near_ranks. */
iso_err iso_hits_places(int32_t *rank, iso_view x, iso_view y, const int64_t *same,
                        const iso_near_opt *opt, const iso_run *run);

/* mean[b]: of permutation b, in which answer[b n + i] is right for query i, the share that is among
 * the first k; with k = 0 the mean of 1 / place, for which `rank` must be there. */
void iso_hits_permute(double *mean, const struct iso_hits_permuted *h, const int32_t *answer,
                      int64_t count, int64_t k);

#endif
