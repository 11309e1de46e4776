/* Dropout whose masks are functions of keys: the same for any thread count, any neighbours in the
 * batch, and each time that a pass is repeated. */
#ifndef ISO_NN_DROPOUT_H
#define ISO_NN_DROPOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/linalg/view.h"

ISO_BEGIN

/** Rates in [0, 1), 0: none. A key a row of the states, borrowed. NULL stands for no dropout. */
typedef struct iso_dropout {
    float hidden, attention;
    const uint64_t *keys;
} iso_dropout;

/** The key of one token: of its run, step, item and place, and of the branch where an item goes
 * through the encoder more than once with masks of its own (else 0). */
uint64_t iso_dropout_key(uint64_t seed, int64_t step, int64_t item, int64_t position, int branch);

/* Where within a layer: below attention heads, each has ISO_DROP_HEADS + its number or
 * ISO_DROP_CROSS + its number. */
enum {
    ISO_DROP_STATE,    /* layer 0: after the LayerNorm of the embeddings */
    ISO_DROP_ATTENDED, /* what attention gives, before the residual */
    ISO_DROP_FED,      /* what the feed-forward part gives, before the residual */
    ISO_DROP_MIXED,    /* what attention to another sentence gives */
    ISO_DROP_POOLED,   /* what goes into a head, and into its second half */
    ISO_DROP_DENSE,
    ISO_DROP_HEADS = 1 << 8,
    ISO_DROP_CROSS = 1 << 16
};

/** Dropout in one place. `keys` may be NULL where the rate is 0. */
typedef struct iso_drop {
    float rate;
    const uint64_t *keys;
    uint64_t site;
} iso_drop;

/** That place of a layer (0: embeddings; heads: L + 1) with the rate of attention for places from
 * ISO_DROP_HEADS on, else that of hidden states. Rate 0 for NULL. */
iso_drop iso_drop_at(const iso_dropout *d, int layer, int place);

/**
 * One row of n numbers: x[j] = mask ? x[j] / (1 - rate) : 0, the mask a function of (keys[row],
 * site + add, j). To undo it, the same of the gradient.
 */
void iso_drop_row(float *x, int64_t n, const iso_drop *d, int64_t row, uint64_t add);

/** All rows of x (f32), rows of keys from 0. Multi-threaded. Nothing with rate 0. */
void iso_drop_rows(iso_mat *x, const iso_drop *d);

/** Errors  ISO_EARG: a rate outside [0, 1), no keys. */
ISO_MUST_USE iso_err iso_dropout_check(const iso_dropout *d);

ISO_END

#endif
