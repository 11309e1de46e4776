/* What stands on an encoder to be learnt: from the final states of tokens to logits, and back.
 *
 * A head is a file, head_NAME.c: its functions, and a call that makes one. Its units are rows made
 * of tokens: sentences (classification), words (tags), tokens (spans), masked tokens. */
#ifndef ISO_TRAIN_HEAD_H
#define ISO_TRAIN_HEAD_H

#include "lib/linalg/view.h"
#include "lib/nn/batch.h"
#include "lib/nn/dropout.h"
#include "lib/nn/tensor.h"
#include "lib/nn/workspace.h"

ISO_BEGIN

/**
 * What is asked of a batch of sentences, and what is right. Unit u is made of the tokens
 * index[first[u]] … index[first[u + 1] − 1] of the batch. All borrowed.
 */
typedef struct iso_units {
    int64_t n;
    const int64_t *first, *index; /* n + 1, into index */
    const int32_t *label;         /* n: a class; of −1 nothing is learnt; NULL: of none */
    const float *soft;            /* n × classes, beside or instead of labels; or NULL */
    const iso_batch *batch;       /* the sentences; of spans label and last are B, a token each */
    const int32_t *last;
    double by;   /* what each unit's loss counts: 1 / units of the whole accumulated batch */
    int sibling; /* whose parts it goes through: 0 the encoder's, k those of its k-th sibling */
} iso_units;

/** What a pass keeps of a head until it goes back; {0} is empty, kept from pass to pass. A pass of
 * each of two sentences has one each. */
typedef struct iso_head_tape {
    iso_workspace rows, hidden,
        back;       /* what went into the head's maps, and room for the way back */
    uint64_t *keys; /* of the units */
    int64_t key_room;
    iso_drop into, between; /* dropout before the first and the second map */
} iso_head_tape;
void iso_head_tape_free(iso_head_tape *t);

/** Keys of the units: those of their first tokens. Errors  ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_head_keys(iso_head_tape *t, const iso_units *u, const iso_dropout *drop);

typedef struct iso_head iso_head;

/** What a head does. Matrices are f32. */
typedef struct iso_head_ops {
    const char *task;
    /** logits (units × classes) of states (tokens × C), and what `back` needs; drop NULL: none. */
    iso_err (*logits)(iso_head *h, iso_mat *logits, iso_view states, const iso_units *u,
                      const iso_dropout *drop, iso_head_tape *t);
    /** by · Σ of the units' losses; its gradient is added to dlogits (or NULL), packed. */
    double (*loss)(const iso_head *h, float *dlogits, const float *logits, const iso_units *u);
    /** Adds to dstates (tokens × C) and to the tensors' gradients, those that are not NULL. */
    iso_err (*back)(iso_head *h, iso_mat *dstates, iso_view dlogits, const iso_units *u,
                    iso_head_tape *t);
    void (*free)(iso_head *h);
} iso_head_ops;

struct iso_head {
    const iso_head_ops *ops;
    int64_t C, classes;
    iso_tensor *tensors; /* names are those of a checkpoint */
    int64_t tensor_count;
    const char *of_class; /* what the class of a hub's model ends with:
                           * "ForSequenceClassification"; NULL: hubs have no such head */
};

void iso_head_free(iso_head *h); /* NULL is fine */

/** `back`, and the tensors' gradients stay as they are. */
ISO_MUST_USE iso_err iso_head_back_input(iso_head *h, iso_mat *dstates, iso_view dlogits,
                                         const iso_units *u, iso_head_tape *t);

/** Gradients of its tensors become 0. */
void iso_head_zero_grads(iso_head *h);

/** logits[u]'s largest class, the first of equal ones; −1 where they are not finite. */
void iso_head_predict(int32_t *said, const float *logits, int64_t n, int64_t classes);

ISO_END

#endif
