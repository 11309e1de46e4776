/* Numbers by item that a comparison holds constant: a table in a file. */
#ifndef ISO_STUDY_COVARIATES_H
#define ISO_STUDY_COVARIATES_H

#include "lib/base/run.h"
#include "lib/base/textmap.h"
#include "lib/io/states.h"

struct covariates {
    char *path;
    int64_t rows, cols;
    double *value;   /* rows × cols */
    iso_textmap ids; /* of the rows; none: rows stand for items by position */
    bool by_id;
};

/*
 * A table of text (commas, tabs or semicolons) with a header: a column called id, and columns of
 * numbers; without id, or .npy (items × numbers), by position.
 * Errors  ISO_EIO, ISO_EFORMAT (line and column: no number, an id twice, nothing but ids),
 *         ISO_ENOMEM.
 */
iso_err iso_covariates_read(struct covariates *out, const char *path, const iso_run *run);
void iso_covariates_free(struct covariates *c);

/* The row of the table for each item of a language (made here), −1 where it has none. Errors
 * ISO_EARG (by position, and the counts differ; the language has no ids), ISO_ENOMEM. */
iso_err iso_covariates_find(int64_t **out, const struct covariates *c, const iso_lang *lang);

#endif
