/* The head of classification: one class of each unit, by its first token or the mean of its tokens.
 */
#ifndef ISO_TRAIN_HEAD_CLASS_H
#define ISO_TRAIN_HEAD_CLASS_H

#include "lib/nn/classifier.h"
#include "lib/nn/config.h"
#include "lib/train/head.h"

ISO_BEGIN

typedef struct iso_head_class_opt {
    int64_t classes;
    bool linear;   /* one linear map alone, of what units are made of; else two, as hubs have it */
    uint64_t seed; /* of new weights */
    const iso_classifier *from; /* NULL: new ones; else its weights, of as many classes */
} iso_head_class_opt;

/**
 * With x the mean of a unit's tokens (of one token: its state), d dropout:
 *
 *     logits = W2 d(f(W1 d(x) + b1)) + b2,   f tanh (DistilBERT: relu);   linear: W d(x) + b
 *
 * New weights are N(0, 0.02²), biases 0. Names are those of the family's checkpoints
 * (lib/nn/arch.h); of a linear head "mean_classifier". Losses are cross-entropies of labels, or of
 * soft labels. Errors  ISO_EARG (fewer than 2 classes; `from` of other classes, or with another f),
 * ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_head_class_new(iso_head **out, const iso_nn_config *c,
                                        const iso_head_class_opt *opt);

ISO_END

#endif
