/* Retrieval where the items of the target are permuted. */
#ifndef ISO_STUDY_RETRIEVE_PERMUTE_H
#define ISO_STUDY_RETRIEVE_PERMUTE_H

#include "analysis/measure/permutation.h"
#include "analysis/study/retrieve/retrieve_ask.h"

struct retrieve_pair;
struct retrieve_rows;

/* The permutations of the items of a pair, some at a time, for all pairs; with given true pairs it
 * is these whose rows of the target change places. */
struct retrieve_permute {
    iso_permutations permutations; /* {0}: none */
    int64_t lines;                 /* of given true pairs */
    int set;                       /* of the items at hand; -1: none yet */
    uint64_t *key;
    int32_t *order, *place; /* of the batch at hand */
    int64_t first, count;
    double *values; /* of all cells: permuted[c (count + 1) + b] */
};

/* Nothing where `permutations` is 0. `cells`: of all pairs and layers together. Errors  ISO_EARG
 * (more than the memory holds), ISO_ENOMEM. */
iso_err iso_retrieve_permute_open(struct retrieve_permute *out, int64_t permutations,
                                  int64_t truth_count, int64_t cells, const iso_run *run);

/* Takes the items of a pair; those at hand stay where the pair before had the same. */
iso_err iso_retrieve_permute_pair(struct retrieve_permute *p, const struct retrieve_rows *rows,
                                  int pair, const iso_run *run);
void iso_retrieve_permute_free(struct retrieve_permute *p);

/* Room for the batches of one whose `permutations` and `key` are set. Errors  ISO_ENOMEM. */
iso_err iso_retrieve_permute_draws(struct retrieve_permute *p);

/* On which side values of a cell speak against the null model. */
iso_against iso_retrieve_against(const struct retrieve_cell *cell);

/* Into pair->permuted the values of the cells of one rule under all permutations, the first without
 * one, from what its search found; NAN where places would be too many. */
iso_err iso_retrieve_permute_rule(const struct retrieve_pair *pair, const struct retrieve_ask *ask,
                                  iso_rule rule, const iso_near near[2], const iso_run *run);

/* The same of mining in one way: the pairs found stay, the true ones, numbered as the rows that
 * were searched, are permuted, the best threshold is searched anew. */
iso_err iso_retrieve_permute_mining(const struct retrieve_pair *pair,
                                    const struct retrieve_ask *ask, int way, const iso_mined *mined,
                                    int64_t count, const iso_mined *truth, int64_t truth_count);

/* p and its like of all values, `pairs` times the cells; notes what has none. */
iso_err iso_retrieve_permute_judge(iso_value *values, const struct retrieve_permute *p,
                                   const struct retrieve_ask *ask, int64_t pairs,
                                   const iso_run *run);

#endif
