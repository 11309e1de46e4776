/* The parameters of an encoder, once: fields and sizes from one list. */
#ifndef ISO_NN_PARAMS_H
#define ISO_NN_PARAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/io/weights.h"
#include "lib/nn/config.h"
#include "lib/nn/linear.h"
#include "lib/nn/norm.h"

ISO_BEGIN

/* X(field, outputs, inputs); what checkpoints call them is in lib/nn/arch.h */
#define ISO_LAYER_LINEARS(X)                                                                       \
    X(q, c->C, c->C)                                                                               \
    X(k, c->C, c->C)                                                                               \
    X(v, c->C, c->C)                                                                               \
    X(o, c->C, c->C)                                                                               \
    X(f1, c->F, c->C)                                                                              \
    X(f2, c->C, c->F)

/* X(field) */
#define ISO_LAYER_NORMS(X) X(n1) X(n2)

typedef struct iso_layer {
#define X(field, ...) iso_linear field;
    ISO_LAYER_LINEARS(X)
#undef X
#define X(field) iso_norm field;
    ISO_LAYER_NORMS(X)
#undef X
} iso_layer;

/** Rows that are looked up: a table of the checkpoint, or random rows made when asked for. */
typedef struct iso_lookup {
    iso_view rows; /* of a random table only the shape counts */
    bool random;
    uint64_t seed, number; /* the table's own, among those of one seed */
} iso_lookup;

typedef struct iso_params {
    iso_lookup word, position, type; /* type has 0 rows when there is none */
    iso_norm norm;
    iso_layer *layers; /* L */
    struct iso_store *store;
} iso_params;

/**
 * Finds everything `c` asks for under any of the prefixes hubs use ("", "bert.", "roberta.",
 * "distilbert.") and either naming of LayerNorm (weight and bias, gamma and beta). Matrices stay
 * where they are mapped, so `w` must outlive `out`; small vectors become f32. used[i] is set for
 * each tensor taken (iso_weights_count entries, zeros before).
 * Errors  ISO_EFORMAT (file and tensor: missing, of another shape or type), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_params_find(iso_params *out, const iso_nn_config *c, const iso_weights *w,
                                     iso_compute compute, bool *used);

/**
 * The same shape with random numbers: matrices and tables N(0, 0.02²), biases 0, gains 1. What
 * comes does not depend on which layers or words are used.
 */
ISO_MUST_USE iso_err iso_params_random(iso_params *out, const iso_nn_config *c, iso_compute compute,
                                       uint64_t seed);

void iso_params_free(iso_params *p, const iso_nn_config *c);

ISO_END

#endif
