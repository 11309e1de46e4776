/* The way back through attention. */
#ifndef ISO_NN_ATTENTION_BACK_H
#define ISO_NN_ATTENTION_BACK_H

#include "lib/nn/attention.h"

ISO_BEGIN

/** Beside the iso_attention of the way forward, where `live` and `with` are NULL and `scores` is
 * not looked at: */
typedef struct iso_attention_grad {
    iso_view context;     /* what it gave */
    iso_view dcontext;    /* the gradient of that */
    const float *dscores; /* NULL, or one of the raw scores, laid out as they are: added */
    iso_mat dq, dk, dv;   /* written, not added to */
} iso_attention_grad;

/**
 * dq, dk, dv of softmax(q kᵀ / √D) v by sentence and head, with the dropout of in->drop.
 * Cost  10 C Σ Tq·Tk operations; scratch of T·(4 D + 200) + … floats a thread. Multi-threaded.
 * Errors  ISO_EARG, ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_attention_back(const iso_attention_grad *g, const iso_attention *in,
                                        iso_workspace *scratch);

ISO_END

#endif
