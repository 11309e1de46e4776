/* What learns: an encoder and a head on it, with the frozen part below run once and kept. */
#ifndef ISO_TRAIN_LEARNER_H
#define ISO_TRAIN_LEARNER_H

#include "lib/nn/tape.h"
#include "lib/train/head.h"
#include "lib/train/optimizer.h"

ISO_BEGIN

/** Sentences on their way through the learner, and what is asked of them. All borrowed. */
typedef struct iso_side {
    iso_batch batch;
    iso_units units;
    const int64_t *item;     /* B: the number of each among `items` below; NULL: none is known */
    const iso_dropout *drop; /* NULL: none */
    const uint8_t *special;  /* tokens: not 0 where one is a special token; NULL: none is */
} iso_side;

typedef struct iso_learner iso_learner;

/** Read what you need. */
struct iso_learner {
    iso_trained *encoder; /* borrowed, with the head */
    iso_head *head;
    iso_optimizer *optimizer; /* NULL, or whose rows are brought up to date before they are read:
                               * iso_learner_use sets it */
    iso_tape *tape;           /* for methods that need one; others make more of `tape_opt` */
    iso_tape_opt tape_opt;
    struct iso_learner_own *own;
};

/** The encoder of a side: a sibling of the learner's, or that. */
const iso_trained *iso_learner_encoder(const iso_learner *l, const iso_side *side);

typedef struct iso_learner_opt {
    bool recompute; /* layers keep their input alone (lib/nn/tape.h) */
    /* States of the highest frozen layer are kept for `items` items of so many tokens each, unless
     * NULL: */
    const int64_t *tokens;
    int64_t items;
    iso_trained *const *siblings; /* of the encoder (iso_trained_sibling), borrowed; or NULL */
    int sibling_count;
    int within; /* a layer that is run each time although it may be frozen; 0: none. Learning begins
                 * from a state below it */
} iso_learner_opt;

/** The encoder is frozen (iso_trained_freeze) before this. Errors  ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_learner_new(iso_learner **out, iso_trained *encoder, iso_head *head,
                                     const iso_learner_opt *opt);
void iso_learner_free(iso_learner *l);

/** From now on layers keep their input alone. Not between a pass and its way back. */
ISO_MUST_USE iso_err iso_learner_recompute(iso_learner *l);

/**
 * x (tokens × C, f32) = the state that learning begins from, *from its number: 0, or that of the
 * highest layer below which nothing learns, which has no dropout and is computed once for each
 * item. With a tape the embeddings, where they learn, are a piece of it; NULL keeps nothing. Errors
 * as iso_tape_embed.
 */
ISO_MUST_USE iso_err iso_learner_start(iso_mat *x, int *from, iso_learner *l, iso_tape *tape,
                                       const iso_side *side);

/** On from state `from` to `to`, in place; tape as above, without one there is no dropout. */
ISO_MUST_USE iso_err iso_learner_layers(iso_mat *x, iso_learner *l, iso_tape *tape,
                                        const iso_side *side, int from, int to);

/** Both: the final states. */
ISO_MUST_USE iso_err iso_learner_states(iso_mat *x, iso_learner *l, iso_tape *tape,
                                        const iso_side *side);

/** Undoes all pieces of a tape: dx, the gradient of what came out of the last, is spoilt. */
ISO_MUST_USE iso_err iso_learner_back(iso_tape *tape, iso_mat *dx);

/** From now on rows of tables are brought up to date by the optimizer of these tensors, which is
 * borrowed; NULL ends it. */
void iso_learner_use(iso_learner *l, iso_optimizer *optimizer, const iso_tensor *tensors,
                     int64_t count);

/** Gradients of encoder and head become 0. */
void iso_learner_zero_grads(iso_learner *l);

/** All tensors: the encoder's, then what siblings have of their own, "1/" before the names of the
 * first sibling's, then the head's; borrowed, lives as long as the learner. */
const iso_tensor *iso_learner_tensors(const iso_learner *l, int64_t *count);

/** Whether anything of a tensor is learnt. */
bool iso_tensor_learns(const iso_tensor *t);

ISO_END

#endif
