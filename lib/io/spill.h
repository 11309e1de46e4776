/* Matrices that can be read only once, kept: in memory while small, else in an unlinked file. */
#ifndef ISO_IO_SPILL_H
#define ISO_IO_SPILL_H

#include <stdint.h>

#include "lib/base/run.h"
#include "lib/io/file.h"
#include "lib/linalg/rows.h"

ISO_BEGIN

typedef struct iso_spill iso_spill;

/**
 * Room for `count` matrices of one shape. Past a sixteenth of the run's memory budget they lie in
 * a file under /var/tmp or /tmp that is already unlinked, so that nothing stays behind.
 * Errors  ISO_EIO (no room for the file), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_spill_new(iso_spill **out, int count, int64_t rows, int64_t cols,
                                   iso_dtype dtype, const iso_run *run);

/** Puts rows (of the spill's type) at row `first` of a matrix. */
ISO_MUST_USE iso_err iso_spill_put(iso_spill *s, int matrix, int64_t first, iso_view rows);

/** A source over one of the matrices; close it before the spill. */
ISO_MUST_USE iso_err iso_spill_rows(iso_rows **out, iso_spill *s, int matrix);

/**
 * Where the bytes lie, all matrices packed one after the other: at *memory or, when that is NULL,
 * from the beginning of *file. Borrowed.
 */
void iso_spill_where(const char **memory, const iso_file **file, const iso_spill *s);

void iso_spill_free(iso_spill *s);

ISO_END

#endif
