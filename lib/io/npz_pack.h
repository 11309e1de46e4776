/* Files packed into one zip archive, in memory. */
#ifndef ISO_IO_NPZ_PACK_H
#define ISO_IO_NPZ_PACK_H

#include "lib/base/str.h"

ISO_BEGIN

/** A file of an archive: its name there and its bytes, borrowed. */
typedef struct iso_packed_file {
    const char *name;
    const iso_buf *bytes;
} iso_packed_file;

/**
 * Adds to `out` a zip archive of the files, deflated, without times: the same files make the same
 * bytes. Names differ. Errors ISO_EIO (libzip refuses; the message says why), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_pack(iso_buf *out, const iso_packed_file *file, int count);

ISO_END

#endif
