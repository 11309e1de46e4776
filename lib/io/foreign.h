/* Files that are not what their name promises: pointers of Git LFS and git-annex, packed files. */
#ifndef ISO_IO_FOREIGN_H
#define ISO_IO_FOREIGN_H

#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

enum { ISO_FOREIGN_HEAD = 512 }; /* first bytes that are enough to look at */

/**
 * Refuses what stands in the place of a file whose content is elsewhere: a pointer of Git LFS or
 * of git-annex. `bytes` are the first of the file, at most ISO_FOREIGN_HEAD of them are looked at.
 * Errors  ISO_EFORMAT (path, what it is, the command that fetches the content).
 */
ISO_MUST_USE iso_err iso_foreign_pointer(const char *path, const char *bytes, int64_t len);

/**
 * Refuses, besides those, what is no plain text: packed by gzip, xz or zstd, HDF5, zip, UTF-16.
 * Errors  ISO_EFORMAT (path, what it is, the way out).
 */
ISO_MUST_USE iso_err iso_foreign_text(const char *path, const char *bytes, int64_t len);

/**
 * Fails because `path` could not be opened, for the reason `code` (errno): ISO_EIO. A link that
 * leads nowhere, as a hub's cache and git-annex leave them, is reported with where it leads.
 */
ISO_MUST_USE iso_err iso_foreign_missing(const char *path, int code);

ISO_END

#endif
