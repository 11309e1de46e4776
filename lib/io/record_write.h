/* Records as text: comma-separated values, and JSON with a header that says how they came to be.
 * Threads: any number may call at once, one at a time on the same buffer. */
#ifndef ISO_IO_RECORD_WRITE_H
#define ISO_IO_RECORD_WRITE_H

#include "lib/base/str.h"
#include "lib/io/record.h"
#include "lib/io/states.h"

ISO_BEGIN

/**
 * Adds records as comma-separated values (RFC 4180): a header, every column in the order of
 * docs/records.md, and one line a record; empty means absent. Lines end with LF. Texts with commas,
 * quotes or line ends are quoted. Errors  ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_csv_write(iso_buf *out, const iso_records *records);

/** A name and what it is, for the header. */
typedef struct iso_fact {
    const char *name, *text;
} iso_fact;

/** How records came to be: the header of their file. All zero = unknown. */
typedef struct iso_origin {
    const char *version;
    const char *const *command; /* the words typed */
    int command_count;
    const iso_states_file *inputs;
    int input_count;
    const iso_fact *machine;
    int machine_count;
} iso_origin;

/** Adds {"isogloss", "command", "inputs", "machine" and leaves the object open. Errors ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_json_origin(iso_buf *out, const iso_origin *origin);

/**
 * Adds {"isogloss", "command", "inputs", "machine", "records"}, one record a line. Absent fields
 * are left out; an undefined value is null beside its `why`. Errors  ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_json_write(iso_buf *out, const iso_records *records,
                                            const iso_origin *origin);

ISO_END

#endif
