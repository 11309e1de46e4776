/* The head of classification: one class of each unit, by the states of its tokens. Units are
 * sentences, words (tags), or tokens (where spans begin and end). */
#ifndef ISO_TRAIN_HEAD_CLASS_H
#define ISO_TRAIN_HEAD_CLASS_H

#include "lib/nn/classifier.h"
#include "lib/nn/config.h"
#include "lib/train/head.h"

ISO_BEGIN

/** What a unit of several tokens reads. */
typedef enum iso_head_rows { ISO_HEAD_MEAN, ISO_HEAD_FIRST, ISO_HEAD_SUM } iso_head_rows;

typedef struct iso_head_class_opt {
    int64_t classes;
    iso_head_rows rows;
    const char *name;     /* of a linear head's tensors; NULL: "mean_classifier" ... */
    const char *of_class; /* ... and of its class in hubs, as in iso_head; NULL: none */
    bool spans;    /* units are tokens, of 2 classes, with labels as iso_units says; no dropout */
    bool linear;   /* one linear map alone, of what units are made of; else two, as hubs have it */
    uint64_t seed; /* of new weights */
    const iso_classifier *from; /* NULL: new ones; else its weights, of as many classes */
    const iso_classifier *pooler; /* NULL, or whose first map a new head of two begins with */
} iso_head_class_opt;

/**
 * With x the mean of the states of a unit's tokens (or their first, their sum; of none 0), d
 * dropout:
 *
 *     logits = W2 d(f(W1 d(x) + b1)) + b2,   f tanh (DistilBERT: relu);   linear: W d(x) + b
 *
 * New weights are N(0, 0.02²), biases 0. Names are those of the family's checkpoints
 * (lib/nn/arch.h), of a linear head as `name` says. Losses are cross-entropies of labels, or of
 * soft labels; of spans iso_loss_span's. Errors  ISO_EARG (fewer than 2 classes; `from` of other
 * classes, or with another f), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_head_class_new(iso_head **out, const iso_nn_config *c,
                                        const iso_head_class_opt *opt);

ISO_END

#endif
