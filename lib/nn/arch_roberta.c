/* RoBERTa and the models of its shape, BERT's but for positions and the head: Liu et al., 2019,
 * arXiv:1907.11692; XLM-R: Conneau et al., ACL 2020, arXiv:1911.02116; CamemBERT: Martin et al.,
 * ACL 2020, arXiv:1911.03894. */
#include "lib/nn/arch.h"

static const iso_arch_head heads[] = {
    {.dense = "classifier.dense", .out = "classifier.out_proj", .dense_own = true, .out_own = true},
    {0},
};

static const iso_arch_words masked = {
    .dense = "lm_head.dense", .norm = "lm_head.layer_norm", .bias = "lm_head.bias", .gelu = true};

#define FAMILY(named, of_class, prefixed)                                                          \
    {                                                                                              \
        .name = (named), .class = (of_class), .prefix = (prefixed), .keys = &iso_arch_bert_keys,   \
        .tensors = &iso_arch_bert_tensors, .heads = heads, .masked = &masked,                      \
        .positions = ISO_POSITIONS_AFTER_PADDING, .padding = 1, .types = 2, .eps = 1e-12,          \
        .activation = "gelu"                                                                       \
    }

const iso_arch iso_arch_xlm_roberta = FAMILY("xlm-roberta", "XLMRoberta", "roberta.");
const iso_arch iso_arch_roberta = FAMILY("roberta", "Roberta", "roberta.");
const iso_arch iso_arch_camembert = FAMILY("camembert", "Camembert", "camembert.");
