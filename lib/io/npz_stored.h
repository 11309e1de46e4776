/* Where a member of a zip archive that is stored as it is begins, so that it can be read in place.
 */
#ifndef ISO_IO_NPZ_STORED_H
#define ISO_IO_NPZ_STORED_H

#include <stdint.h>

#include "lib/io/file.h"

ISO_BEGIN

/** The members of an archive in the order of its directory: byte offsets, -1 where not stored. */
typedef struct iso_stored {
    int64_t *offset;
    int64_t count;
} iso_stored;

/**
 * Reads the directory. Members that are compressed, encrypted or not where the directory says
 * have offset -1; an archive that is not understood has no members.
 * Errors  ISO_EIO, ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_stored_find(iso_stored *out, const iso_file *file);
void iso_stored_free(iso_stored *s);

ISO_END

#endif
