/* Rows of a dataset in an HDF5 file, by the fastest way its layout allows. */
#ifndef ISO_IO_H5_ROWS_H
#define ISO_IO_H5_ROWS_H

#include "lib/io/file.h"
#include "lib/io/h5.h"

ISO_BEGIN

/** What part of a dataset is a matrix: one axis counts the rows, one slice of another may be fixed.
 */
typedef struct iso_h5_slice {
    const char *path;
    int layer_axis; /* 0 or 1 in a dataset of rank 3; -1: there is none */
    int64_t layer;  /* the fixed index on it */
} iso_h5_slice;

/**
 * The shape of the matrix: rows from the remaining first axis, columns all that is left. Errors
 * ISO_EFORMAT (not f16, f32, f64; rank 1; a dataset that reaches beyond the end of the file).
 */
ISO_MUST_USE iso_err iso_h5_slice_shape(int64_t *rows, int64_t *cols, iso_dtype *dtype,
                                        const iso_file *file, const iso_h5_data *data,
                                        const iso_h5_slice *slice);

/**
 * A source over it. Packed little-endian data is read from the file directly, everything else
 * through HDF5, in its own type, `run` being the height of a chunk. File and h5 are borrowed.
 */
ISO_MUST_USE iso_err iso_rows_of_h5(iso_rows **out, const iso_file *file, iso_h5 *h5,
                                    const iso_h5_slice *slice);

ISO_END

#endif
