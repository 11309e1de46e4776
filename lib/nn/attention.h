/* Multi-head attention of sentences to themselves or to others, scores laid open. */
#ifndef ISO_NN_ATTENTION_H
#define ISO_NN_ATTENTION_H

#include <stdint.h>

#include "lib/linalg/view.h"
#include "lib/nn/dropout.h"
#include "lib/nn/workspace.h"

ISO_BEGIN

/**
 * Queries, keys and values (f32, a row a token, head h in columns [hD, (h + 1)D), D = C / H).
 * The queries of sentence b are rows [to[b], to[b + 1]) of q, its keys and values rows
 * [from[b], from[b + 1]) of k and v: `to` = `from` is self-attention.
 */
typedef struct iso_attention {
    iso_view q, k, v;
    int64_t B;
    const int64_t *to, *from; /* B + 1 each */
    int H;
    /* Unless NULL: takes the raw scores q·k / √D, before mask and softmax; sentence after sentence,
     * head after head, a row a query. iso_attention_scores tells how many. */
    float *scores;
    /* Unless NULL: only the first live[b] keys of sentence b are looked at, the rest is padding.
     * The scores are those of all keys. */
    const int64_t *live;
    /* Unless NULL: the keys of sentence b are those of sentence with[b]: rows from[with[b]] ...
     * (and live[with[b]]); `from` then has an entry more than the largest of them. */
    const int64_t *with;
    /* Unless NULL: dropout of the weights, with the site of head 0; rows of keys are those of q. */
    const iso_drop *drop;
} iso_attention;

int64_t iso_attention_scores(const iso_attention *in);

/**
 * context (rows of q × C, f32) = softmax(q kᵀ / √D) v, by sentence and head.
 *
 * A sentence with queries needs keys. Cost  4 C Σ Tq·Tk operations; scratch of T·(D + 64) + …
 * floats a thread. Multi-threaded. Errors  ISO_EARG (shapes), ISO_ENOMEM. Source  Vaswani et al.,
 * NeurIPS 2017, arXiv:1706.03762.
 */
ISO_MUST_USE iso_err iso_attention_fwd(iso_mat *context, const iso_attention *in,
                                       iso_workspace *scratch);

ISO_END

#endif
