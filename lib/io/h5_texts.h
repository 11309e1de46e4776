/* Lists of texts as files hold them, and what a text is. */
#ifndef ISO_IO_H5_TEXTS_H
#define ISO_IO_H5_TEXTS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/str.h"

ISO_BEGIN

/** Texts in one block, each NUL-terminated. */
typedef struct iso_h5_texts {
    const char **at;
    int64_t count;
    char *block;
} iso_h5_texts;

void iso_h5_texts_free(iso_h5_texts *texts);

/** `count` NUL-terminated texts one after the other become a list; takes the buffer over on
 * success. */
ISO_MUST_USE iso_err iso_h5_texts_of(iso_h5_texts *out, iso_buf *buf, int64_t count);

/** The same, by bytes ascending. */
ISO_MUST_USE iso_err iso_h5_texts_sorted(iso_h5_texts *out, iso_buf *buf, int64_t count);

/** Well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool iso_h5_utf8(const char *text);

ISO_END

#endif
