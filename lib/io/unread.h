/* Files and folders that no reader of states takes, by the name their users call them. */
#ifndef ISO_IO_UNREAD_H
#define ISO_IO_UNREAD_H

#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

/**
 * Fails because a file is in no format that is read: says which one it seems to be, by its first
 * `len` bytes, and the way out, which for tables of columns is the command that makes npz of them.
 * Always ISO_EFORMAT; the message begins with `path`.
 */
iso_err iso_unread_file(const char *path, const unsigned char *bytes, int64_t len);

/** The same of a zarr array in a folder, for what it is packed by ("zstd"). Always ISO_EFORMAT. */
iso_err iso_unread_zarr(const char *path, const char *packed);

/** The same of a folder: `datasets`, a checkpoint, or any other. Always ISO_EFORMAT. */
iso_err iso_unread_folder(const char *path);

ISO_END

#endif
