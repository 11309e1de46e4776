/* Records of earlier runs from files or memory: JSON and CSV, distinguished by what they hold.
 * Threads: any number may call at once, one at a time on the same list. */
#ifndef ISO_IO_RECORD_READ_H
#define ISO_IO_RECORD_READ_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/run.h"
#include "lib/base/str.h"
#include "lib/io/record.h"

ISO_BEGIN

/**
 * Adds the records of a file to `out`; `command`, unless NULL, takes the line that made them (""
 * where the file does not say). "-" is standard input. On failure `out` may hold some of them.
 * Errors  ISO_EIO, ISO_EFORMAT, ISO_ECANCEL, ISO_ENOMEM; they name the file.
 */
ISO_API ISO_MUST_USE iso_err iso_records_read(iso_records *out, iso_buf *command, const char *path,
                                              const iso_run *run);

/** The same in two steps: all bytes of a file that is not empty, then their records. */
ISO_API ISO_MUST_USE iso_err iso_records_bytes(iso_buf *out, const char *path, const iso_run *run);
ISO_API ISO_MUST_USE iso_err iso_records_parse(iso_records *out, iso_buf *command,
                                               const iso_buf *text, const char *path);

/** Whether a text is JSON rather than a table. */
ISO_API bool iso_records_are_json(const iso_buf *text);

/**
 * Reads records from bytes[0..len): a header naming the columns, in any order, then lines of as
 * many fields; LF or CRLF; tabs in place of commas when the header has tabs and no comma (what a
 * command prints into a pipe). Unknown columns are ignored; `measure` must be there.
 * Sets *records, yours to free.
 * Errors  ISO_EFORMAT (the message tells the line), ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_csv_read(iso_records *records, const char *bytes, int64_t len);

/**
 * Reads what iso_json_write writes (or a bare array of records). Sets *records, yours to free;
 * `command`, unless NULL, takes the command as one line a shell would understand ("" when unknown),
 * iso_buf_free. Members that are no columns are ignored. Errors  ISO_EFORMAT (the message tells
 * record and column), ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_json_read(iso_records *records, iso_buf *command,
                                           const char *bytes, int64_t len);

ISO_END

#endif
