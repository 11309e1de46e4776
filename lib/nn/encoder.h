/* A BERT-like encoder: embed · layers from a to b · states out at every step. */
#ifndef ISO_NN_ENCODER_H
#define ISO_NN_ENCODER_H

#include "lib/linalg/packed.h"
#include "lib/nn/batch.h"
#include "lib/nn/config.h"
#include "lib/nn/times.h"
#include "lib/nn/xmixup.h"

ISO_BEGIN

typedef struct iso_encoder iso_encoder;

/** All zero: the checkpoint's weights, computed in f32. */
typedef struct iso_encoder_opt {
    iso_compute compute;
    bool random;        /* the same shape with random weights (N(0, 0.02²), biases 0, gains 1) */
    uint64_t seed;      /* of those */
    const char *config; /* NULL, or of random weights a file in place of the folder's config.json */
} iso_encoder_opt;

/**
 * Opens the folder of a checkpoint, config.json and weights (lib/io/weights.h), or a GGUF file,
 * mapped. Post-LayerNorm encoders of the families of iso_nn_config.
 *
 * Errors  ISO_EIO, ISO_EUNSUP, ISO_EFORMAT (a tensor missing, of another shape or type than
 *         config.json says), ISO_ENOMEM.
 * Source  Devlin et al., NAACL 2019, arXiv:1810.04805; Conneau et al., ACL 2020, arXiv:1911.02116.
 */
ISO_MUST_USE iso_err iso_encoder_open(iso_encoder **out, const char *folder,
                                      const iso_encoder_opt *opt);
void iso_encoder_close(iso_encoder *e);

const iso_nn_config *iso_encoder_config(const iso_encoder *e);

/** Counts from now on in `times` (borrowed) where the time of layers goes; NULL ends it. */
void iso_encoder_count(iso_encoder *e, iso_nn_times *times);

/**
 * State 0, the output of the embeddings: x (tokens × C, f32), a row a token. Padding has the word
 * row of its id, type 0, and the position its family gives it: its place, or, where positions begin
 * behind that of padding (RoBERTa, XLM-R, CamemBERT), that one.
 *
 * Errors  ISO_EARG (an id beyond the vocabulary, a sentence longer than the position table, a token
 *         type that is not there, shapes; the message names sentence and token; outputs are
 *         untouched); ISO_EIO, here and below, when a file of the weights was cut since it was
 *         opened (iso_weights_whole).
 */
ISO_MUST_USE iso_err iso_encoder_embed(iso_encoder *e, iso_mat *x, const iso_batch *batch);

/**
 * Turns state `from` into state `to` in place: runs layers from + 1 … to (state K is the output of
 * layer K). Each sentence attends to itself only; what it gives does not depend on its neighbours.
 *
 * Cost  24 C² + 4 C T operations a token and layer for F = 4C and sentences of T tokens. Scratch is
 *       kept in the encoder: 5C floats a token of the largest batch, C + F more a token for at most
 *       1024 of them, and the heads on their way.
 * Errors  ISO_EARG (shapes, 0 <= from <= to <= L), ISO_ENOMEM. Not safe for two threads at once.
 */
ISO_MUST_USE iso_err iso_encoder_layers(iso_encoder *e, iso_mat *x, const iso_batch *batch,
                                        int from, int to);

/**
 * The two halves of layer 1 ... L, the one whose output is state `layer`: a (tokens × C, f32) =
 * LN1(x + attention of each sentence of x to itself), then y = LN2(a + FFN(a)). a may be x, y may
 * be a. One after the other they are iso_encoder_layers from layer - 1 to layer, to the last bit.
 *
 * Errors  ISO_EARG (shapes, no such layer), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_encoder_attend(iso_encoder *e, iso_mat *a, iso_view x,
                                        const iso_batch *batch, int layer);
ISO_MUST_USE iso_err iso_encoder_feed(iso_encoder *e, iso_mat *y, iso_view a, int layer);

/**
 * What X-Mixup puts between the two halves of a layer, on the target's side:
 *
 *     u (target rows × C, f32) = LN1(λ C + (1 − λ) target),   C = softmax(q kᵀ / √D) v Wo + bo
 *
 * with q of the target and k, v of the source, all by the layer's own weights, and one λ a pair as
 * the rule says. So a mixed layer is  attend(source), attend(target), mix, feed(target), and the
 * source is fed from its own attended states; a range of mixed layers is a loop over that. u may
 * be in->target. With λ = 0 it is LN1(target), not the target itself.
 *
 * Cost    8 C² operations a token (4 C² of the target, 4 C² of the source) + 4 C Σ Tt·Ts; one
 *         exponential a raw score (C = 192: a twentieth of a layer for sentences of 30 tokens, a
 *         tenth for 128). With λ fixed at 0 and no statistics asked for that take attention, LN1
 * alone. Raw scores are held for some pairs at a time, at most 16 MiB or one pair's. Errors
 * ISO_EARG (shapes; no such layer; a source without tokens for a target that has some; λ0 outside
 * (0, 1], fixed λ outside [0, 1], w or b not finite), ISO_ENOMEM. Outputs are then undefined. What
 * it gives does not depend on neighbours or threads. Source  Yang et al., ICLR 2022,
 * arXiv:2205.04182; its published code where the two differ.
 */
ISO_MUST_USE iso_err iso_encoder_mix(iso_encoder *e, iso_mat *u, int layer, const iso_mix_pairs *in,
                                     const iso_mix_rule *rule, const iso_mix_stats *stats);

/** Tensors of the checkpoint that the encoder does not use (heads): how many, and their names. */
int64_t iso_encoder_unused(const iso_encoder *e);
const char *iso_encoder_unused_name(const iso_encoder *e, int64_t i);

ISO_END

#endif
