/* A measure of a pair: what it is called, what it needs, what it claims, how it is computed. */
#ifndef ISO_ANALYSIS_MEASURE_H
#define ISO_ANALYSIS_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/measure/null_model.h"
#include "analysis/measure/value.h"
#include "lib/base/err.h"
#include "lib/linalg/cross.h"
#include "lib/linalg/gram.h"
#include "lib/linalg/view.h"

ISO_BEGIN

/* What a measure needs of the one reading. SUMS and GRAM together: either will do, and the plan
 * chooses. The first moments of both sides are always there. */
enum {
    ISO_NEED_MEANS = 8,    /* first moments and Σx·y, by group */
    ISO_NEED_SUMS = 1,     /* second moments: X'X, Y'Y, X'Y and their companions */
    ISO_NEED_GRAM = 2,     /* inner products of items, n <= ISO_GRAM_MAX */
    ISO_NEED_ROWS = 4,     /* every pair of rows once */
    ISO_NEED_PRODUCTS = 16 /* with SUMS: X'Y of every group of rows, 8 * ISO_GROUPS * pq bytes */
};

/* What may be done to one side without changing the value. */
enum { ISO_INVARIANT_ROTATION = 1, ISO_INVARIANT_SCALE = 2, ISO_INVARIANT_SHIFT = 4 };

/**
 * Everything the pass knows of one pair of matrices over the same n items when it asks a measure
 * for its value. What was not needed is NULL.
 *
 * The items are dealt to `units` (single items with the Gram method unless the measure is
 * by_groups, ISO_GROUPS groups with the sums method); replicate u of a value is the value without
 * unit u.
 */
typedef struct iso_pair {
    int64_t n, units;
    const iso_moments *x, *y;              /* counts, means, squared norms; by group too */
    const iso_cross *xy;                   /* SUMS; with MEANS dot and group[].dot */
    const iso_cross *xx, *yy;              /* SUMS */
    const iso_gram_terms *gxx, *gyy, *gxy; /* GRAM */
    const double *outcome;                 /* ROWS: sum of the item outcomes of each unit */
    const int64_t *unit_size;              /* ROWS: items of each unit */
    const double *state;                   /* ROWS: what `feed` kept */
    const double *centre;      /* mean of the centroids of all peers of x (p), or NULL */
    const double *centre_left; /* the same without each group (ISO_GROUPS x p), or NULL */
    int peers;                 /* matrices in that mean */
    bool tested;               /* p and calibrated value are wanted, where a formula gives them */
    const struct iso_design *design; /* NULL, or rows are residuals of a regression on it */
} iso_pair;

typedef struct iso_measure {
    const char *measure, *estimator;
    const char *title; /* of figures and sections: "Cosine of translation pairs" */
    const char *axis;  /* what its values are: "mean cosine"; NULL = "measure estimator" */
    const char *help;  /* the line of `help`; NULL = the title */
    const char *guide; /* how to read its figures in a report, a paragraph of HTML; NULL = as the
                        * report knows, or a general one */
    iso_high high;
    unsigned needs, invariant;
    unsigned dear_needs; /* more needs, of an interval made only where the task wants dear ones */
    bool recommended;    /* chosen when only the measure is named */
    bool by_groups;      /* its units are the ISO_GROUPS groups with either method */
    bool peers;          /* looks at `centre`: is taken over the items that all peers have */

    /* The value of one pair. `rep`, unless NULL, takes pair->units leave-one-unit-out values
     * (NAN where undefined). An undefined quantity is a value with `why`, not an error. */
    iso_err (*value)(iso_value *out, double *rep, const iso_pair *pair);

    /* ROWS only. Looks at some items: x and y have equal rows, ISO_F32 or ISO_F64, column means
     * removed if `centred`; outcome[i] is the item's result; `state` has state_size(p, q) doubles
     * that begin as zero and belong to the pair. */
    bool centred;
    int64_t (*state_size)(int64_t p, int64_t q);
    void (*feed)(double *outcome, double *state, iso_view x, iso_view y);

    /* Its values under permutations: value `null_value` of a model; NULL: there are none. */
    const iso_null_model *null_model;
    int null_value;
    iso_against against;
} iso_measure;

ISO_END

#endif
