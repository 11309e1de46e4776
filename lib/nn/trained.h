/* An encoder that learns: parameters in f32 memory of its own, gradients beside them. */
#ifndef ISO_NN_TRAINED_H
#define ISO_NN_TRAINED_H

#include <stdbool.h>

#include "lib/nn/config.h"
#include "lib/nn/grads.h"
#include "lib/nn/params.h"
#include "lib/nn/tensor.h"

ISO_BEGIN

/** All zero: the checkpoint's numbers. */
typedef struct iso_trained_opt {
    bool random;   /* N(0, 0.02²), biases 0, gains 1: those of an iso_encoder of the same seed;
                    * config.json alone is enough */
    uint64_t seed; /* of those */
    const char *config; /* NULL, or of random weights a file in place of the folder's config.json */
    int64_t vocabularies; /* of random weights: the table has so many times the rows; 0: once */
    bool dense_words; /* the table of words has a dense gradient (MLM's softmax is tied to it) */
} iso_trained_opt;

/** Read what you need; the pointers stay as they are until close, but for those of gradients, which
 * iso_trained_freeze sets to NULL. */
typedef struct iso_trained {
    iso_nn_config config;
    iso_params params; /* linear layers marked as changing: nothing of them is packed ahead, so all
                        * forward functions of lib/nn work with the numbers as they are now */
    iso_param_grads grads;
    struct iso_trained_own *own;
} iso_trained;

/**
 * Opens a checkpoint's folder, whatever float type its tensors have, or makes random weights.
 * Memory  parameters, and as much for gradients (tables: rows that occur), touched when first used.
 * Errors  as iso_encoder_open; ISO_EFORMAT (a tensor holds NaN or infinity).
 */
ISO_MUST_USE iso_err iso_trained_open(iso_trained **out, const char *folder,
                                      const iso_trained_opt *opt);
void iso_trained_close(iso_trained *e);

/**
 * An encoder that is `of`, parameters and gradients, but for what it has of its own: with
 * `embeddings` these, and each layer k + 1 with layers[k]. Those are opened, or made, as
 * iso_trained_open does it. `of` must outlive it, and both are frozen alike.
 * Errors  as iso_trained_open; ISO_EFORMAT (another shape than that of `of`).
 */
ISO_MUST_USE iso_err iso_trained_sibling(iso_trained **out, const iso_trained *of,
                                         const char *folder, const iso_trained_opt *opt,
                                         bool embeddings, const bool *layers);

/** Whether a sibling has the embeddings (0) or a layer for itself; true of all others. */
bool iso_trained_owns(const iso_trained *e, int depth);

/** All tensors of the encoder: embeddings, then layer by layer. The array lives until close. */
iso_tensor *iso_trained_tensors(iso_trained *e, int64_t *count);

/** Gradients become 0; rows of tables that were touched are forgotten. */
void iso_trained_zero_grads(iso_trained *e);

/**
 * What does not learn: the embeddings (tables and their LayerNorm), and each layer k + 1 with
 * layers[k] (L flags; NULL: none). Its gradients' memory is freed; it cannot be thawed.
 */
void iso_trained_freeze(iso_trained *e, bool embeddings, const bool *layers);

/** The lowest layer that learns: 0 embeddings, 1 … L; L + 1: none. */
int iso_trained_lowest(const iso_trained *e);

/** Whether the embeddings (0) or layer 1 … L learn. */
bool iso_trained_learns(const iso_trained *e, int depth);

/** One layer of it, as layer_back.h takes it: borrowed. */
typedef struct iso_layer_learnt {
    iso_layer *l;
    iso_layer_grads g; /* all NULL: frozen, or not wanted */
    iso_linear qkv;    /* q, k and v as one with 3C outputs: their memory is one */
    iso_linear_grad qkv_grad;
    int number, H; /* number: 1 … L */
    iso_activation activation;
} iso_layer_learnt;

/** Layer 1 … L. */
iso_layer_learnt iso_trained_layer(const iso_trained *e, int number);

ISO_END

#endif
