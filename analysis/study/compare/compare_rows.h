/* The rows of a comparison: as they are, or prepared. */
#ifndef ISO_STUDY_COMPARE_ROWS_H
#define ISO_STUDY_COMPARE_ROWS_H

#include "analysis/study/items/language_span.h"
#include "analysis/study/items/pairing.h"

/* {0} leaves rows as they are. */
struct compare_rows {
    iso_prep prep;
    iso_buf text; /* as records have it */
    struct language_spans spans;
    iso_mat buffer; /* rows at hand of one matrix */
};

/* The steps of a list (NULL: none). Free in any case. */
iso_err iso_compare_rows_make(struct compare_rows *out, const char *prep);
void iso_compare_rows_free(struct compare_rows *r);

/* Puts prepared sources into the place of a pairing's own; reads nothing. */
iso_err iso_compare_rows_open(struct compare_rows *r, struct pairing *p, const iso_run *run);

/* A run with the memory that the pass may have beside the sources and `more` bytes. ISO_EARG where
 * nothing is left. */
iso_err iso_compare_rows_run(iso_run *out, const struct compare_rows *r, const struct pairing *p,
                             int64_t more, const iso_run *run);

/* Finds what the steps come to, matrix after matrix. Errors as iso_prepared_fit,
 * iso_language_span. */
iso_err iso_compare_rows_fit(struct compare_rows *r, struct pairing *p, const iso_run *run);

/* What that reads, and the anonymous memory at the peak of all, with that of the pass. In bytes. */
int64_t iso_compare_rows_bytes(const struct compare_rows *r, const struct pairing *p);
int64_t iso_compare_rows_memory(const struct compare_rows *r, const struct pairing *p,
                                int64_t pass);

/* For the columns `prep` and `subset` of a pair; NULL. */
const char *iso_compare_rows_text(const struct compare_rows *r);
const char *iso_compare_rows_subset(const struct compare_rows *r, const struct pairing *p,
                                    int matrix);

#endif
