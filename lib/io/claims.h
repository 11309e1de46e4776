/* What a run reads and what it writes, compared before any work: no output replaces an input,
 * another output, or a file of another kind. */
#ifndef ISO_IO_CLAIMS_H
#define ISO_IO_CLAIMS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/io/kind.h"

ISO_BEGIN

/**
 * {0} is empty. Files are distinguished by device and inode, so that links, hard links and other
 * spellings are seen through; one that is not there yet by its folder and name. `what` is what a
 * message calls the one who reads or writes ("--json"), borrowed.
 */
typedef struct iso_claims {
    struct iso_claim *at;
    int64_t count, room;
} iso_claims;

/** A file that will be read, if it is there; "-" is standard input. Errors  ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_claims_read(iso_claims *c, const char *path, const char *what);

/** All files of a folder, not of those in it: with `checkpoint` those of a model
 * (lib/io/checkpoint.h). Errors  ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_claims_read_folder(iso_claims *c, const char *folder, bool checkpoint,
                                            const char *what);

/** A file that will be written; "-" is none. Errors  ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_claims_write(iso_claims *c, const char *path, iso_kind kind,
                                      const char *what);

/** Where a descriptor's bytes go, if that is a file. Errors  ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_claims_write_to(iso_claims *c, int fd, const char *what);

/**
 * Files of a folder whose names are known later: those that are `head`, a number, `tail`, and with
 * `any` whatever before. Errors  ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_claims_write_some(iso_claims *c, const char *folder, const char *head,
                                           const char *tail, bool any, iso_kind kind,
                                           const char *what);

/** All that lies in a folder, which will be replaced. Errors  ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_claims_write_folder(iso_claims *c, const char *folder, const char *what);

/**
 * Errors  ISO_EARG (an output is an input, or another output), ISO_EIO (a file of another kind is
 *         there and `force` is false; an output cannot be written), ISO_ENOMEM; nothing is changed.
 */
ISO_MUST_USE iso_err iso_claims_check(const iso_claims *c, bool force);

void iso_claims_free(iso_claims *c);

ISO_END

#endif
