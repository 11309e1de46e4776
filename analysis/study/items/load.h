/* A whole matrix into memory, as f32, prepared. */
#ifndef ISO_STUDY_LOAD_H
#define ISO_STUDY_LOAD_H

#include "analysis/pass/prep.h"
#include "lib/linalg/rows.h"

/* All rows of a source, in f32, after the steps of `prep`. Errors name the source: a number that is
 * not finite, what the source says, ISO_ENOMEM. */
iso_err iso_load_rows(iso_mat *out, iso_rows *rows, const iso_prep *prep);

/* Of a matrix that is computed with in single precision: its name, a row, the largest number in it.
 */
#define LOAD_RANGE                                                                                 \
    "%s: row %lld has numbers up to %.1e, out of the range of single precision: multiply all "     \
    "rows "                                                                                        \
    "by one power of ten first"

#endif
