/* The halves of a layer in training: forward, keeping what the way back needs, and back. */
#ifndef ISO_NN_LAYER_BACK_H
#define ISO_NN_LAYER_BACK_H

#include "lib/nn/layer.h"
#include "lib/nn/norm_back.h"
#include "lib/nn/trained.h"

ISO_BEGIN

/** What a layer keeps of T tokens, in memory that the caller has: iso_layer_kept_size floats. */
typedef struct iso_layer_kept {
    iso_norm_kept n1, n2;
    iso_mat qkv;     /* T × 3C, rows apart */
    iso_mat context; /* T × C */
    iso_mat inner;   /* T × F, before the activation; the way back spoils it */
} iso_layer_kept;

int64_t iso_layer_kept_size(const iso_nn_config *c, int64_t tokens);
iso_layer_kept iso_layer_kept_at(float *memory, const iso_nn_config *c, int64_t tokens);

/** Scratch of both ways; {0} is empty, kept from layer to layer. */
typedef struct iso_back_work {
    iso_workspace inner, qkv, first, second, heads, sums;
    iso_nn_times *times; /* or NULL */
} iso_back_work;

void iso_back_work_free(iso_back_work *work);

/** Floats it comes to have for T tokens, but for those of attention. */
int64_t iso_back_work_size(const iso_nn_config *c, int64_t tokens);

/** a (T × C, may be x) = LN1(x + dropped attention of each sentence to itself), kept. */
ISO_MUST_USE iso_err iso_layer_attend_keep(iso_mat *a, iso_view x, const iso_layer_learnt *l,
                                           const iso_batch *batch, const iso_dropout *drop,
                                           iso_layer_kept *kept, iso_back_work *work);

/** y (T × C, may be a) = LN2(a + dropped W2 act(W1 a + b1) + b2), kept. */
ISO_MUST_USE iso_err iso_layer_feed_keep(iso_mat *y, iso_view a, const iso_layer_learnt *l,
                                         const iso_dropout *drop, iso_layer_kept *kept,
                                         iso_back_work *work);

/** d (T × C): gradient of y, becomes that of a. `a` is what went in (iso_norm_kept_out of n1). */
ISO_MUST_USE iso_err iso_layer_feed_back(iso_mat *d, iso_view a, const iso_layer_learnt *l,
                                         const iso_dropout *drop, iso_layer_kept *kept,
                                         iso_back_work *work);

/** d (T × C): gradient of a, becomes that of x, what went in, unless `last`: nobody wants it. */
ISO_MUST_USE iso_err iso_layer_attend_back(iso_mat *d, iso_view x, const iso_layer_learnt *l,
                                           const iso_batch *batch, const iso_dropout *drop,
                                           iso_layer_kept *kept, bool last, iso_back_work *work);

ISO_END

#endif
