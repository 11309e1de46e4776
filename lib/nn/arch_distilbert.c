/* DistilBERT, which has no token types: Sanh et al., 2019, arXiv:1910.01108. */
#include "lib/nn/arch.h"

static const iso_arch_keys keys = {
    .L = "n_layers",
    .H = "n_heads",
    .C = "dim",
    .F = "hidden_dim",
    .V = "vocab_size",
    .positions = "max_position_embeddings",
    .activation = "activation",
    .padding = "pad_token_id",
    .dropout = "dropout",
    .attention_dropout = "attention_dropout",
};

static const iso_arch_tensors tensors = {
    .word = "embeddings.word_embeddings",
    .position = "embeddings.position_embeddings",
    .norm = "embeddings.LayerNorm",
    .layer = "transformer.layer",
    .q = "attention.q_lin",
    .k = "attention.k_lin",
    .v = "attention.v_lin",
    .o = "attention.out_lin",
    .f1 = "ffn.lin1",
    .f2 = "ffn.lin2",
    .n1 = "sa_layer_norm",
    .n2 = "output_layer_norm",
};

static const iso_arch_head heads[] = {
    {.dense = "pre_classifier", .out = "classifier", .dense_own = true, .relu = true},
    {0},
};

static const iso_arch_words masked = {
    .dense = "vocab_transform", .norm = "vocab_layer_norm", .bias = "vocab_projector.bias"};

const iso_arch iso_arch_distilbert = {
    .name = "distilbert",
    .class = "DistilBert",
    .prefix = "distilbert.",
    .keys = &keys,
    .tensors = &tensors,
    .heads = heads,
    .masked = &masked,
    .positions = ISO_POSITIONS_FROM_ZERO,
    .eps = 1e-12,
    .activation = "gelu",
};
