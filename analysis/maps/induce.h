/* Dictionaries made from a map, and maps made from dictionaries, in turns. */
#ifndef ISO_ANALYSIS_INDUCE_H
#define ISO_ANALYSIS_INDUCE_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/maps/map.h"
#include "lib/base/run.h"

ISO_BEGIN

/** Rows that translate each other: source[i] of x, target[i] of y. */
typedef struct iso_word_pairs {
    int64_t count;
    int64_t *source, *target;
} iso_word_pairs;

/** Room for `count` pairs, which are 0 ↔ 0 until set. Errors  ISO_EARG, ISO_ENOMEM. */
ISO_API ISO_MUST_USE iso_err iso_word_pairs_new(iso_word_pairs *out, int64_t count);
ISO_API void iso_word_pairs_free(iso_word_pairs *pairs);

/** The rows of v that `row` names, in its order, in v's type. Errors  ISO_EARG (row), ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_rows_gather(iso_mat *out, iso_view v, const int64_t *row,
                                             int64_t count);

/** Which nearest neighbours become pairs. */
typedef enum iso_induce_ways {
    ISO_INDUCE_MUTUAL = 0, /* x and y that are each other's nearest */
    ISO_INDUCE_FORWARD,    /* each x with its nearest y */
    ISO_INDUCE_UNION       /* each x with its nearest y, and each y with its nearest x */
} iso_induce_ways;

/** All zero: mutual, the 10 000 most frequent, CSLS of 10 neighbours. */
typedef struct iso_induce_opt {
    iso_induce_ways ways;
    int64_t most; /* the first so many rows of each side: files list words by falling frequency */
    int neighbours;
    double drop; /* stochastic induction: a candidate is ignored with this probability, [0, 1) */
    uint64_t seed;
} iso_induce_opt;

/**
 * Pairs of nearest rows by CSLS among the first `most` rows of x (n × d, mapped) and y (m × d);
 * neighbourhoods are among the same rows. `criterion`, unless NULL: the mean cosine of each such x
 * and its nearest y, which chooses among maps without a dictionary. No pair is not an error.
 *
 * With `drop` a row takes the first of its 16 nearest that a coin, tossed for (x, y), does not pass
 * over; when all are, it has no pair. Cost  2·most²·d operations. Errors  as iso_near_find.
 * Source  Lample et al., ICLR 2018, arXiv:1710.04087 (mutual neighbours, criterion); Artetxe et
 * al., ACL 2018, arXiv:1805.06297 (union, dropping).
 */
ISO_API ISO_MUST_USE iso_err iso_induce(iso_word_pairs *out, double *criterion, iso_view x,
                                        iso_view y, const iso_induce_opt *opt, const iso_run *run);

typedef struct iso_refine_opt {
    iso_map_opt map;
    int rounds; /* of inducing pairs and fitting anew after the first fit */
    iso_induce_opt induce;
} iso_refine_opt;

/** What a round fitted and how good it looks: `pairs` it was fitted on, criterion of its map. */
typedef struct iso_round {
    int64_t pairs;
    double criterion;
} iso_round;

/**
 * Fits a map from x to y on `pairs`, then `rounds` times induces pairs with it and fits anew. Keeps
 * in `pairs` those of the round with the best criterion; no test dictionary is looked at. Sets
 * stats[0..rounds] (round 0: the pairs given) and *best. Rounds end early when nothing is induced:
 * `stats` of the rest has 0 pairs. On failure `pairs` is as before.
 */
ISO_API ISO_MUST_USE iso_err iso_refine(iso_word_pairs *pairs, int *best, iso_round *stats,
                                        iso_view x, iso_view y, const iso_refine_opt *opt,
                                        const iso_run *run);

ISO_END

#endif
