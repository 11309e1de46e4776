/* X-Mixup: each item learns together with its source, which is mixed into it within the encoder. */
#ifndef ISO_TRAIN_METHOD_XMIXUP_H
#define ISO_TRAIN_METHOD_XMIXUP_H

#include "lib/train/objective.h"
#include "lib/train/pair_pass.h"

ISO_BEGIN

typedef struct iso_xmixup_opt {
    iso_pair_mix mix;
    double alpha; /* in [0, 1]: what the loss of a gold source counts */
    bool mse, kl; /* the two terms of consistency */
    bool apart;   /* units of target and source are not the same ones: words, tokens. Without kl */
} iso_xmixup_opt;

/**
 * A micro-batch's loss, of target logits t, source logits s, and r the mean states of a unit's
 * tokens, for units that count `by`:
 *
 *     by · Σ ( α H(s) + (1 − α) H(t)  (gold)  or  H(t)
 *              + mse · mean over channels of (r_s − r_t)²
 *              + kl · KL(softmax(s) ‖ softmax(t)) )
 *
 * H the head's loss; no gradient is stopped. Unit u of the target is unit u of the source. Where
 * they are apart each side has units of its own, of which each counts the side's `by`; r is the
 * mean state of a sentence's tokens but special ones, and a sentence counts micro->each. W and b of
 * each mixed layer are the method's tensors.
 *
 * Memory  both branches' activations, and what iso_mixed_layer_fwd says.
 * Errors  ISO_EARG (alpha, the rule, kl of units that are apart), ISO_ENOMEM.
 * Source  Yang et al., ICLR 2022, arXiv:2205.04182, and its published code.
 */
ISO_MUST_USE iso_err iso_method_xmixup(iso_method **out, iso_trained *e, const iso_xmixup_opt *opt);

/** The logits (units × classes, packed) of a branch, ISO_TARGET or ISO_SOURCE, in the last
 * `predict`, which gives their mean, or the target's where units are apart; as long as that is the
 * last pass. */
iso_view iso_method_xmixup_branch(const iso_method *m, int branch);

/** Where λ's numbers are. */
const iso_pair_pass *iso_method_xmixup_pairs(const iso_method *m);

ISO_END

#endif
