/* Names of arrays as hooks on a model give them: of transformers' modules, nnsight,
 * TransformerLens.
 */
#ifndef ISO_IO_HOOK_NAME_H
#define ISO_IO_HOOK_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/api.h"

ISO_BEGIN

/** What a name says as that of a hook. */
typedef struct iso_hook {
    bool is;
    int layer;    /* -1: nothing that lies between two layers (attention, a final norm) */
    int64_t rest; /* bytes of the name that stand before the hook, without a separator */
} iso_hook;

/**
 * Reads the names of one file together. What block N puts out is layer N + 1, what it takes in is
 * layer N, what the embeddings put out is layer 0:
 *
 *     encoder.layer.N.output, bert.encoder.layer.N, model.layers.N.output[0], transformer.h.N
 *     blocks.N.hook_resid_post; blocks.N.hook_resid_pre, where the file has no hook_resid_post
 *     embeddings.output, model.embed_tokens, hook_embed (where no hook_resid_pre of block 0 is)
 *
 * Anything else of a block, and hooks of final norms, are no layers. A language may stand before:
 * "en/encoder.layer.3.output". A list of layers alone, "layers.3", "h.3", is no hook.
 */
void iso_hook_names(iso_hook *out, const char *const *names, int count);

/** How names of hooks were read, and that `aside` others are left out, of which `first` is one. */
void iso_hook_tell(char *out, size_t room, int64_t aside, const char *first);

/** One name alone: whether it is a hook that lies between no layers, whatever else is there. */
bool iso_hook_aside(const char *name);

ISO_END

#endif
