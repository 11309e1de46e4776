/* What methods that look at the target alone share: a pass in which something may be added to
 * state 0 before the layers see it. */
#ifndef ISO_TRAIN_ALONE_H
#define ISO_TRAIN_ALONE_H

#include "lib/train/objective.h"

struct alone {
    iso_method base;
    iso_workspace x, dx, logits, dlogits, delta;
    iso_head_tape head;
    iso_mat added; /* what was added last; without rows: nothing yet */
    /* What to add (delta, tokens × C, all 0) to state 0, x; NULL: nothing ever. */
    iso_err (*perturb)(iso_mat *delta, struct alone *a, iso_view x, iso_learner *l,
                       const iso_micro *micro);
};

iso_err iso_alone_learn(double *loss, iso_method *m, iso_learner *l, const iso_micro *micro);
iso_err iso_alone_predict(iso_mat *logits, iso_method *m, iso_learner *l, const iso_micro *micro);
void iso_alone_free(struct alone *a); /* its parts */

/* A packed matrix of zeros. */
iso_err iso_alone_zeros(iso_mat *out, iso_workspace *w, int64_t rows, int64_t cols);

/* All layers from state 0 on; frozen ones have no dropout. */
iso_err iso_alone_layers(iso_mat *x, iso_learner *l, iso_tape *tape, const iso_side *side);

#endif
