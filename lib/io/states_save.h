/* A collection as one file, in the native layout or one that other programs read. Threads: one at a
 * time on the same collection. */
#ifndef ISO_IO_STATES_SAVE_H
#define ISO_IO_STATES_SAVE_H

#include "lib/io/states.h"

ISO_BEGIN

typedef struct iso_save_opt {
    size_t size;
    const char
        *as; /* native, matrix, npz, safetensors; NULL: by the suffix of the path, else native */
    bool retype; /* numbers become `dtype`; else they keep their type (bf16 f32, except in
                  * safetensors) */
    iso_dtype dtype;
} iso_save_opt;

/** The fields a person chooses, `dtype` apart, which reading has too. */
extern ISO_API const iso_options iso_save_options;

/**
 * Writes all languages and layers to `path`, whole or not at all: native HDF5 with all that is
 * known of the items, or matrices alone: HDF5 /LANG/LAYER ("matrix"), npz LANG/LAYER, safetensors
 * LANG/LAYER. What the last three cannot hold (ids, texts, labels) is left out, with a note; token
 * rows are an error there. Errors  ISO_EARG (an unknown layout; token rows), ISO_EFORMAT (numbers
 * that are not finite, or beyond f16), ISO_EIO, ISO_ECANCEL, ISO_ENOMEM, and what reading gives.
 * Cost    one reading of everything; some 8 MiB of memory.
 */
ISO_API ISO_MUST_USE iso_err iso_states_save(iso_states *s, const char *path,
                                             const iso_save_opt *opt, const iso_run *run);

ISO_END

#endif
