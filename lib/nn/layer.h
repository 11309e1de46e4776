/* One post-LayerNorm layer: attention block, then feed-forward block. */
#ifndef ISO_NN_LAYER_H
#define ISO_NN_LAYER_H

#include "lib/nn/attention.h"
#include "lib/nn/batch.h"
#include "lib/nn/params.h"
#include "lib/nn/times.h"

ISO_BEGIN

/** Scratch of a layer; {0} is empty, kept from layer to layer. */
typedef struct iso_layer_work {
    iso_workspace qkv, context, block, heads, scores;
    iso_nn_times *times; /* NULL: nobody asks where time goes */
} iso_layer_work;

void iso_layer_work_free(iso_layer_work *work);

/** Who looks at whom: tokens of x at those of y, sentence by sentence. x = y is self-attention, x
 * from another language X-Mixup's cross-lingual attention. */
typedef struct iso_attends {
    iso_view x, y; /* tokens × C, f32 */
    int64_t B;
    const int64_t *x_offsets, *y_offsets; /* B + 1 each */
    /* As in iso_attention, of the sentences of y; NULL: no padding, sentence b looks at b. */
    const int64_t *live, *with;
    float *scores; /* as there; NULL: not wanted */
} iso_attends;

/**
 * The heads of an attention, ready to run: q, k, v lie in work->qkv and live until it is used
 * again. Errors  ISO_EARG, ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_layer_heads(iso_attention *heads, iso_layer *l, int H,
                                     const iso_attends *in, iso_layer_work *work);

/** iso_linear_fwd, its time counted. */
ISO_MUST_USE iso_err iso_layer_linear(iso_mat *y, iso_view x, iso_linear *l, const iso_then *then,
                                      iso_layer_work *work);

/** a (T × C) = LN1(x + attention of each sentence to itself, padding unseen). a may be x. */
ISO_MUST_USE iso_err iso_layer_attend(iso_mat *a, iso_view x, iso_layer *l, int H,
                                      const iso_batch *batch, iso_layer_work *work);

/** y (T × C) = LN2(a + W2 act(W1 a + b1) + b2). y may be a. */
ISO_MUST_USE iso_err iso_layer_feed(iso_mat *y, iso_view a, iso_layer *l, iso_activation activation,
                                    iso_layer_work *work);

ISO_END

#endif
