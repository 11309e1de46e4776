/* Permutations of items under which values are made again, and what they say of a value.
 * Threads: any number may call at once. */
#ifndef ISO_ANALYSIS_PERMUTATION_H
#define ISO_ANALYSIS_PERMUTATION_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/measure/value.h"
#include "lib/base/err.h"

ISO_BEGIN

/* Fewer permutations cannot give a p below ISO_LEVEL. */
enum { ISO_PERMUTED_LEAST = 19, ISO_PERMUTED_MOST = 1000000 };

/**
 * One permutation b is the same for everything that is measured: of any items it is their order by
 * a hash of b and each item's key, held against their order by the keys. So it depends neither on
 * the order of the items nor on which other items there are elsewhere.
 */
typedef struct iso_permutations {
    int64_t count;       /* permutations 1 … count; 0 leaves the items as they are */
    const uint64_t *key; /* a random number for each item, of its id and a seed; borrowed */
    int64_t items;
} iso_permutations;

/** 0 (none) or a number from ISO_PERMUTED_LEAST to _MOST; else ISO_EARG, with the way out. */
ISO_API ISO_MUST_USE iso_err iso_permutations_check(int64_t count);

/**
 * Permutations [first, first + count): order[(b − first) n + i] is the item that comes to place i;
 * place (NULL: not wanted) the inverse. O(n log n) each. Errors  ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_permutations_draw(int32_t *order, int32_t *place,
                                                   const iso_permutations *p, int64_t first,
                                                   int64_t count);

/** The coin of item i under permutation b: whether its two sides change places; never for b = 0. */
ISO_API bool iso_permutations_coin(const iso_permutations *p, int64_t b, int64_t i);

/** Which values speak against a null model: the larger (1) or the smaller (−1); and where these
 * end, if they do. */
typedef struct iso_against {
    int side;
    bool bounded;
    double end;
} iso_against;

/**
 * What values come to under permutations: permuted[c (count + 1) + b] is value c under permutation
 * b, permuted[c (count + 1)] what the same computation gives without. Not judged are values where
 * that is NAN, and those that permutations do not change. Sets of all others, one-sided, "far out"
 * on the side of against[c]:
 *
 *     p           (1 + permutations as far out) / (count + 1)
 *     p_max       the same of the largest value of each permutation, all values judged here in
 *                 their own mean and standard deviation (of the count + 1): the probability that
 *                 the farthest out of all is as far out as this one by chance
 *     calibrated  (value − τ) / (end − τ), τ the ⌈(1 − ISO_LEVEL)(count + 1)⌉-th of the permuted
 *                 values from the inner side; where the side has an end
 *     null, null_sd   mean and standard deviation of the permuted, unless a formula gave them
 *
 * What differs by rounding alone counts as equally far out.
 * Errors  ISO_ENOMEM. Cost O(values · count · log count).
 * Source  Westfall, Young, Resampling-Based Multiple Testing, 1993 (maxima); Phipson, Smyth, SAGMB
 * 9 (2010) (p); arXiv:2602.14486 (calibrated).
 */
ISO_API ISO_MUST_USE iso_err iso_permutations_judge(iso_value *value, const double *permuted,
                                                    const iso_against *against, int64_t values,
                                                    int64_t count);

ISO_END

#endif
