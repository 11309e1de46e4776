/* Cross-entropy of words: logits over a whole vocabulary, a part of it at a time where all of them
 * would be too large. */
#ifndef ISO_TRAIN_VOCAB_LOSS_H
#define ISO_TRAIN_VOCAB_LOSS_H

#include "lib/linalg/view.h"
#include "lib/nn/workspace.h"

ISO_BEGIN

/** Logits of a row h are W h + b. All borrowed. */
typedef struct iso_vocab {
    const float *words, *bias; /* V × C, V */
    float *dwords, *dbias;     /* as large, added to; NULL: not wanted */
    int64_t V, C;
    int64_t most; /* logits that are in memory at once; 0: as many as do well */
} iso_vocab;

/** What a pass keeps until it goes back; {0} is empty, kept from pass to pass. */
typedef struct iso_vocab_tape {
    iso_workspace logits, rows, sums, stretch;
    int64_t width; /* words at a time */
} iso_vocab_tape;
void iso_vocab_tape_free(iso_vocab_tape *t);

/**
 * said[2 i] = −log softmax(logits of h's row i)[label[i]], said[2 i + 1] = 1 where no logit is
 * larger than the label's, else 0; both 0 where the label is −1. h is N × C, f32.
 * Cost  2 N V C operations, N V exponentials. Errors  ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_vocab_loss(float *said, iso_vocab_tape *t, const iso_vocab *v, iso_view h,
                                    const int32_t *label);

/**
 * The way back of the pass before it, of by · Σ losses: dh (N × C) = its gradient, and += of words
 * and bias. Cost  twice that of the pass; three times, where the logits were not kept.
 */
ISO_MUST_USE iso_err iso_vocab_back(iso_mat *dh, iso_vocab_tape *t, const iso_vocab *v, iso_view h,
                                    const int32_t *label, double by);

ISO_END

#endif
