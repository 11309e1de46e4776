/* Token ids to state 0: word + position + token type, normalised. */
#ifndef ISO_NN_EMBEDDING_H
#define ISO_NN_EMBEDDING_H

#include "lib/nn/batch.h"
#include "lib/nn/params.h"

ISO_BEGIN

/** Row i in f32; of a random table N(0, 0.02²), the same row whenever it is asked for. */
void iso_lookup_row(float *to, const iso_lookup *t, int64_t i);

/**
 * x (tokens × C, f32) = LN(word[id] + position[first_position + place] + type[type]); of padding
 * see iso_encoder_embed.
 * Errors  ISO_EARG (see iso_encoder_embed).
 */
ISO_MUST_USE iso_err iso_embedding_fwd(iso_mat *x, const iso_params *p, const iso_nn_config *c,
                                       const iso_batch *batch);

ISO_END

#endif
