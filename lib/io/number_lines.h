/* The lines of a table of numbers: fields between commas, semicolons, tabs or blanks. */
#ifndef ISO_IO_NUMBER_LINES_H
#define ISO_IO_NUMBER_LINES_H

#include <stdbool.h>

#include "lib/base/str.h"
#include "lib/io/feed.h"

ISO_BEGIN

/** A field; no number goes on behind its end, where a separator, a quote, a line end or NUL stands.
 */
typedef struct iso_cell {
    const char *at;
    int64_t len;
} iso_cell;

/** Where the reading stands, and the line at hand. {0} is none. */
typedef struct iso_number_lines {
    iso_feed feed;
    char separator; /* ' ': any blanks */
    bool begun;     /* the first line was seen; comments stand before it alone */
    int64_t number; /* of the line at hand, from 1 */
    int64_t count, room;
    iso_cell *cells;
    iso_buf text; /* of a line with quotes */
} iso_number_lines;

/** Begins to read a file whose fields `separator` separates. Errors  as iso_feed_open,
 * iso_feed_mark. */
ISO_MUST_USE iso_err iso_number_lines_open(iso_number_lines *out, const iso_file *file,
                                           char separator, const iso_run *run);
void iso_number_lines_close(iso_number_lines *t);

/**
 * The next line that is not blank, cut into cells, which live until the call after; *more is false
 * when there is none. Lines that begin with # are passed over at the beginning. A quoted field may
 * hold separators and, except between tabs and blanks, line ends. Errors  as iso_feed_line;
 * ISO_EFORMAT (a quote that is not closed).
 */
ISO_MUST_USE iso_err iso_number_lines_next(bool *more, iso_number_lines *t);

/** Whether a cell is a number and nothing else. */
bool iso_cell_number(float *out, const iso_cell *cell);

/** Whether it begins a list, "[0.1, 0.2]". */
bool iso_cell_is_list(const iso_cell *cell);

/**
 * The numbers of a list, up to `room` of them, between commas or blanks; *count is how many there
 * are. Returns NULL, or what is wrong with it, a phrase.
 */
const char *iso_list_numbers(int64_t *count, float *out, int64_t room, const iso_cell *cell);

ISO_END

#endif
