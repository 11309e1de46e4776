/* Retrieval between two matrices: who finds whom, and what that comes to. */
#ifndef ISO_STUDY_RETRIEVE_PAIR_H
#define ISO_STUDY_RETRIEVE_PAIR_H

#include "analysis/measure/value.h"
#include "analysis/study/items/equal_text.h"
#include "analysis/study/retrieve/retrieve_ask.h"

struct retrieve_pair {
    iso_view x, y;
    const struct duplicates *tx, *ty;
    const iso_mined *truth; /* NULL: row i belongs to row i */
    int64_t truth_count;
    struct retrieve_permute *permute; /* NULL: the target's items stay */
    double *permuted;                 /* then: of each cell the values under all permutations */
};

/* What the first search found, for --predictions. */
struct retrieve_found {
    iso_near near;
    iso_mined *mined;
    int64_t count;
};

void iso_retrieve_found_free(struct retrieve_found *f);

/* Bytes that a pair of n and m rows needs at once. */
double iso_retrieve_memory(int64_t n, int64_t m, int64_t cols);

/* Sets values[c] for every cell; outcome[c * rows + i] to what row i came to, but of mining;
 * `found` and `outcome` may be NULL. stats adds up. */
iso_err iso_retrieve_pair_values(iso_value *values, double *outcome, struct retrieve_found *found,
                                 iso_near_stats *stats, const struct retrieve_pair *pair,
                                 const struct retrieve_ask *ask, const iso_run *run);

#endif
