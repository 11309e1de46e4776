/* What both ways through the embeddings share. */
#ifndef ISO_NN_EMBEDDING_INSIDE_H
#define ISO_NN_EMBEDDING_INSIDE_H

#include "lib/nn/embedding.h"

/* iso_embedding_fwd with another LayerNorm or, for NULL, none. */
ISO_MUST_USE iso_err iso_embedding_rows(iso_mat *x, const iso_params *p, const iso_nn_config *c,
                                        const iso_batch *batch, const iso_norm *norm);

/* Which row of each table token t of sentence b takes, beside that of its id. */
int32_t iso_embedding_type(const iso_batch *batch, int64_t b, int64_t t);
int64_t iso_embedding_position(const iso_nn_config *c, const iso_batch *batch, int64_t b,
                               int64_t t);

#endif
