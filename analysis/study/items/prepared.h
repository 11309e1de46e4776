/* Sources of rows after a preparation: what the steps come to is found once, with the matrix in
 * memory; after that rows are prepared as they are read. */
#ifndef ISO_STUDY_PREPARED_H
#define ISO_STUDY_PREPARED_H

#include "analysis/pass/prep.h"
#include "lib/base/run.h"
#include "lib/linalg/rows.h"

/*
 * A source over `inner`, which it takes over on success. Its type is f64 where the inner one is, or
 * the run computes in double, else f32. Reading fails before iso_prepared_fit. With `buffer`, which
 * outlives it, several sources share the memory of what they read: a view lives until the next read
 * of any of them.
 */
iso_err iso_prepared_open(iso_rows **out, iso_rows *inner, iso_mat *buffer, const iso_run *run);

/* Reads the whole matrix and keeps what the steps come to: a few rows of numbers. The matrix is let
 * go. Errors  as iso_load_matrix and iso_prep_apply, with the name of the source; ISO_EARG (more
 * memory than the run's budget). */
iso_err iso_prepared_fit(iso_rows *prepared, const iso_prep *prep, const iso_prep_span *span,
                         const iso_run *run);

#endif
