/* What a forward pass keeps for its backward pass. A pass is a stack of pieces: the embeddings,
 * then each layer. The last piece is undone first.
 *
 *     iso_tape_new(&tape, NULL);
 *     each step, each micro-batch:
 *         iso_tape_embed(tape, &x, e, &batch, drop);
 *         iso_tape_layers(tape, &x, e, &batch, 0, L, drop);
 *         … loss of x, and its gradient dx …
 *         while (iso_tape_depth(tape) > 0)
 *             iso_tape_back(tape, &dx);
 *     iso_tape_free(tape);
 *
 * Several tapes of one encoder may be alive at once (two sentences of a pair); their gradients are
 * added to the same tensors, so undo one after the other. Parameters must not change between a
 * piece and its undoing. */
#ifndef ISO_NN_TAPE_H
#define ISO_NN_TAPE_H

#include "lib/nn/batch.h"
#include "lib/nn/dropout.h"
#include "lib/nn/layer_back.h"
#include "lib/nn/trained.h"

ISO_BEGIN

typedef struct iso_tape iso_tape;

typedef struct iso_tape_opt {
    bool recompute;      /* a layer keeps what goes into it alone, and runs again to be undone */
    bool inputs;         /* the gradient of what goes into the lowest piece is wanted, whether or
                          * not anything below learns */
    iso_nn_times *times; /* or NULL: where time goes */
} iso_tape_opt;

/** NULL: all zero. */
ISO_MUST_USE iso_err iso_tape_new(iso_tape **out, const iso_tape_opt *opt);
void iso_tape_free(iso_tape *t);

/**
 * x (tokens × C, f32) = state 0; a piece. What `batch` and `drop` point to must live until it is
 * undone, and so must `e`. Sentences have no padding (live is NULL).
 * Errors  ISO_EARG (as iso_encoder_embed; rates), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_tape_embed(iso_tape *t, iso_mat *x, iso_trained *e, const iso_batch *batch,
                                    const iso_dropout *drop);

/**
 * x goes from state `from` to state `to` in place: a piece a layer. x may have been changed since
 * the last piece. Layers below which nothing learns keep nothing (see iso_tape_opt.inputs).
 * Cost  as iso_encoder_layers. Errors  ISO_EARG, ISO_ENOMEM; the pieces before it stay.
 */
ISO_MUST_USE iso_err iso_tape_layers(iso_tape *t, iso_mat *x, iso_trained *e,
                                     const iso_batch *batch, int from, int to,
                                     const iso_dropout *drop);

/**
 * Undoes the last piece: dx (tokens × C, f32, packed) is the gradient of what came out of it, and
 * becomes that of what went in (after the embeddings, or where nothing below wants it: undefined).
 * Gradients of the parameters are added to those of `e`. On an error the piece is gone.
 * Cost  twice that of the layer, with recompute three times. Errors  ISO_EARG (shape, no piece),
 * ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_tape_back(iso_tape *t, iso_mat *dx);

/** The same, and the parameters' gradients stay as they are: for steps that move the input alone.
 */
ISO_MUST_USE iso_err iso_tape_back_input(iso_tape *t, iso_mat *dx);

/** Pieces that are not undone. */
int64_t iso_tape_depth(const iso_tape *t);

/** Forgets all pieces; memory is kept. */
void iso_tape_clear(iso_tape *t);

/**
 * Bytes that a tape takes for a pass of `tokens` tokens from the embeddings to the last layer, of
 * which those from layer `lowest` on learn (iso_trained_lowest), work areas included; but for those
 * of attention, which grow with the longest sentence and the threads, some 200 KB each.
 */
int64_t iso_tape_bytes(const iso_nn_config *c, int64_t tokens, int lowest, const iso_tape_opt *opt);

ISO_END

#endif
