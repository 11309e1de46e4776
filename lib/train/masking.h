/* Masked language modelling: which tokens of a sentence are asked for, and what stands in their
 * place. */
#ifndef ISO_TRAIN_MASKING_H
#define ISO_TRAIN_MASKING_H

#include <stdint.h>

#include "lib/base/err.h"
#include "lib/base/keyed.h"

ISO_BEGIN

typedef struct iso_masking {
    uint64_t seed;
    int32_t mask;            /* the id of the mask token */
    const int32_t *ordinary; /* ids that may stand in a token's place; borrowed */
    int64_t ordinary_count;  /* at least 1 */
} iso_masking;

/** How many of n tokens that are not special are masked: 15 %, rounded, at least 1; of none, 0. */
int64_t iso_masking_count(int64_t n);

/**
 * Of the tokens of a sentence with special[i] 0 those with the smallest random numbers are
 * masked: at[] takes their places, rising, label[] their ids; in ids the mask token stands there
 * (80 %), an ordinary token (10 %), or what was there. Returns how many: iso_masking_count of the
 * tokens that are not special. All is a function of seed, step, item and place; steps are from 0,
 * -1 is no step. `at` and `label` need iso_masking_count places of the tokens that are not special,
 * `room` n. Time  O(n log n).
 */
int64_t iso_masking_apply(int64_t *at, int32_t *label, int32_t *ids, const uint8_t *special,
                          int64_t n, const iso_masking *m, int64_t step, uint64_t item,
                          struct keyed *room);

ISO_END

#endif
