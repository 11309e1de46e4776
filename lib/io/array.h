/* An array of rank 2 or 3 that lies packed in a file, as matrices, one for each layer. */
#ifndef ISO_IO_ARRAY_H
#define ISO_IO_ARRAY_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/run.h"
#include "lib/io/axes.h"
#include "lib/io/file.h"
#include "lib/linalg/rows.h"

ISO_BEGIN

enum {
    ISO_ARRAY_RANK_MAX = 8,     /* what we hold; more is refused when it is read */
    ISO_ARRAY_LAYERS_MAX = 1024 /* more means that the axes are not what we think */
};

/** Where the numbers are and how they are ordered. All fields zero is an empty array. */
typedef struct iso_array {
    const iso_file *file; /* borrowed */
    const char *memory;   /* the bytes of all numbers instead (offset 0), or NULL; borrowed */
    int64_t offset;       /* of the first number, from the beginning of the file */
    iso_dtype dtype;
    bool big_endian;
    bool fortran; /* the first index runs fastest */
    bool untyped; /* the file says bytes only; `dtype` is our reading of them */
    bool strided; /* a view: from one index of an axis to the next are `stride` numbers, none < 0 */
    int rank;
    int64_t shape[ISO_ARRAY_RANK_MAX], stride[ISO_ARRAY_RANK_MAX];
    iso_axes axes; /* of rank 3, once it is checked */
} iso_array;

/**
 * Checks what the functions below take for granted: rank 2 (items × dimensions) or 3 (`axes` "LND"
 * or "NLD"; NULL: as iso_axes_settle finds), no empty axis, at most ISO_ARRAY_LAYERS_MAX layers, and
 * that its bytes lie within the first `size` bytes of where it is. Sets a->axes.
 * Errors  ISO_EFORMAT, ISO_EARG (axes); messages begin with `what`.
 */
ISO_MUST_USE iso_err iso_array_check(iso_array *a, const char *axes, int64_t size,
                                     const char *what);

/** The parts of it: no empty axis, all bytes there; rank and axes, which are set. */
ISO_MUST_USE iso_err iso_array_extent(const iso_array *a, int64_t size, const char *what);
ISO_MUST_USE iso_err iso_array_settle(iso_array *a, const char *axes, const char *what);

/** Bytes of all numbers. */
int64_t iso_array_bytes(const iso_array *a);

/** Number of matrices, and the shape of each. */
int iso_array_layers(const iso_array *a);
void iso_array_matrix(int64_t *rows, int64_t *cols, const iso_array *a);

/** Numbers from one index of each axis to the next. */
void iso_array_strides(int64_t *stride, const iso_array *a);

/** `count` numbers that lie side by side, from the number `at` on, in the host's byte order.
 * Errors  ISO_EIO, ISO_EFORMAT. */
ISO_MUST_USE iso_err iso_array_read(const iso_array *a, int64_t at, void *to, int64_t count);

/**
 * A source over one of the matrices, in the host's byte order. Rows that do not lie together
 * are gathered; columns that do are turned through iso_rows_transpose. Errors  ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_array_rows(iso_rows **out, const iso_array *a, int layer,
                                    const iso_run *run);

ISO_END

#endif
