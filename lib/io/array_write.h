/* Matrices as an .npz or .safetensors file: laid out first, then rows in order, whole or not at
 * all.
 */
#ifndef ISO_IO_ARRAY_WRITE_H
#define ISO_IO_ARRAY_WRITE_H

#include "lib/io/states.h"

ISO_BEGIN

typedef struct iso_array_out iso_array_out;

/** Begins `path`: .npz, its members stored, or with `tensors` safetensors. Of `about` the latter
 * has model, pooling and source. Errors  ISO_EIO, ISO_EUNSUP (a big-endian machine), ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_array_out_new(iso_array_out **out, const char *path, bool tensors,
                                       const iso_states_info *about);

/** Announces the next matrix, before any rows. Errors  ISO_EARG (bf16 in npz), ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_array_out_add(iso_array_out *a, const char *name, int64_t rows,
                                       int64_t cols, iso_dtype dtype);

/** Writes the next rows of the matrices, which come in the order in which they were announced.
 * Errors  ISO_EIO, ISO_EARG (other rows than were announced). */
ISO_MUST_USE iso_err iso_array_out_put(iso_array_out *a, iso_view rows);

/** Finishes and puts the file in place; frees in any case. Errors  ISO_EIO, ISO_EARG (rows are
 * missing). */
ISO_MUST_USE iso_err iso_array_out_commit(iso_array_out *a);

/** Deletes what was written, and frees; NULL is fine. */
void iso_array_out_discard(iso_array_out *a);

ISO_END

#endif
