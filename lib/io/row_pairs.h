/* Which rows of two files belong together. */
#ifndef ISO_IO_ROW_PAIRS_H
#define ISO_IO_ROW_PAIRS_H

#include <stdint.h>

#include "lib/base/run.h"

ISO_BEGIN

typedef struct iso_row_pairs {
    int64_t count;
    int64_t *source, *target; /* rows, counting from 0 */
} iso_row_pairs;

/**
 * Reads lines of two row numbers from 0, blanks between them; empty lines count for nothing. There
 * are n rows of the source and m of the target. `run` may be NULL.
 * Errors  ISO_EIO, ISO_EFORMAT (not two numbers, no pair; the message names the line; more bytes
 * than the memory budget), ISO_EARG (a row that is not there), ISO_ENOMEM, ISO_ECANCEL.
 */
ISO_MUST_USE iso_err iso_row_pairs_read(iso_row_pairs *out, const char *path, int64_t n, int64_t m,
                                        const iso_run *run);
void iso_row_pairs_free(iso_row_pairs *p);

ISO_END

#endif
