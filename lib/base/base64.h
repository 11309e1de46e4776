/* Bytes that travel as text. */
#ifndef ISO_BASE_BASE64_H
#define ISO_BASE_BASE64_H

#include "lib/base/str.h"

ISO_BEGIN

/**
 * Appends what a NUL-terminated text in base64 (RFC 4648, section 4) stands for; the `=` at its
 * end may be missing, nothing else may be there. Errors  ISO_EFORMAT (tells the character),
 * ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_base64_decode(iso_buf *out, const char *text);

/** Appends bytes[0..len) as such text, with the `=` at its end. Errors  ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_base64_encode(iso_buf *out, const void *bytes, int64_t len);

ISO_END

#endif
