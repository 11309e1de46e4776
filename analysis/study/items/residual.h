/* Sources of rows less what covariates of the items explain. */
#ifndef ISO_STUDY_RESIDUAL_H
#define ISO_STUDY_RESIDUAL_H

#include "lib/base/run.h"
#include "lib/linalg/design.h"
#include "lib/linalg/rows.h"

/*
 * A source over `inner`, which it borrows: several may lie over one. Its rows are those of `inner`
 * less their regression on the design's items, in the same order. With `buffer` as in
 * iso_prepared_open. The design is borrowed. Reading fails before iso_residual_fit.
 */
iso_err iso_residual_open(iso_rows **out, iso_rows *inner, const iso_design *design,
                          iso_mat *buffer, const iso_run *run);

/* Reads all rows once, keeps rank × dims coefficients. Errors  what the source says, ISO_ENOMEM. */
iso_err iso_residual_fit(iso_rows *residual);

/* The memory it keeps, in bytes. */
int64_t iso_residual_bytes(const iso_rows *residual);

#endif
