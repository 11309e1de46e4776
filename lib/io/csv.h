/* Records as comma-separated values (RFC 4180): every column, in the order of docs/records.md. */
#ifndef ISO_IO_CSV_H
#define ISO_IO_CSV_H

#include <stdint.h>

#include "lib/base/str.h"
#include "lib/io/record.h"

ISO_BEGIN

/**
 * Adds a header and one line a record; empty means absent. Lines end with LF. Texts with commas,
 * quotes or line ends are quoted.
 */
ISO_API ISO_MUST_USE iso_err iso_csv_write(iso_buf *out, const iso_records *records);

/**
 * Reads records from bytes[0..len): a header naming the columns, in any order, then lines of as
 * many fields; LF or CRLF; tabs in place of commas when the header has tabs and no comma (what a
 * command prints into a pipe). Unknown columns are passed over; `measure` must be there.
 * Sets *records, yours to free.
 * Errors  ISO_EFORMAT (the message tells the line), ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_csv_read(iso_records *records, const char *bytes, int64_t len);

ISO_END

#endif
