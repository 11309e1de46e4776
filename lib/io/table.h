/* Records for people and for pipes: an aligned table, or tab-separated values. */
#ifndef ISO_IO_TABLE_H
#define ISO_IO_TABLE_H

#include "lib/base/str.h"
#include "lib/io/record.h"

ISO_BEGIN

/**
 * Adds an aligned table: first a line telling what all records share ("cka debiased · n 240 ·
 * pool mean"), then the columns that differ, four decimals, intervals as lo..hi. A baseline stands
 * in a column of its own beside what is held against it, not in a row. Control characters in texts
 * are shown as U+FFFD, so that a name cannot steer the terminal.
 */
ISO_MUST_USE iso_err iso_table_aligned(iso_buf *out, const iso_records *records);

/**
 * Adds a header and one line a record with every column that any record has, numbers in full;
 * tabs and other control characters in texts become blanks. iso_csv_read reads it back.
 */
ISO_MUST_USE iso_err iso_table_tsv(iso_buf *out, const iso_records *records);

ISO_END

#endif
