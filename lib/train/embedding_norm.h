/* The unit that perturbations of state 0 are measured in. */
#ifndef ISO_TRAIN_EMBEDDING_NORM_H
#define ISO_TRAIN_EMBEDDING_NORM_H

#include "lib/nn/trained.h"

ISO_BEGIN

/**
 * The mean length (L2) of state 0 over the pieces of the vocabulary, each as a sentence of its own:
 * a constant of the weights as they are. Time  V C. Errors  ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_embedding_norm(double *out, const iso_trained *e);

ISO_END

#endif
