/* 128-bit digests of bytes and files: to tell whether something is still the same. Not for secrets:
 * who wants to can make two files of one digest. */
#ifndef ISO_IO_DIGEST_H
#define ISO_IO_DIGEST_H

#include <stdint.h>

#include "lib/base/run.h"

ISO_BEGIN

enum {
    ISO_DIGEST_SIZE = 33,     /* 32 hexadecimal digits and a NUL */
    ISO_DIGEST_LEAF = 1 << 24 /* bytes of a file that one thread reads */
};

/** XXH3 of 128 bits, as `xxh128sum` prints it: two different inputs agree once in 2^64 pairs. */
typedef struct iso_digest iso_digest;

/** Errors  ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_digest_new(iso_digest **out);
void iso_digest_free(iso_digest *d);

void iso_digest_add(iso_digest *d, const void *data, int64_t bytes);

/** A text with its length, or that there is none, so that neighbours never run together. */
void iso_digest_add_text(iso_digest *d, const char *text);

/** Writes the digest of all that was added; more may be added afterwards. */
void iso_digest_write(char out[ISO_DIGEST_SIZE], const iso_digest *d);

/**
 * The digest of a regular file's bytes; of a file of several leaves that of their digests as text,
 * one after another, so that all threads can read it: 7 GB/s on two. Progress is reported as
 * `what`, "bytes", *done of total, and *done grows by the file's size.
 *
 * Errors  ISO_EIO, ISO_EFORMAT (empty), ISO_ECANCEL, ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_digest_file(char out[ISO_DIGEST_SIZE], const char *path,
                                     const iso_run *run, const char *what, int64_t *done,
                                     int64_t total);

ISO_END

#endif
