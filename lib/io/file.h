/* A regular file open for reading at any place, and rows that lie in it as plain numbers. */
#ifndef ISO_IO_FILE_H
#define ISO_IO_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/linalg/rows.h"

ISO_BEGIN

typedef struct iso_file {
    char *path;
    int64_t size; /* bytes, at least 1 */
    int fd;
    bool folder; /* not open: its reader opens what is in it */
} iso_file;

/**
 * Opens a file. Errors  ISO_EIO (missing, a directory, a pipe, not readable), ISO_EFORMAT (empty, a
 * pointer of Git LFS or git-annex); the message begins with the path.
 */
ISO_MUST_USE iso_err iso_file_open(iso_file **out, const char *path);
void iso_file_close(iso_file *file);

/** A folder in the place of a file; no byte of it is read. Errors  ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_file_folder(iso_file **out, const char *path);

/** For who reads it whole: that it has no more than `most` bytes. Errors  ISO_EFORMAT. */
ISO_MUST_USE iso_err iso_file_fits(const iso_file *file, int64_t most);

/** Exactly `count` bytes from `offset` on. Errors  ISO_EIO, ISO_EFORMAT (the file ends before). */
ISO_MUST_USE iso_err iso_file_read(const iso_file *file, int64_t offset, void *to, int64_t count);

/**
 * A source over rows × cols packed little-endian numbers from byte `offset` on, read with pread
 * into a reused buffer and handed on in their own type. The file is borrowed and must outlive it.
 *
 * Errors  ISO_EARG (negative shape), ISO_EFORMAT (the file ends before the matrix does),
 * ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_rows_of_file(iso_rows **out, const iso_file *file, int64_t offset,
                                      int64_t rows, int64_t cols, iso_dtype dtype);

/** Turns numbers of a file (little-endian) into ours, or back; nothing to do on most machines. */
void iso_file_order(void *data, int64_t count, iso_dtype dtype);

ISO_END

#endif
