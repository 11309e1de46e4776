/* Windows on row-major numbers: iso_view borrows, iso_mat owns.
 * Threads: any number may call at once, one at a time on the same iso_mat while it is changed. */
#ifndef ISO_LINALG_VIEW_H
#define ISO_LINALG_VIEW_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

typedef enum iso_dtype { ISO_F32 = 0, ISO_F64, ISO_F16, ISO_BF16 } iso_dtype;

/** Bytes of one element. */
ISO_API size_t iso_dtype_size(iso_dtype dtype);

/** "f32", "f64", "f16", "bf16". */
ISO_API const char *iso_dtype_name(iso_dtype dtype);

/**
 * A read-only window on somebody else's rows × cols numbers.
 * Each row is contiguous; row i+1 starts `stride` elements after row i (stride >= cols).
 * Passed by value, never freed; it must not outlive what it looks at.
 */
typedef struct iso_view {
    const void *data;
    int64_t rows, cols, stride;
    iso_dtype dtype;
} iso_view;

/** The writable form; `owner` is what iso_mat_free frees (NULL when borrowed). */
typedef struct iso_mat {
    void *data;
    int64_t rows, cols, stride;
    iso_dtype dtype;
    void *owner;
} iso_mat;

/** A new matrix of zeros, rows packed (stride = cols). Errors ISO_EARG, ISO_ENOMEM. */
ISO_API ISO_MUST_USE iso_err iso_mat_new(iso_mat *out, int64_t rows, int64_t cols, iso_dtype dtype);
/** The same with whatever the memory holds (iso_alloc_raw). */
ISO_API ISO_MUST_USE iso_err iso_mat_new_raw(iso_mat *out, int64_t rows, int64_t cols,
                                             iso_dtype dtype);
ISO_API void iso_mat_free(iso_mat *m);

/** The read-only window on a whole matrix. */
ISO_API iso_view iso_mat_view(const iso_mat *m);

/** Columns [first, first + count) of a matrix, borrowed from it. */
ISO_API iso_mat iso_mat_columns(const iso_mat *m, int64_t first, int64_t count);

/** Windows on packed arrays of floats and doubles. */
ISO_API iso_view iso_view_f32(const float *data, int64_t rows, int64_t cols);
ISO_API iso_view iso_view_f64(const double *data, int64_t rows, int64_t cols);

/** Rows [first, first + count) of a view. */
ISO_API iso_view iso_view_rows(iso_view v, int64_t first, int64_t count);

ISO_END

#endif
