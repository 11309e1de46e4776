/* Members of a zip archive, read one at a time from front to back and checked on the way. */
#ifndef ISO_IO_NPZ_MEMBER_H
#define ISO_IO_NPZ_MEMBER_H

#include "lib/base/run.h"
#include "lib/io/array.h"

ISO_BEGIN

typedef struct iso_npz iso_npz;

/** Opens the archive that an open file is; the file and the run (or NULL) are borrowed. Errors
 * ISO_EIO, ISO_EFORMAT (no archive, cut short, more members than are counted), ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_npz_open(iso_npz **out, const iso_file *file, const iso_run *run);
void iso_npz_close(iso_npz *z);

/** How many members there are. */
int iso_npz_count(const iso_npz *z);

/** Name (borrowed, as long as the archive is open) and unpacked size of a member. Errors
 * ISO_EFORMAT. */
ISO_MUST_USE iso_err iso_npz_look(const char **name, int64_t *size, const iso_npz *z, int member);

/** The array called `name`, whose member is NAME.npy; -1 where there is none. */
int iso_npz_find(const iso_npz *z, const char *name);

/** Begins to read a member; the one begun before is left. Messages call it `name`, which is
 * borrowed. Errors  ISO_EFORMAT. */
ISO_MUST_USE iso_err iso_npz_begin(iso_npz *z, int member, const char *name);

/** Exactly `count` bytes; `to` has room for them. Errors  ISO_EFORMAT. */
ISO_MUST_USE iso_err iso_npz_read(iso_npz *z, void *to, int64_t count);

/** Reads over `count` bytes, a step of the run that is called `step`. Errors  ISO_EFORMAT,
 * ISO_ENOMEM, ISO_ECANCEL. */
ISO_MUST_USE iso_err iso_npz_skip(iso_npz *z, int64_t count, const char *step);

/** Reads a member through for its checksum; one whose checksum is 0 has none, as torch writes on
 * request, and is not read. Errors  ISO_EFORMAT, ISO_ENOMEM, ISO_ECANCEL. */
ISO_MUST_USE iso_err iso_npz_check(iso_npz *z, int member);

/** That the member ends here; only now its checksum was looked at. Errors  ISO_EFORMAT. */
ISO_MUST_USE iso_err iso_npz_end(iso_npz *z);
void iso_npz_stop(iso_npz *z);

/** Reads the header of .npy that a member begun just now has: its text, to be freed, and where the
 * array begins. `what` is for messages. Errors  ISO_EFORMAT, ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_npz_header(char **text, int64_t *len, int64_t *begin, iso_npz *z,
                                    const char *what);

ISO_END

#endif
