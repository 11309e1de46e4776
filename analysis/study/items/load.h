/* A whole matrix into memory, prepared. */
#ifndef ISO_STUDY_LOAD_H
#define ISO_STUDY_LOAD_H

#include "analysis/pass/prep.h"
#include "lib/linalg/rows.h"

/* All rows of a source, as f32 or f64. Errors name the source: a number that is not finite, or that
 * f32 does not hold; what the source says; ISO_ENOMEM. */
iso_err iso_load_matrix(iso_mat *out, iso_rows *rows, iso_dtype dtype);

/* The same in f32, after the steps of `prep`; `span` as in iso_prep_apply. */
iso_err iso_load_rows(iso_mat *out, iso_rows *rows, const iso_prep *prep,
                      const iso_prep_span *span);

/* Makes place for so many numbers of a type in a buffer that sources of rows share; what is there
 * is not kept. ISO_ENOMEM. */
iso_err iso_buffer_room(iso_mat *buffer, int64_t numbers, iso_dtype type);

/* Of a matrix that is computed with in single precision: its name, a row, the largest number in it.
 */
#define LOAD_RANGE                                                                                 \
    "%s: row %lld has numbers up to %.1e, out of the range of single precision: multiply all "     \
    "rows "                                                                                        \
    "by one power of ten first"

#endif
