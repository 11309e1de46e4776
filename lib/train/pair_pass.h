/* Both sentences of pairs through the encoder, the source mixed into the target at some layers, and
 * back. */
#ifndef ISO_TRAIN_PAIR_PASS_H
#define ISO_TRAIN_PAIR_PASS_H

#include "lib/base/str.h"
#include "lib/nn/mixed_layer.h"
#include "lib/train/learner.h"

ISO_BEGIN

typedef struct iso_pair_pass iso_pair_pass;

typedef struct iso_pair_mix {
    const bool *mixed; /* L flags: layer k + 1 mixes the source in; NULL: none does */
    iso_mix_rule rule; /* how; w and b of its head are where those of each layer begin */
    bool frozen;       /* w and b do not learn */
} iso_pair_mix;

/** Mixed layers keep what they need for their way back, or, as the learner's layers
 * (iso_learner_recompute), their inputs alone. `e` is borrowed, and frozen before this. Errors
 * ISO_EARG (the rule), ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_pair_pass_new(iso_pair_pass **out, iso_trained *e,
                                       const iso_pair_mix *mix);
void iso_pair_pass_free(iso_pair_pass *p);

/** W and b of each mixed layer, mixup.<layer>.W and .b; live as long as the pass. */
iso_tensor *iso_pair_pass_tensors(iso_pair_pass *p, int64_t *count);

/**
 * x[ISO_TARGET], x[ISO_SOURCE] (tokens × C, f32): the final states of the two sides, from
 * iso_learner_start on, whose state must lie below the lowest mixed layer (iso_learner_opt.within).
 * Without `learn` there is no dropout, and nothing to undo. Errors  as iso_tape_layers.
 */
ISO_MUST_USE iso_err iso_pair_pass_states(iso_mat *x, iso_pair_pass *p, iso_learner *l,
                                          const iso_side *const *side, bool learn);

/** Undoes it: dx, gradients of the final states, are spoilt. */
ISO_MUST_USE iso_err iso_pair_pass_back(iso_pair_pass *p, iso_mat *dx);

/** Forgets what was not undone. */
void iso_pair_pass_clear(iso_pair_pass *p);

/** The mean λ of a mixed layer over the latest states; NAN of another layer, and of one that was
 * forgotten since (iso_tape_opt.recompute). */
double iso_pair_pass_lambda(const iso_pair_pass *p, int layer);

/** Adds λ's numbers as they are now, as iso_mix_heads_read reads them (JSON). */
ISO_MUST_USE iso_err iso_pair_pass_heads(iso_buf *out, const iso_pair_pass *p);

ISO_END

#endif
