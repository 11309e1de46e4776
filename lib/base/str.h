/* Strings: a growing buffer, copies, numbers from text, the nearest known name.
 * Threads: any number may call at once, one at a time on the same buffer. */
#ifndef ISO_BASE_STR_H
#define ISO_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

/** A growing text; {0} is empty. `text` is NUL-terminated once anything was added. */
typedef struct iso_buf {
    char *text;
    int64_t len, room;
} iso_buf;

ISO_API ISO_MUST_USE iso_err iso_buf_add(iso_buf *buf, const char *text, int64_t len);
ISO_API ISO_MUST_USE iso_err iso_buf_puts(iso_buf *buf, const char *text);
ISO_API ISO_MUST_USE iso_err iso_buf_printf(iso_buf *buf, const char *format, ...) ISO_PRINTF(2, 3);
ISO_API void iso_buf_free(iso_buf *buf);

/**
 * Adds text[0..len) (-1: up to the NUL) fit for a terminal: every byte that is not UTF-8 and every
 * code point that is not drawn (iso_utf8_drawn) becomes `instead`.
 */
ISO_API ISO_MUST_USE iso_err iso_buf_add_drawn(iso_buf *buf, const char *text, int64_t len,
                                               const char *instead);

/** A word as a shell reads it back: bare when harmless, else in single quotes. */
ISO_API ISO_MUST_USE iso_err iso_buf_word(iso_buf *buf, const char *word);

/** "en, de, fr and 7 more": the first `most` names of a list. */
ISO_API ISO_MUST_USE iso_err iso_buf_names(iso_buf *buf, const char *const *names, int count,
                                           int most);

/** Whether two texts are equal; NULL equals NULL alone. */
ISO_API bool iso_str_same(const char *a, const char *b);

/** A copy of `len` bytes of `text` (-1: up to the NUL), NUL-terminated; free with iso_free. */
ISO_API ISO_MUST_USE iso_err iso_str_dup(char **out, const char *text, int64_t len);

/** The whole of `text` as a number in the C locale; false if it is not one. Locale-independent. */
ISO_API bool iso_str_int(int64_t *out, const char *text);
ISO_API bool iso_str_double(double *out, const char *text);

/** "512M", "2G", "1.5GiB", "1000000" as bytes; false if it is not a size or not positive. */
ISO_API bool iso_str_size(int64_t *out, const char *text);

/** "90s", "2m", "1.5h" in seconds, "none" as INFINITY; false if it is no time with its unit or not
 * positive. */
ISO_API bool iso_str_time(double *out, const char *text);

/**
 * Copies the first word of a comma-separated list, what does not fit into `room` bytes cut off;
 * returns what follows its comma, or NULL after the last word.
 */
ISO_API const char *iso_str_word(char *word, size_t room, const char *list);

/** The name in `names` closest to `name` (edit distance at most a third of its length), or NULL. */
ISO_API const char *iso_str_nearest(const char *name, const char *const *names, int count);

ISO_END

#endif
