/* The size of gradients, and what is done where they are too large. */
#ifndef ISO_TRAIN_CLIP_H
#define ISO_TRAIN_CLIP_H

#include "lib/train/optimizer.h"

ISO_BEGIN

typedef enum iso_clip_kind { ISO_CLIP_NONE, ISO_CLIP_NORM, ISO_CLIP_VALUE } iso_clip_kind;

typedef struct iso_clip {
    iso_clip_kind kind;
    double most; /* > 0: of the norm of all gradients, or of each number's size */
} iso_clip;

/**
 * √Σ g² over the gradients of all tensors; sums in double, the same bits for any number of threads.
 * Not finite when a gradient is not. Time: one reading of the gradients. Errors  ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_grads_norm(double *out, const iso_tensor *tensors, int64_t count);

/** How to use gradients of that norm; as PyTorch does it, min(1, most / (norm + 1e-6)). */
iso_grad_use iso_clip_use(const iso_clip *c, double norm);

ISO_END

#endif
