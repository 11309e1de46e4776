/* Losses and their gradients. */
#ifndef ISO_TRAIN_LOSS_H
#define ISO_TRAIN_LOSS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

/*
 * Each returns by · Σ over rows and ADDS its gradient to the given arrays, packed like their
 * inputs, each of which may be NULL. Rows are packed. With `by` = 1 / (labelled units of the whole
 * batch) the sum over micro-batches is the mean over the batch. Arithmetic is in double: for few
 * classes (one exponential in double a logit). NaN and Inf pass on.
 */

/** −log softmax(logits)[label]; rows with label −1 count for nothing. 0 <= label < classes. */
double iso_loss_hard(float *grad, const float *logits, const int32_t *label, int64_t n,
                     int64_t classes, double by);

/** −Σ p log(softmax(logits) + add); rows with Σ p <= 0.5 count for nothing. `add` is 0, or 1e-6 as
 * X-Mixup's tagging has it. */
double iso_loss_soft(float *grad, const float *logits, const float *p, int64_t n, int64_t classes,
                     double add, double by);

/** How many rows count. */
int64_t iso_loss_hard_rows(const int32_t *label, int64_t n);
int64_t iso_loss_soft_rows(const float *p, int64_t n, int64_t classes);

/** (1 / cols) Σ (a − b)² of each row. */
double iso_loss_mse(float *grad_a, float *grad_b, const float *a, const float *b, int64_t n,
                    int64_t cols, double by);

/**
 * KL(p ‖ q) = Σ p log(p / q), p and q the softmax of each side's logits, both clipped to [1e-7, 1];
 * both sides have a gradient, none where they are clipped.
 */
double iso_loss_kl(float *grad_p, float *grad_q, const float *logits_p, const float *logits_q,
                   int64_t n, int64_t classes, double by);

/**
 * Spans: logits has two columns a token, beginning and end; sentence b is rows [offsets[b],
 * offsets[b + 1]). Half the sum of −log softmax over the sentence's rows at its first and at its
 * last row, both counted from the sentence's first; sentences with first −1 count for nothing.
 */
double iso_loss_span(float *grad, const float *logits, const int64_t *offsets, const int32_t *first,
                     const int32_t *last, int64_t B, double by);

ISO_END

#endif
