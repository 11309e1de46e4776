/* Methods of training: how a micro-batch becomes a loss and gradients.
 *
 * A method is a file, method_NAME.c: its functions, and a call that makes one. */
#ifndef ISO_TRAIN_OBJECTIVE_H
#define ISO_TRAIN_OBJECTIVE_H

#include "lib/train/learner.h"

ISO_BEGIN

/** A part of a step's batch. `source`: the other text of each item, for methods that want one
 * (`sources`); else without sentences. */
typedef struct iso_micro {
    iso_side target, source;
    bool gold;   /* the sources are originals, not translations */
    double each; /* what an item counts: 1 / items of the step */
    int64_t step;
} iso_micro;

typedef struct iso_method iso_method;

typedef struct iso_method_ops {
    const char *name;
    /** Adds the micro-batch's loss, which counts by units.by, to *loss, and its gradients. */
    iso_err (*learn)(double *loss, iso_method *m, iso_learner *l, const iso_micro *micro);
    /** logits (target units × classes) without dropout; nothing is kept. */
    iso_err (*predict)(iso_mat *logits, iso_method *m, iso_learner *l, const iso_micro *micro);
    void (*free)(iso_method *m);
} iso_method_ops;

struct iso_method {
    const iso_method_ops *ops;
    bool sources;        /* wants micro->source */
    iso_tensor *tensors; /* of its own, which are learnt too */
    int64_t tensor_count;
};

void iso_method_free(iso_method *m); /* NULL is fine */

/** The target alone: the head's loss. Errors  ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_method_plain(iso_method **out);

/** Lengths are in `unit`s, iso_embedding_norm of the weights that training begins with (where it
 * goes on from a checkpoint too). */
typedef struct iso_adversarial_opt {
    double epsilon, unit;
    int64_t steps; /* K, of 2 epsilon / K each */
    bool linf; /* each number by at most epsilon · unit / √C; else the length epsilon · unit */
    int64_t C;
} iso_adversarial_opt;

/**
 * The head's loss on the target, learnt from state 0 + δ. δ is 0 at special tokens; of every other
 * token it begins at 0 and goes K steps, as large for each token as for the others, along the
 * gradient of the loss (L2) or its signs (L∞), each followed by the projection onto the ball. The
 * steps have the dropout of the pass that is learnt from, and leave no gradient in the weights.
 * K or epsilon 0: the bits of plain training. It predicts plainly. Cost  1 + K times as much.
 * Errors  ISO_EARG, ISO_ENOMEM.
 * Source  Huang, Ahmad, Peng, Chang, EMNLP 2021, arXiv:2104.08645; the steps as Madry et al., ICLR
 * 2018, arXiv:1706.06083.
 */
ISO_MUST_USE iso_err iso_method_adversarial(iso_method **out, const iso_adversarial_opt *opt);

typedef struct iso_noise_opt {
    double sigma, unit; /* as above */
    bool ball; /* of radius sigma · unit; else N(0, s²) a number, s = sigma · unit / √C */
    uint64_t seed;
} iso_noise_opt;

/**
 * The same with δ drawn: a function of seed, step, item and place (RS-RP). sigma 0: the bits of
 * plain training. Errors  ISO_EARG, ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_method_noise(iso_method **out, const iso_noise_opt *opt);

/** δ of the micro-batch that one of these learnt from last, tokens × C; no rows: none yet. */
iso_view iso_method_added(const iso_method *m);

ISO_END

#endif
