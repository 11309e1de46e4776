/* A file read once from front to back: lines, or pieces of any length. */
#ifndef ISO_IO_FEED_H
#define ISO_IO_FEED_H

#include "lib/base/run.h"
#include "lib/io/file.h"

ISO_BEGIN

/** Bytes [at, stop) are read and not taken yet; a NUL stands at `stop`. */
typedef struct iso_feed {
    const iso_file *file;
    char *bytes, *at, *stop;
    int64_t room, offset; /* bytes of the buffer; where in the file `stop` is */
    int64_t line;         /* number of the latest line, from 1 */
    const iso_run *run;   /* asked whether to go on whenever bytes are read; may be NULL */
} iso_feed;

/** The longest line that is taken for one. */
enum { ISO_FEED_LINE = 1 << 26 };

/** Begins at a byte of the file, which is borrowed, as is `run`. Errors  ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_feed_open(iso_feed *out, const iso_file *file, int64_t offset,
                                   const iso_run *run);
void iso_feed_close(iso_feed *feed);

/** Has `want` bytes at `at`, fewer only where the file ends.
 * Errors  ISO_EIO, ISO_ENOMEM, ISO_ECANCEL. */
ISO_MUST_USE iso_err iso_feed_want(iso_feed *feed, int64_t want);

/**
 * The next line, without its end; *text is NULL after the last one. What follows it in memory is
 * \n or NUL, and it stays until the next call. Bytes are as they stand: encodings are the caller's.
 * Errors  ISO_EIO, ISO_EFORMAT (a line beyond ISO_FEED_LINE), ISO_ENOMEM, ISO_ECANCEL.
 */
ISO_MUST_USE iso_err iso_feed_line(const char **text, int64_t *len, iso_feed *feed);

/** At the beginning of a text: passes over a UTF-8 byte-order mark, refuses what is no text
 * (lib/io/foreign.h). Errors  as iso_feed_want; ISO_EFORMAT. */
ISO_MUST_USE iso_err iso_feed_mark(iso_feed *feed);

/** At least how many lines a file has: its line ends, and one. Errors  ISO_EIO, ISO_ENOMEM,
 * ISO_ECANCEL. */
ISO_MUST_USE iso_err iso_feed_count(int64_t *out, const iso_file *file, const iso_run *run);

/** Where in the file `at` is. */
int64_t iso_feed_tell(const iso_feed *feed);

ISO_END

#endif
