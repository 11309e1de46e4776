/* The number type that a model's products are computed in. */
#ifndef ISO_ENCODE_MODEL_COMPUTE_H
#define ISO_ENCODE_MODEL_COMPUTE_H

#include "lib/base/run.h"
#include "lib/linalg/compute.h"
#include "lib/nn/config.h"

/**
 * What `asked` means for a model of this shape on this machine: itself, or, of
 * ISO_COMPUTE_FASTEST, f32 or bf16, whichever is faster; never int8, which changes states most. For
 * all but f32 rates are measured: a choice is noted, and so is a number type that is slower than
 * f32. Errors  ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_model_compute(iso_compute *out, iso_compute asked, const iso_nn_config *c,
                                       const iso_run *run);

#endif
