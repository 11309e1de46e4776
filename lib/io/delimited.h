/* Tables in text: lines of fields between commas or tabs (RFC 4180). */
#ifndef ISO_IO_DELIMITED_H
#define ISO_IO_DELIMITED_H

#include "lib/base/str.h"

ISO_BEGIN

enum { ISO_DELIMITED_FIELDS = 512 };

/** Where the reading stands, and the line at hand. {0} is none. */
typedef struct iso_delimited {
    const char *at, *end;
    char separator;
    bool quotes;    /* fields may be quoted */
    bool comments;  /* lines that begin with # are ignored */
    int64_t number; /* of the line at hand, from 1 */
    int64_t next;   /* of the line that comes */
    int count;      /* fields */
    iso_buf text;
    int64_t start[ISO_DELIMITED_FIELDS];
} iso_delimited;

/**
 * Begins to read bytes[0..len), borrowed. Tabs separate when the first line has tabs and no comma,
 * semicolons when it has those and neither, else commas; but for tabs, fields may be quoted; a
 * UTF-8 byte-order mark is ignored. Errors  ISO_EFORMAT (not UTF-8, a NUL).
 */
ISO_MUST_USE iso_err iso_delimited_begin(iso_delimited *out, const char *bytes, int64_t len,
                                         bool comments);

/** Reads the next line that is not empty; *more is false when there is none. Lines end in LF or
 * CRLF. Errors  ISO_EFORMAT (a quote that is not closed, more than 512 fields), ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_delimited_next(bool *more, iso_delimited *d);

/** Field i of the line at hand, unquoted; lives until the next line. */
const char *iso_delimited_field(const iso_delimited *d, int i);

void iso_delimited_free(iso_delimited *d);

/** Whether a quoted field stands open at the end of a line of len bytes, without its end; `open`
 * says whether one did at its beginning. */
bool iso_delimited_opens(const char *line, int64_t len, char separator, bool open);

ISO_END

#endif
