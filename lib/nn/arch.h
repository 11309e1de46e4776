/* Families of encoders as data: how their checkpoints call things, and where they compute
 * differently. A family is a file (arch_NAME.c) and a line of the table in arch.c; nothing else
 * asks for a family by its name.
 *
 * All of them have post-LayerNorm layers: attention of each token to its whole sentence, then two
 * linear maps with an activation between. A family that differs in one of these adds a field here,
 * which layer.c and layer_back.c read. */
#ifndef ISO_NN_ARCH_H
#define ISO_NN_ARCH_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

/** Keys of config.json. NULL: the family has none. */
typedef struct iso_arch_keys {
    const char *L, *H, *C, *F, *V, *positions, *activation;
    const char *types, *eps, *padding;
    const char *dropout, *attention_dropout;
} iso_arch_keys;

/** Names of tensors, less a prefix and ".weight" or ".bias". */
typedef struct iso_arch_tensors {
    const char *word, *position, *type, *norm; /* of state 0 */
    const char *layer;                         /* before the number of a layer */
    const char *q, *k, *v, *o, *f1, *f2;       /* after it: fields of iso_layer */
    const char *n1, *n2;
} iso_arch_tensors;

/**
 * A classification head, two linear maps with tanh or relu between. `own`: no other kind of head
 * has a tensor called so, so that one half asks for the other.
 */
typedef struct iso_arch_head {
    const char *dense, *out;
    bool dense_own, out_own, relu;
} iso_arch_head;

/** The head of masked words: a linear map, an activation, LayerNorm; then the table of words, and a
 * bias. `gelu`: whatever config.json says. */
typedef struct iso_arch_words {
    const char *dense, *norm; /* less ".weight" or ".bias" */
    const char *bias;
    bool gelu;
} iso_arch_words;

typedef enum iso_arch_positions {
    ISO_POSITIONS_FROM_ZERO = 0,
    ISO_POSITIONS_AFTER_PADDING /* the first token has position padding id + 1 */
} iso_arch_positions;

typedef struct iso_arch {
    const char *name;   /* model_type of config.json */
    const char *class;  /* "Bert" of BertModel and BertForMaskedLM, in files without model_type */
    const char *prefix; /* of tensors, which some checkpoints leave out: "bert." */
    const iso_arch_keys *keys;
    const iso_arch_tensors *tensors, *of_gguf; /* of_gguf: as GGUF files call them, or NULL */
    const iso_arch_head *heads; /* the usual one first; ends with one without names */
    const iso_arch_words *masked;
    iso_arch_positions positions;
    /* Where config.json is silent: */
    int64_t padding, types;
    double eps;
    const char *activation;
} iso_arch;

/** Family i of the table; NULL after the last. */
const iso_arch *iso_arch_at(int i);

/** By model_type or, where that is NULL, by the class that `architectures` names; NULL: unknown. */
const iso_arch *iso_arch_find(const char *type, const char *class);

/* arch_bert.c; families of its shape share them. */
extern const iso_arch_keys iso_arch_bert_keys;
extern const iso_arch_tensors iso_arch_bert_tensors;

ISO_END

#endif
