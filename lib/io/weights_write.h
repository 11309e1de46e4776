/* Tensors by name as a safetensors file. */
#ifndef ISO_IO_WEIGHTS_WRITE_H
#define ISO_IO_WEIGHTS_WRITE_H

#include "lib/base/run.h"
#include "lib/io/weights.h"

ISO_BEGIN

typedef struct iso_weight_out {
    const char *name;
    const float *data; /* packed */
    int rank;          /* at most ISO_WEIGHT_RANK */
    int64_t shape[ISO_WEIGHT_RANK];
} iso_weight_out;

/**
 * Writes `path` whole or not at all: F32, in the order of their names, whatever that of the list;
 * __metadata__ says "format": "pt", which transformers asks for. The numbers begin at a multiple of
 * 8 bytes. lib/io/weights reads it back, and Python's safetensors.
 *
 * Progress is reported as "weights", bytes.
 * Errors  ISO_EARG (a name twice, empty, __metadata__ or not UTF-8; a negative length; a rank too
 * high), ISO_EIO (what was there is unharmed), ISO_ECANCEL, ISO_ENOMEM, ISO_EUNSUP (a big-endian
 * machine).
 */
ISO_MUST_USE iso_err iso_weights_write(const char *path, const iso_weight_out *list, int64_t count,
                                       const iso_run *run);

ISO_END

#endif
