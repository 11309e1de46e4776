/* The unit that perturbations of state 0 are measured in. */
#ifndef ISO_TRAIN_EMBEDDING_NORM_H
#define ISO_TRAIN_EMBEDDING_NORM_H

#include "lib/nn/batch.h"
#include "lib/nn/trained.h"

ISO_BEGIN

/**
 * The mean length (L2) of state 0 over the pieces of the vocabulary, each as a sentence of its own:
 * a constant of the weights as they are. Time  V C. Errors  ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_embedding_norm(double *out, const iso_trained *e);

/** The same of V pieces and C channels, whose state 0 `embed` makes. Errors  its own, ISO_ENOMEM.
 */
typedef iso_err iso_embedding_make(void *payload, iso_mat *x, const iso_batch *batch);
ISO_MUST_USE iso_err iso_embedding_norm_by(double *out, int64_t V, int64_t C,
                                           iso_embedding_make *embed, void *payload);

ISO_END

#endif
