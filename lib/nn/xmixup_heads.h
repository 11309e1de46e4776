/* Files that say λ's three numbers for each layer. */
#ifndef ISO_NN_XMIXUP_HEADS_H
#define ISO_NN_XMIXUP_HEADS_H

#include "lib/nn/xmixup.h"

ISO_BEGIN

/**
 * heads[k - 1], k = 1 ... L, is that of transformer layer k. Recognised by content:
 *
 *     JSON         {"lambda0": 0.5, "layers": {"3": {"W": 1.0, "b": 0.0}}}
 *     safetensors  scalars mixup.<layer>.W and mixup.<layer>.b, of shape [] or [1], of any float
 *                  type; tensors of other names than mixup.… are ignored
 *
 * What is not said is as in iso_mix_head_default; lambda0 holds for all layers.
 *
 * Errors  ISO_EIO, ISO_EFORMAT (neither of the two; a layer that is no number or not in 1 ... L, or
 *         is there twice; a number that is none or not finite; lambda0 outside (0, 1]; unknown
 * names; another type or shape; nothing said at all), ISO_ENOMEM; messages begin with the path.
 */
ISO_MUST_USE iso_err iso_mix_heads_read(iso_mix_head *heads, int L, const char *path);

ISO_END

#endif
