/* Numbers as ggml packs them: blocks of 32 or 256 with shared scales. */
#ifndef ISO_IO_GGUF_BLOCKS_H
#define ISO_IO_GGUF_BLOCKS_H

#include <stdint.h>

#include "lib/linalg/view.h"

ISO_BEGIN

/** Makes the numbers of one block of its packed bytes. */
typedef void iso_gguf_unpack(float *out, const unsigned char *block);

typedef struct iso_gguf_block {
    uint32_t type; /* as files number it */
    const char *name;
    int numbers, bytes;      /* of a block */
    iso_gguf_unpack *unpack; /* NULL: they are numbers as they lie, ... */
    iso_dtype dtype;         /* ... of this type */
} iso_gguf_block;

/** How numbers of a type are packed; NULL: not known here. */
const iso_gguf_block *iso_gguf_block_of(uint32_t type);

/**
 * `count` numbers, whole blocks, as f32, to the bit those of the Python package gguf. `how` is a
 * block that is unpacked.
 * Source  github.com/ggml-org/ggml, ggml-common.h (layouts of the blocks).
 */
void iso_gguf_dequantise(float *out, const iso_gguf_block *how, const unsigned char *packed,
                         int64_t count);

ISO_END

#endif
