/* Bytes that come one after another, from a file, a pipe, a device: as many as are granted, and
 * never without an ear for who wants to stop. */
#ifndef ISO_IO_STREAM_H
#define ISO_IO_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/run.h"
#include "lib/base/str.h"

ISO_BEGIN

typedef struct iso_stream {
    const char *path; /* borrowed; what messages call it */
    int fd;
    bool ours;          /* closed with the stream */
    int64_t at, most;   /* bytes read; bytes that may be */
    const iso_run *run; /* borrowed, may be NULL */
} iso_stream;

/**
 * Opens a file, of which at most `most` bytes will be read. A pipe that nobody writes to yet is no
 * reason to hang: reading it waits. Errors  ISO_EIO (missing, a directory, not readable).
 */
ISO_MUST_USE iso_err iso_stream_open(iso_stream *out, const char *path, int64_t most,
                                     const iso_run *run);

/** The same of a descriptor that stays the caller's, such as standard input. */
void iso_stream_of(iso_stream *out, int fd, const char *path, int64_t most, const iso_run *run);
void iso_stream_close(iso_stream *s);

/**
 * Reads up to `room` bytes, as soon as some are there; *count 0 is the end. While it waits, it asks
 * the run ten times a second whether to go on.
 * Errors  ISO_EIO, ISO_ECANCEL, ISO_EFORMAT (more bytes than are granted).
 */
ISO_MUST_USE iso_err iso_stream_read(int64_t *count, iso_stream *s, void *to, int64_t room);

/** Adds all bytes of a stream to `out`. Errors  as iso_stream_read; ISO_EFORMAT (none), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_stream_all(iso_buf *out, iso_stream *s);

/**
 * Adds all bytes of a stream of text to `out`. Errors  as iso_stream_read; ISO_EFORMAT also for
 * what is no text: empty, packed (lib/io/foreign.h), with a zero byte; ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_stream_text(iso_buf *out, iso_stream *s);

ISO_END

#endif
