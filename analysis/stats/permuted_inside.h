/* Permutations of items within blocks, and what a choice of the items sees of them. */
#ifndef ISO_ANALYSIS_PERMUTED_INSIDE_H
#define ISO_ANALYSIS_PERMUTED_INSIDE_H

#include "analysis/stats/permuted.h"
#include "lib/base/rng.h"

/* A list of items that tests share. */
struct permuted_set {
    int64_t n;
    int *item;
    int64_t *place; /* of each unit its number in the list, or −1 */
    int64_t *seat;  /* numbers in the list, in the order of units */
    int64_t *now;   /* under one permutation: whose value each takes */
};

/* Units: the items that occur, block after block. */
struct permuted_orders {
    int64_t units, left;
    bool all;
    double possible;
    iso_rng rng;
    int *unit;      /* of each item, −1 where it does not occur */
    int64_t *order; /* of each unit whose value it takes */
    int64_t *start; /* of each block, and the end */
    int blocks;
};

iso_err iso_permuted_orders_make(struct permuted_orders *out, const struct permuted_set *set,
                                 int sets, const struct iso_permuted_opt *opt);
bool iso_permuted_orders_next(struct permuted_orders *o);
void iso_permuted_orders_free(struct permuted_orders *o);

/* Makes room and takes its places among the units. */
iso_err iso_permuted_set_seat(struct permuted_set *set, const struct permuted_orders *o);
void iso_permuted_set_look(struct permuted_set *set, const struct permuted_orders *o);

#endif
