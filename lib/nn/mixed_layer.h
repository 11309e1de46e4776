/* A layer in training that mixes the sources of pairs into their targets: X-Mixup between its two
 * halves. Stands between pieces of the branches' tapes (lib/nn/tape.h). */
#ifndef ISO_NN_MIXED_LAYER_H
#define ISO_NN_MIXED_LAYER_H

#include "lib/nn/xmixup_learnt.h"

ISO_BEGIN

/** The two sentences of a pair, as places in arrays of two. */
enum { ISO_TARGET, ISO_SOURCE, ISO_BRANCHES };

/** One layer of a batch of pairs on its way. All borrowed until it is undone. */
typedef struct iso_mixing {
    iso_trained *e;
    int layer;                             /* 1 … L */
    const iso_batch *batch[ISO_BRANCHES];  /* without padding; sentence b is pair b */
    const iso_dropout *drop[ISO_BRANCHES]; /* NULL: none */
    iso_mix_rule rule;
} iso_mixing;

/** What it keeps; {0} is empty, its memory is kept from batch to batch. */
typedef struct iso_mixed_layer {
    iso_mixing of;
    iso_workspace memory[ISO_BRANCHES], attended[ISO_BRANCHES];
    iso_mix_kept mix;
} iso_mixed_layer;

void iso_mixed_layer_free(iso_mixed_layer *m);

/**
 * x[ISO_TARGET], x[ISO_SOURCE] (tokens × C, f32): from state layer − 1 to state `layer`, in place.
 * Memory  for both branches what the layer keeps and C floats a token; of targets 4C more, of
 *         sources 2C, and the raw scores of all pairs.
 * Errors  ISO_EARG, ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_mixed_layer_fwd(iso_mixed_layer *m, iso_mat *x, const iso_mixing *of,
                                         iso_back_work *work);

/** Undoes it: dx[i] (tokens × C, packed), gradients of what came out, become those of what went
 * in, unless `last`: nobody wants them. Gradients of parameters and of λ's numbers are added to. */
ISO_MUST_USE iso_err iso_mixed_layer_back(iso_mixed_layer *m, iso_mat *dx, iso_mix_head_grad *head,
                                          bool last, iso_back_work *work);

ISO_END

#endif
