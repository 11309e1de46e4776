/* Token ids to state 0: word + position + token type, normalised. */
#ifndef ISO_NN_EMBEDDING_H
#define ISO_NN_EMBEDDING_H

#include "lib/nn/batch.h"
#include "lib/nn/params.h"

ISO_BEGIN

/**
 * x (tokens × C, f32) = LN(word[id] + position[first_position + place] + type[type]); of padding
 * see iso_encoder_embed.
 * Errors  ISO_EARG (see iso_encoder_embed).
 */
ISO_API ISO_MUST_USE iso_err iso_embedding_fwd(iso_mat *x, const iso_params *p,
                                               const iso_nn_config *c, const iso_batch *batch);

ISO_END

#endif
