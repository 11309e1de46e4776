/* Steps of preparation as they come out for one matrix, to be applied to its rows again. */
#ifndef ISO_ANALYSIS_PREP_FIT_H
#define ISO_ANALYSIS_PREP_FIT_H

#include "analysis/pass/prep.h"

/* What a step does to a row, one row at a time. */
enum iso_prep_kind {
    PREP_ROW_LENGTH, /* to length 1 */
    PREP_ROW_AFFINE, /* (x − a) / b */
    PREP_ROW_LESS,   /* x − a, then the directions out */
    PREP_ROW_BOUNDS  /* into [a, b] */
};

struct iso_prep_map {
    enum iso_prep_kind kind;
    double *a, *b;     /* cols; NULL where the kind has none, or nothing is subtracted */
    iso_mat direction; /* orthonormal rows, f64 */
};

/* {0} does nothing; freed by iso_prep_fit_free. */
typedef struct iso_prep_fit {
    int64_t cols;
    int count, room;
    struct iso_prep_map *map;
} iso_prep_fit;

/* Finds what the steps come to for the rows of x, in order, and applies them to x on the way. On
 * failure x is as far as it came. Errors as iso_prep_apply. */
iso_err iso_prep_fit_make(iso_prep_fit *out, iso_mat *x, const iso_prep *p,
                          const iso_prep_span *span);
void iso_prep_fit_free(iso_prep_fit *fit);

/* The same to one row of `cols` doubles. Any number of threads at once. */
void iso_prep_fit_row(const iso_prep_fit *fit, double *row);

/* The memory that a fit keeps for rows of d dims, and what iso_prep_fit_make takes for n of them
 * beside x, that included. In bytes. */
int64_t iso_prep_fit_kept(const iso_prep *p, int64_t d);
int64_t iso_prep_fit_bytes(const iso_prep *p, int64_t n, int64_t d);

#endif
