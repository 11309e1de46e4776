/* What config.json says of an encoder. */
#ifndef ISO_NN_CONFIG_H
#define ISO_NN_CONFIG_H

#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

typedef enum iso_activation { ISO_GELU = 0, ISO_GELU_TANH, ISO_RELU } iso_activation;

/**
 * Sizes as the literature names them: L layers, C channels, H heads, F inner, V vocabulary. All
 * are at least 1 (types and first_position: 0), and so small that the bytes of a table V × C,
 * positions × C or F × C can be counted.
 */
typedef struct iso_nn_config {
    const char *family;          /* model_type: "bert", "xlm-roberta", "distilbert" ... */
    const struct iso_arch *arch; /* the family's entry in the table (lib/nn/arch.h) */
    int L, H;
    int64_t C, F, V;
    int64_t positions;      /* rows of the position table */
    int64_t first_position; /* of a sentence's first token: 0, or padding index + 1 (RoBERTa) */
    int64_t padding;        /* id that published code pads with; below V */
    int64_t types;          /* rows of the token-type table; 0: there is none (DistilBERT) */
    double eps;             /* of LayerNorm */
    iso_activation activation;
    double dropout, attention_dropout; /* rates in training, in [0, 1); 0.1 where nothing is said */
} iso_nn_config;

/**
 * Reads `folder`/config.json; names differ between families (hidden_size, dim, n_layers ...).
 *
 * Sizes must be there. What early files leave out is what their library filled in: eps 1e-12, gelu,
 * 2 types, padding index 1; a family missing is taken from the class that `architectures` names.
 * Errors  ISO_EIO, ISO_EFORMAT (missing or senseless numbers, H does not divide C), ISO_EUNSUP
 *         (another model_type or activation, relative positions, a decoder, pruned heads: says
 *         which are supported), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_nn_config_read(iso_nn_config *out, const char *folder);

/** The same of a file at a path, whatever its name. */
ISO_MUST_USE iso_err iso_nn_config_read_file(iso_nn_config *out, const char *path);

/** Tokens a sentence may have, special ones included: rows of the position table from the first. */
int64_t iso_nn_config_longest(const iso_nn_config *c);

ISO_END

#endif
