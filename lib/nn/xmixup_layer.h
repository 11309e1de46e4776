/* X-Mixup's half step of one layer; see iso_encoder_mix. */
#ifndef ISO_NN_XMIXUP_LAYER_H
#define ISO_NN_XMIXUP_LAYER_H

#include "lib/nn/layer.h"
#include "lib/nn/xmixup.h"

ISO_BEGIN

/**
 * u = LN1(λ (softmax(q kᵀ / √D) v Wo + bo) + (1 − λ) target), one λ a pair; `stats` may be NULL.
 * u may be in->target. Errors  ISO_EARG, ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_layer_mix(iso_mat *u, iso_layer *l, int H, const iso_mix_pairs *in,
                                   const iso_mix_rule *rule, const iso_mix_stats *stats,
                                   iso_layer_work *work);

/** λ0 in (0, 1], a fixed λ in [0, 1], w and b finite. Errors  ISO_EARG. */
ISO_MUST_USE iso_err iso_mix_rule_check(const iso_mix_rule *rule);

/** Whether pairs can be mixed into u by the rule. Errors  ISO_EARG. */
ISO_MUST_USE iso_err iso_mix_pairs_check(const iso_mat *u, const iso_mix_pairs *in,
                                         const iso_mix_rule *rule);

/** λ of a pair with these entropies, by the rule. */
double iso_mix_rule_lambda(const iso_mix_rule *rule, double e1, double e2);

ISO_END

#endif
