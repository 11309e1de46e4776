/* How values are made anew of rows whose items are permuted.
 * Threads: any number may call at once. */
#ifndef ISO_ANALYSIS_NULL_MODEL_H
#define ISO_ANALYSIS_NULL_MODEL_H

#include "analysis/measure/permutation.h"
#include "lib/base/run.h"
#include "lib/linalg/gram.h"
#include "lib/linalg/view.h"

ISO_BEGIN

/* Permutations that are made of one piece of work. */
enum { ISO_NULL_BATCH = 1024 };

/** Rows in memory, all over the same items, and pairs of them. */
typedef struct iso_null_rows {
    const iso_permutations *permutations;
    int matrices;
    const iso_view *x; /* n × p_m, ISO_F32 or ISO_F64: (row − mean) / 2^scale, numbers at most 2 */
    const double *const *mean; /* p_m: of all rows */
    const int *scale;
    const double *const *centre; /* p_m: the mean of the means of the matrix's peers */
    const iso_gram_pair *pair;
    int64_t pairs;
    int64_t memory; /* bytes that tables may take */
} iso_null_rows;

/**
 * A null model and what is computed under it. Estimators that come from the same work share one:
 * `values` of them a pair.
 */
typedef struct iso_null_model {
    const char *text; /* "rows paired at random" */
    int values;
    /* out[(pair · values + v) · (count + 1) + b]: value v under permutation b, of 0 as it is; NAN
     * where it is undefined. Does not depend on the number of threads. */
    iso_err (*fill)(double *out, const iso_null_rows *rows, const iso_run *run);
    /* The most permutations that a pair is worth, where one costs much; NULL: any number. */
    int64_t (*most)(int64_t n, int64_t p, int64_t q);
    /* Multiplications and additions of one permutation of a pair. */
    double (*operations)(int64_t n, int64_t p, int64_t q);
} iso_null_model;

ISO_END

#endif
