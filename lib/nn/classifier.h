/* The classification head of a checkpoint: from the state of [CLS], or of each token, to the logits
 * of its classes. */
#ifndef ISO_NN_CLASSIFIER_H
#define ISO_NN_CLASSIFIER_H

#include <stdbool.h>

#include "lib/nn/linear.h"

ISO_BEGIN

typedef struct iso_classifier iso_classifier;

/**
 * Opens the head in a checkpoint's folder, computed in f32; `folder` is mapped once more, its pages
 * are shared with an encoder's. K classes, C channels:
 *
 *     logits = out(f(dense(x))),   dense C → C,   out C → K
 *
 *     classifier.dense, classifier.out_proj     f = tanh    RoBERTa, XLM-R, CamemBERT
 *     [bert.]pooler.dense, classifier           f = tanh    BERT
 *     pre_classifier, classifier                f = relu    DistilBERT
 *
 * A checkpoint without a head that chooses one class of a sentence is no error: *out is then NULL
 * and *why (static) says what it is; else *why is NULL. Such are: no head, a head on tokens or on
 * choices, one output (regression), several labels at once (problem_type).
 * Errors  as iso_encoder_open; ISO_EFORMAT too when half of a head is missing, and when id2label
 *         counts other classes than the tensor has; the message names file and tensor.
 */
ISO_MUST_USE iso_err iso_classifier_open(iso_classifier **out, const char **why,
                                         const char *folder);

/**
 * The same of a head that is one map, logits = W x + b, tensors NAME.weight (K × C) and NAME.bias:
 * "classifier" of ForTokenClassification, "qa_outputs" of ForQuestionAnswering. `of_class`: how the
 * class in config.json ends; NULL: as it will.
 */
ISO_MUST_USE iso_err iso_classifier_open_linear(iso_classifier **out, const char **why,
                                                const char *folder, const char *name,
                                                const char *of_class);

/**
 * The map before the classes alone, where it was pretrained with the encoder: BERT's pooler. K is
 * 0. *out NULL: the family's heads have a map of their own, or the checkpoint has none. Errors  as
 * above.
 */
ISO_MUST_USE iso_err iso_classifier_open_pooler(iso_classifier **out, const char *folder);
void iso_classifier_close(iso_classifier *h);

/** K, at least 2; of a pooler 0. */
int64_t iso_classifier_classes(const iso_classifier *h);

/**
 * The name of class i: config.json's id2label if that names each class 0 … K − 1 once and no two
 * alike, else LABEL_i. Lives until close.
 */
const char *iso_classifier_name(const iso_classifier *h, int64_t i);

/**
 * The class called `label`, or -1: as it stands or, where that is none, the one that differs in the
 * case of ASCII letters only ("ENTAILMENT"); of several such none. Cost  K comparisons.
 */
int64_t iso_classifier_find(const iso_classifier *h, const char *label);

/** What isogloss wrote of it into config.json (isogloss_head), or NULL; lives until close. */
const char *iso_classifier_ours(const iso_classifier *h);

/** Its two maps, and whether f is relu; they live until close. A head of one map has no dense:
 * NULL.
 */
void iso_classifier_maps(const iso_linear **dense, const iso_linear **out, bool *relu,
                         const iso_classifier *h);

/**
 * logits (B × K, f32) of x (B × C, f32), the final states of B sentences' first tokens, or of B
 * tokens.
 *
 * Cost    2 B C (C + K) operations; B C floats of scratch, kept from call to call.
 * Errors  ISO_EARG (shapes), ISO_ENOMEM. Not safe for two threads at once.
 * Source  Devlin et al., NAACL 2019, arXiv:1810.04805; Liu et al., 2019, arXiv:1907.11692; Sanh et
 *         al., 2019, arXiv:1910.01108.
 */
ISO_MUST_USE iso_err iso_classifier_logits(iso_mat *logits, iso_classifier *h, iso_view x);

ISO_END

#endif
