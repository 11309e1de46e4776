/* A file written whole or not at all. */
#ifndef ISO_IO_OUTFILE_H
#define ISO_IO_OUTFILE_H

#include <stdint.h>

#include "lib/base/err.h"
#include "lib/base/str.h"

ISO_BEGIN

typedef struct iso_outfile iso_outfile;

/**
 * Begins to write `path`: bytes go to a temporary file beside it, which takes its place on commit
 * and is deleted on discard. A link is followed; a target that is no regular file (/dev/null) is
 * written directly. Errors  ISO_EIO (with the system's reason), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_outfile_open(iso_outfile **out, const char *path);

/**
 * The same for a file that takes long: bytes go to `path` (behind links) + `suffix`, which may be
 * there from an earlier time and is opened as it is. Errors  as iso_outfile_open; ISO_EIO (the
 * target, or what has the suffix, is no regular file).
 */
ISO_MUST_USE iso_err iso_outfile_open_part(iso_outfile **out, const char *path, const char *suffix);

/** That name, yours to iso_free. Errors  ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_outfile_part_name(char **out, const char *path, const char *suffix);

/** From now on what was written stays, whatever fails, under the name it has until commit. */
void iso_outfile_keep(iso_outfile *f);

/** What was written so far, and its name, reach the disk. Errors  ISO_EIO. */
ISO_MUST_USE iso_err iso_outfile_sync(iso_outfile *f);

/** Appends bytes; or writes them at a place, leaving the end where it is. */
ISO_MUST_USE iso_err iso_outfile_write(iso_outfile *f, const void *data, int64_t count);
ISO_MUST_USE iso_err iso_outfile_write_at(iso_outfile *f, int64_t offset, const void *data,
                                          int64_t count);

/** Where the bytes go until commit, for those who need a path. */
const char *iso_outfile_temporary(const iso_outfile *f);

/** Flushes, renames and frees; on failure nothing stays behind that is not kept, and what was there
 * before is unharmed. */
ISO_MUST_USE iso_err iso_outfile_commit(iso_outfile *f);

/** Deletes what was written and is not kept, and frees; NULL is fine. */
void iso_outfile_discard(iso_outfile *f);

/** A text as a file of its own; "-" is standard output. Errors  as iso_outfile_open and
 * iso_outfile_write. */
ISO_MUST_USE iso_err iso_outfile_save(const char *path, const iso_buf *text);

ISO_END

#endif
