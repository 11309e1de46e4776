/* Records of earlier runs from files: JSON and CSV, told apart by what they hold. */
#ifndef ISO_IO_RECORD_READ_H
#define ISO_IO_RECORD_READ_H

#include <stdbool.h>

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

ISO_END

#endif
