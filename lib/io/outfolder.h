/* A folder written whole or not at all, and exchanged in one step with the one it replaces. */
#ifndef ISO_IO_OUTFOLDER_H
#define ISO_IO_OUTFOLDER_H

#include <stdbool.h>

#include "lib/base/err.h"

ISO_BEGIN

typedef struct iso_outfolder iso_outfolder;

/**
 * Begins a folder that takes the place of `path` on commit; until then its files go to a folder
 * beside it. What may be there: nothing, an empty folder, or one that was made here before and
 * holds nothing else (a list of its files lies in it, `.isogloss`). With `force` other files may be
 * there too: they stay, unless a new one has their name. `what` ("report") is what messages call it.
 *
 * Errors  ISO_EARG (a file is there; another folder, or files of others: names one), ISO_EIO,
 *         ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_outfolder_open(iso_outfolder **out, const char *path, const char *what,
                                        bool force);

/** Where files go until commit. */
const char *iso_outfolder_work(const iso_outfolder *f);

/**
 * Puts the new folder in place and removes the old one's files: those that were made here before,
 * no others. At no time is `path` missing or half, where the file system can exchange two names.
 * Frees in any case. Errors  ISO_EIO (the old folder is as it was), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_outfolder_commit(iso_outfolder *f);

/** Deletes what was written, and frees; NULL is fine. */
void iso_outfolder_discard(iso_outfolder *f);

ISO_END

#endif
