/* The bytes of a word in a file, as the UTF-8 that is looked up. */
#ifndef ISO_IO_WORD_TEXT_H
#define ISO_IO_WORD_TEXT_H

#include <stdbool.h>

#include "lib/base/str.h"

ISO_BEGIN

/** Appends text[0..len), valid UTF-8, in lower case (iso_text_lower of lib/text). */
typedef iso_err (*iso_lower)(iso_buf *out, const char *text, int64_t len);

typedef struct iso_word_text {
    bool latin1;     /* ISO 8859-1 instead of UTF-8 */
    iso_lower lower; /* NULL = as it stands */
} iso_word_text;

/** "utf-8", "latin1", other spellings of them, NULL = UTF-8. Errors  ISO_EARG. */
ISO_MUST_USE iso_err iso_word_text_named(iso_word_text *out, const char *encoding, iso_lower lower);

/** Appends a word. *good is false, and nothing appended, when the bytes are no text: not UTF-8,
 * or with a NUL. Errors  ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_word_text_add(iso_buf *out, bool *good, iso_word_text how,
                                       const char *bytes, int64_t len);

/** Appends a word for a message: at most 60 bytes, whole characters, no controls. */
ISO_MUST_USE iso_err iso_word_text_show(iso_buf *out, const char *text, int64_t len);

ISO_END

#endif
