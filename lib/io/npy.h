/* NumPy's .npy: the header, also of the members of .npz; the driver is in reader.h. */
#ifndef ISO_IO_NPY_H
#define ISO_IO_NPY_H

#include <stdint.h>

#include "lib/io/array.h"

ISO_BEGIN

enum {
    ISO_NPY_PREFIX = 12,         /* bytes that iso_npy_prefix wants to see */
    ISO_NPY_HEADER_MAX = 1 << 20 /* what we read of a header; NumPy itself trusts 10 000 */
};

/**
 * Looks at the first bytes: sets where the header's text begins and its length.
 * Errors  ISO_EFORMAT (not .npy, an unknown version, a header of more than ISO_NPY_HEADER_MAX
 * bytes).
 */
ISO_MUST_USE iso_err iso_npy_prefix(int64_t *start, int64_t *len,
                                    const unsigned char bytes[ISO_NPY_PREFIX], const char *what);

/**
 * Understands the header's text: sets dtype, big_endian, fortran, untyped, rank and shape of *out
 * and leaves the rest. Two bytes without a type (V2) are bfloat16, as ml_dtypes and torch save it.
 * Errors  ISO_EFORMAT (not such a header), ISO_EUNSUP (numbers other than f2, f4, f8, bfloat16).
 */
ISO_MUST_USE iso_err iso_npy_header(iso_array *out, const char *text, int64_t len,
                                    const char *what);

/**
 * Understands the header of an attention mask: rank and shape of *out, and the type of its numbers
 * as safetensors calls it ("I64"). Errors  ISO_EFORMAT, ISO_EUNSUP (another type, big-endian).
 */
ISO_MUST_USE iso_err iso_npy_mask_header(iso_array *out, const char **type, const char *text,
                                         int64_t len, const char *what);

/** A list of texts: `count` of `width` characters, of 4 bytes (UTF-32) or 1 (S). */
typedef struct iso_npy_texts {
    int64_t count, width;
    int bytes; /* of a character */
    bool big_endian;
} iso_npy_texts;

/** Understands the header of one axis of texts ('<U3', 'S3'). Errors  ISO_EFORMAT, ISO_EUNSUP. */
ISO_MUST_USE iso_err iso_npy_texts_header(iso_npy_texts *out, const char *text, int64_t len,
                                          const char *what);

/**
 * Checks that nothing follows the numbers: `rest` bytes are left behind them, `next` are the first
 * `count` (at most ISO_NPY_PREFIX). Errors  ISO_EFORMAT (says what follows, and from which byte).
 */
ISO_MUST_USE iso_err iso_npy_ends(const iso_array *a, int64_t end, int64_t rest,
                                  const unsigned char *next, int64_t count, const char *what);

/** Notes that `count` arrays of a file were read as bfloat16 without saying so; 0 is silent. */
void iso_npy_note(const iso_run *run, const char *path, int64_t count);

ISO_END

#endif
