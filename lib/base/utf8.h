/* UTF-8 from outside: is it well formed, how wide is it on a terminal. Needs no tables of Unicode.
 */
#ifndef ISO_BASE_UTF8_H
#define ISO_BASE_UTF8_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/api.h"

ISO_BEGIN

/**
 * Reads the code point at the start of text[0..len): its length in bytes (1 to 4), or 0 when the
 * bytes are not well-formed UTF-8 (overlong, surrogate, beyond U+10FFFF, cut short) or len is 0.
 */
int iso_utf8_next(uint32_t *point, const char *text, int64_t len);

/** The same, a byte that begins no character being one of its own: U+FFFD, length 1. 0 at the end.
 */
int iso_utf8_any(uint32_t *point, const char *text, int64_t len);

/** The same for the code point that ends text[0..len). */
int iso_utf8_last(uint32_t *point, const char *text, int64_t len);

/** Writes a code point up to U+10FFFF: its length. */
int iso_utf8_put(char out[4], uint32_t point);

/** Whether all of text[0..len) is well-formed; -1 for a NUL-terminated text. */
bool iso_utf8_valid(const char *text, int64_t len);

/**
 * Whether a terminal only draws the code point: true but for C0, DEL, C1 (which steer it), the
 * separators of lines and paragraphs (U+2028, U+2029) and the bidirectional controls (U+202A to
 * U+202E, U+2066 to U+2069), which show a text in another order than it has.
 */
bool iso_utf8_drawn(uint32_t point);

/** Columns a terminal gives to a code point: 0 combining, 2 East Asian wide, else 1. */
int iso_utf8_width(uint32_t point);

/** Columns a NUL-terminated text takes on a terminal. */
int iso_utf8_columns(const char *text);

ISO_END

#endif
