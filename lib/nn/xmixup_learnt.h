/* X-Mixup's half step of one layer in training: forward, keeping what the way back needs, and
 * back. */
#ifndef ISO_NN_XMIXUP_LEARNT_H
#define ISO_NN_XMIXUP_LEARNT_H

#include "lib/nn/layer_back.h"
#include "lib/nn/xmixup.h"

ISO_BEGIN

/** What the step keeps of a batch of pairs; {0} is empty, its memory is kept from batch to batch.
 */
typedef struct iso_mix_kept {
    iso_workspace memory;
    iso_mat q, kv;      /* target tokens × C, source tokens × 2C */
    iso_mat context;    /* target tokens × C: what the heads gave */
    iso_mat cross;      /* the same by Wo and bo, dropped */
    iso_norm_kept norm; /* of u */
    float *scores;      /* raw; NULL: λ does not ask for them */
    double *numbers;    /* λ of each pair, then e1, e2 and more of each, scratch of threads */
    int64_t *starts;    /* B + 1: where a pair's scores begin */
    int64_t room, pairs, scratch_size;
} iso_mix_kept;

void iso_mix_kept_free(iso_mix_kept *kept);

/** λ of each pair, NaN of one without tokens; lives until the next batch. */
const double *iso_mix_kept_lambda(const iso_mix_kept *kept);

/**
 * u (target rows × C) as iso_layer_mix makes it, with dropout of the probabilities
 * (ISO_DROP_CROSS) and of what attention gives (ISO_DROP_MIXED) under the target's keys; the scores
 * that λ sees are undropped. Sentence b's source is sentence b; there is no padding, so both ways
 * to take entropies are one. `rule` may not ask for `even`. u may be in->target.
 * Errors  ISO_EARG, ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_layer_mix_keep(iso_mat *u, const iso_layer_learnt *l,
                                        const iso_mix_pairs *in, const iso_mix_rule *rule,
                                        const iso_dropout *drop, iso_mix_kept *kept,
                                        iso_back_work *work);

/** The gradient of λ's numbers; of a rule that does not use them nothing is added. */
typedef struct iso_mix_head_grad {
    double w, b;
} iso_mix_head_grad;

/**
 * d (target rows × C, packed): gradient of u, becomes that of in->target; that of in->source is
 * added to `source` (source rows × C). Gradients of the layer's weights and of λ's numbers are
 * added to. `in`, `rule` and `drop` as on the way forward.
 * Cost  twice the way forward, and two exponentials a score. Errors  ISO_EARG, ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_layer_mix_back(iso_mat *d, iso_mat *source, iso_mix_head_grad *head,
                                        const iso_layer_learnt *l, const iso_mix_pairs *in,
                                        const iso_mix_rule *rule, const iso_dropout *drop,
                                        iso_mix_kept *kept, iso_back_work *work);

ISO_END

#endif
