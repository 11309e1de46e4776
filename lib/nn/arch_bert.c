/* BERT: Devlin et al., NAACL 2019, arXiv:1810.04805. */
#include "lib/nn/arch.h"

const iso_arch_keys iso_arch_bert_keys = {
    .L = "num_hidden_layers",
    .H = "num_attention_heads",
    .C = "hidden_size",
    .F = "intermediate_size",
    .V = "vocab_size",
    .positions = "max_position_embeddings",
    .activation = "hidden_act",
    .types = "type_vocab_size",
    .eps = "layer_norm_eps",
    .padding = "pad_token_id",
    .dropout = "hidden_dropout_prob",
    .attention_dropout = "attention_probs_dropout_prob",
};

const iso_arch_tensors iso_arch_bert_tensors = {
    .word = "embeddings.word_embeddings",
    .position = "embeddings.position_embeddings",
    .type = "embeddings.token_type_embeddings",
    .norm = "embeddings.LayerNorm",
    .layer = "encoder.layer",
    .q = "attention.self.query",
    .k = "attention.self.key",
    .v = "attention.self.value",
    .o = "attention.output.dense",
    .f1 = "intermediate.dense",
    .f2 = "output.dense",
    .n1 = "attention.output.LayerNorm",
    .n2 = "output.LayerNorm",
};

static const iso_arch_tensors of_gguf = {
    .word = "token_embd",
    .position = "position_embd",
    .type = "token_types",
    .norm = "token_embd_norm",
    .layer = "blk",
    .q = "attn_q",
    .k = "attn_k",
    .v = "attn_v",
    .o = "attn_output",
    .f1 = "ffn_up",
    .f2 = "ffn_down",
    .n1 = "attn_output_norm",
    .n2 = "layer_output_norm",
};

static const iso_arch_head heads[] = {
    {.dense = "bert.pooler.dense", .out = "classifier"},
    {.dense = "pooler.dense", .out = "classifier"},
    {0},
};

static const iso_arch_words masked = {.dense = "cls.predictions.transform.dense",
                                      .norm = "cls.predictions.transform.LayerNorm",
                                      .bias = "cls.predictions.bias"};

const iso_arch iso_arch_bert = {
    .name = "bert",
    .class = "Bert",
    .prefix = "bert.",
    .keys = &iso_arch_bert_keys,
    .tensors = &iso_arch_bert_tensors,
    .of_gguf = &of_gguf,
    .heads = heads,
    .masked = &masked,
    .positions = ISO_POSITIONS_FROM_ZERO,
    .types = 2,
    .eps = 1e-12,
    .activation = "gelu",
};
