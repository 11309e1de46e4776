/* Columns of a matrix as rows: for files that hold neurons × items, or Fortran order. */
#ifndef ISO_IO_TRANSPOSE_H
#define ISO_IO_TRANSPOSE_H

#include "lib/base/run.h"
#include "lib/linalg/rows.h"

ISO_BEGIN

/**
 * The transposed source; takes over `inner` on success.
 *
 * Keeps a window of neighbouring columns in memory, at most an eighth of the run's budget;
 * each window costs one reading of `inner`, so a matrix
 * that fits costs one. Errors ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_rows_transpose(iso_rows **out, iso_rows *inner, const iso_run *run);

ISO_END

#endif
