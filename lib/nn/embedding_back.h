/* The embeddings in training. */
#ifndef ISO_NN_EMBEDDING_BACK_H
#define ISO_NN_EMBEDDING_BACK_H

#include "lib/nn/embedding.h"
#include "lib/nn/norm_back.h"

ISO_BEGIN

/** iso_embedding_fwd, kept, then dropout. Errors  as there. */
ISO_MUST_USE iso_err iso_embedding_keep(iso_mat *x, const iso_params *p, const iso_nn_config *c,
                                        const iso_batch *batch, const iso_drop *drop,
                                        iso_norm_kept kept);

/** d (tokens × C): gradient of x, lost; adds to g. Errors  ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_embedding_back(iso_mat *d, const iso_params *p, const iso_nn_config *c,
                                        const iso_batch *batch, const iso_drop *drop,
                                        iso_norm_kept kept, const iso_param_grads *g,
                                        iso_workspace *sums, iso_nn_times *times);

ISO_END

#endif
