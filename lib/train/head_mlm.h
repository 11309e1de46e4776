/* The head of masked words: which word of the vocabulary each masked token was. */
#ifndef ISO_TRAIN_HEAD_MLM_H
#define ISO_TRAIN_HEAD_MLM_H

#include "lib/io/weights.h"
#include "lib/nn/trained.h"
#include "lib/train/head.h"

ISO_BEGIN

typedef struct iso_head_mlm_opt {
    /* Siblings of the encoder: those with a table of words of their own have a bias, too. */
    iso_trained *const *siblings;
    int sibling_count;
    iso_weights *const *siblings_from; /* their checkpoints, or NULL; `from` is then set, too */
    uint64_t seed;                     /* of new weights */
    const iso_weights
        *from;    /* a checkpoint whose head is gone on from, where it has one; or NULL */
    int64_t most; /* logits in memory at once; 0: as many as do well */
} iso_head_mlm_opt;

/**
 * With x the state of a unit's only token, E the encoder's table of words:
 *
 *     logits = E LayerNorm(act(W x + b)) + c
 *
 * act as config.json has it (RoBERTa: gelu). The classes of a unit are the V words; what `logits`
 * gives of it are two numbers: −log softmax at its label, and whether no logit is larger (1 or 0).
 * The gradient of E is added to the encoder's, which must be dense (iso_trained_opt.dense_words),
 * or frozen. New weights are N(0, 0.02²), biases 0, gains 1; names are those of the family's
 * checkpoints; the bias of the k-th sibling is a tensor "k/NAME". A unit's sibling says whose E and
 * c count. *own (or NULL): whether the checkpoint had such a head. Errors  ISO_EARG (the gradient
 * of E is that of rows), ISO_EFORMAT (a tensor of another shape or type), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_head_mlm_new(iso_head **out, bool *own, iso_trained *encoder,
                                      const iso_head_mlm_opt *opt);

ISO_END

#endif
