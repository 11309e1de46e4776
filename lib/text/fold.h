/* Text in lower case. */
#ifndef ISO_TEXT_FOLD_H
#define ISO_TEXT_FOLD_H

#include "lib/base/str.h"

ISO_BEGIN

/**
 * Appends text[0..len), valid UTF-8 (-1: up to the NUL), in lower case: Unicode's full mapping
 * without a language's own rules, the last sigma of a word as U+03C2, as Python's str.lower()
 * does. Bytes that are no UTF-8 stay as they are.
 * Cost  linear; ASCII at about a nanosecond a byte. Errors  ISO_ENOMEM.
 * Source  Unicode 15, 3.13, toLowercase and Final_Sigma.
 */
ISO_MUST_USE iso_err iso_text_lower(iso_buf *out, const char *text, int64_t len);

/** The same, each character by itself: every capital sigma becomes U+03C3. */
ISO_MUST_USE iso_err iso_text_lower_each(iso_buf *out, const char *text, int64_t len);

ISO_END

#endif
