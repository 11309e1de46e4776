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
    bool gold; /* the sources are originals, not translations */
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

ISO_END

#endif
