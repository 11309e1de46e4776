/* A BERT-like encoder: embed · layers from a to b · states out at every step. */
#ifndef ISO_NN_ENCODER_H
#define ISO_NN_ENCODER_H

#include "lib/linalg/packed.h"
#include "lib/nn/batch.h"
#include "lib/nn/config.h"

ISO_BEGIN

typedef struct iso_encoder iso_encoder;

/** All zero: the checkpoint's weights, computed in f32. */
typedef struct iso_encoder_opt {
    iso_compute compute;
    bool random;   /* the same shape with random weights (N(0, 0.02²), biases 0, gains 1) */
    uint64_t seed; /* of those */
} iso_encoder_opt;

/**
 * Opens the folder of a checkpoint: config.json and safetensors weights, mapped. Post-LayerNorm
 * encoders of the families of iso_nn_config.
 *
 * Errors  ISO_EIO, ISO_EUNSUP, ISO_EFORMAT (a tensor missing, of another shape or type than
 *         config.json says), ISO_ENOMEM.
 * Source  Devlin et al., NAACL 2019, arXiv:1810.04805; Conneau et al., ACL 2020, arXiv:1911.02116.
 */
ISO_API ISO_MUST_USE iso_err iso_encoder_open(iso_encoder **out, const char *folder,
                                              const iso_encoder_opt *opt);
ISO_API void iso_encoder_close(iso_encoder *e);

ISO_API const iso_nn_config *iso_encoder_config(const iso_encoder *e);

/**
 * State 0, the output of the embeddings: x (tokens × C, f32), a row a token.
 *
 * Errors  ISO_EARG (an id beyond the vocabulary, a sentence longer than the position table, a token
 *         type that is not there, shapes; the message names sentence and token). Outputs are
 * untouched.
 */
ISO_API ISO_MUST_USE iso_err iso_encoder_embed(iso_encoder *e, iso_mat *x, const iso_batch *batch);

/**
 * Turns state `from` into state `to` in place: runs layers from + 1 … to (state K is the output of
 * layer K). Each sentence attends to itself only; what it gives does not depend on its neighbours.
 *
 * Cost  24 C² + 4 C T operations a token and layer for F = 4C and sentences of T tokens. Scratch is
 *       kept in the encoder: 5C floats a token of the largest batch, C + F more a token for at most
 *       1024 of them, and the heads on their way.
 * Errors  ISO_EARG (shapes, 0 <= from <= to <= L), ISO_ENOMEM. Not safe for two threads at once.
 */
ISO_API ISO_MUST_USE iso_err iso_encoder_layers(iso_encoder *e, iso_mat *x, const iso_batch *batch,
                                                int from, int to);

/** Tensors of the checkpoint that the encoder does not use (heads): how many, and their names. */
ISO_API int64_t iso_encoder_unused(const iso_encoder *e);
ISO_API const char *iso_encoder_unused_name(const iso_encoder *e, int64_t i);

ISO_END

#endif
