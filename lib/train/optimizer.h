/* Adam and AdamW over a list of tensors. */
#ifndef ISO_TRAIN_OPTIMIZER_H
#define ISO_TRAIN_OPTIMIZER_H

#include <stdbool.h>

#include "lib/nn/tensor.h"

ISO_BEGIN

/** Zero fields stand for the values in brackets. */
typedef struct iso_optimizer_opt {
    bool adam; /* the decay is a part of the gradient (Adam); else apart from it (AdamW) */
    double beta1, beta2; /* [0.9, 0.999] */
    double eps;          /* [1e-8] */
} iso_optimizer_opt;

/** A tensor's own: its rate is the step's times `rate`. */
typedef struct iso_optimizer_group {
    double rate, decay;
} iso_optimizer_group;

/** Weight decay as usual: `decay` on matrices and tables, none on vectors and scalars. */
iso_optimizer_group iso_optimizer_usual(const iso_tensor *t, double rate, double decay);

/** How gradients are used: min(max(scale · g, −most), most). See lib/train/clip.h. */
typedef struct iso_grad_use {
    float scale, most; /* {1, INFINITY}: as they are */
} iso_grad_use;

typedef struct iso_optimizer iso_optimizer;

/**
 * With g the gradient of step t, λ the decay:
 *
 *     AdamW   p = p − lr λ p          Adam   g = g + λ p
 *     m = β₁ m + (1 − β₁) g,  v = β₂ v + (1 − β₂) g²
 *     p = p − lr / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + eps)
 *
 * as PyTorch computes it. What is less than 1e-37 in m and v counts as 0.
 *
 * Rows of a table with `touched` are computed when they are needed: a row that no batch touched for
 * some steps makes up for these steps one by one, with the rates they had, so that its bits are
 * those of a table with a gradient for every row. Such a row is behind until then:
 * iso_optimizer_rows before a forward pass reads it, iso_optimizer_settle before all are read.
 *
 * Tensors without gradient (frozen) are left alone and take no memory. The list is copied; names,
 * values and gradients are borrowed and must stay where they are. groups[i] belongs to tensors[i].
 *
 * Memory  two floats a parameter, 4 bytes a row of such tables, 24 bytes a step since they were
 *         settled. Time  of the memory: 8 floats a parameter pass through it, 7 with keep_grads.
 * Threads of OpenMP; the bits do not depend on how many.
 * Errors  ISO_EARG (a table of 2^31 rows; betas, eps, rates out of range), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_optimizer_new(iso_optimizer **out, const iso_tensor *tensors,
                                       int64_t count, const iso_optimizer_group *groups,
                                       const iso_optimizer_opt *opt);
void iso_optimizer_free(iso_optimizer *o);

/** Bytes that iso_optimizer_new would take, steps aside. */
int64_t iso_optimizer_bytes(const iso_tensor *tensors, int64_t count);

/** Brings rows of tensor `tensor`, in any order, to the last step; nothing for other tensors. */
void iso_optimizer_rows(iso_optimizer *o, int64_t tensor, const int64_t *rows, int64_t n);

/** Brings all rows of all tables to the last step. */
void iso_optimizer_settle(iso_optimizer *o);

/**
 * One step at the rate `lr` (times each tensor's). Gradients are 0 afterwards, and no row is
 * touched, unless `keep_grads`. Gradients that are not finite make weights that are not: look at
 * iso_grads_norm (lib/train/clip.h) first. Errors  ISO_ENOMEM (nothing was changed).
 */
ISO_MUST_USE iso_err iso_optimizer_step(iso_optimizer *o, double lr, iso_grad_use use,
                                        bool keep_grads);

/** Steps made. */
int64_t iso_optimizer_steps(const iso_optimizer *o);

/** For saving and resuming: a tensor's m (0) or v (1), rows × cols; NULL where it is frozen. Settle
 * before reading. */
float *iso_optimizer_moment(iso_optimizer *o, int64_t tensor, int which);

/** Values and moments are now those after `steps` steps. */
void iso_optimizer_resume(iso_optimizer *o, int64_t steps);

ISO_END

#endif
