/* A file as memory, for as long as it is as long as it was.
 *
 * Who cuts a mapped file takes pages away, and touching one of them ends the program (SIGBUS). The
 * library installs no handler. A program may, and pass the address on to iso_mapped_mend: what is
 * gone then reads as zeros, and the next iso_mapped_whole is an error. */
#ifndef ISO_IO_MAPPED_H
#define ISO_IO_MAPPED_H

#include <stdbool.h>

#include "lib/io/file.h"

ISO_BEGIN

typedef struct iso_mapped iso_mapped;

/** Maps all of an open file to be read; the file may be closed. Errors  ISO_EIO, ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_mapped_open(iso_mapped **out, const iso_file *file);
void iso_mapped_close(iso_mapped *m);

const void *iso_mapped_bytes(const iso_mapped *m);

/** That what was read so far was the file's: it was not cut, no page was lost. Cost  an fstat.
 * Errors  ISO_EIO (the path, both sizes). */
ISO_MUST_USE iso_err iso_mapped_whole(const iso_mapped *m);

/** For a handler of SIGBUS: whether `address` (si_addr) lies in a mapped file; then it and all
 * that follows reads as zeros from now on. Safe in a signal handler, on any thread. */
bool iso_mapped_mend(const void *address);

ISO_END

#endif
