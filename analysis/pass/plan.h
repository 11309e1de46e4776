/* What a reading is asked to do, and the numbers it will cost before it starts. */
#ifndef ISO_ANALYSIS_PLAN_H
#define ISO_ANALYSIS_PLAN_H

#include "analysis/measure/measure.h"
#include "analysis/pass/method.h"
#include "lib/base/run.h"
#include "lib/linalg/deal.h"
#include "lib/linalg/rows.h"

ISO_BEGIN

/* A matrix is shifted by the mean of its first rows, this many at most, rounded to f32. */
enum { ISO_PILOT = 1024 };

/**
 * Matrices over the same items, pairs of them, and the measures wanted of every pair.
 * Everything is borrowed. A matrix may be in many pairs, a pair may be of a matrix
 * with itself; a matrix in no pair is not read.
 */
typedef struct iso_task {
    iso_rows *const *matrix; /* all of equal rows */
    const int *peers; /* matrices with the same number share a mean of centroids; NULL: all */
    int matrices;
    const iso_gram_pair *pair;
    int64_t pairs;
    const iso_measure *const *measure;
    int measures;
    iso_method method; /* AUTO: Gram for up to ISO_GRAM_MAX items, sums above */
    bool tested;       /* p and calibrated values too, where a formula gives them */
    bool dear;         /* intervals too that cost many times their value (dear_needs) */
} iso_task;

/** The method and its price. Free with iso_plan_free. */
typedef struct iso_plan {
    iso_method method;
    unsigned needs;      /* union of the measures' needs, SUMS | GRAM settled */
    int64_t rows, units; /* items; what they are dealt to */
    int64_t stride;      /* replicates of each value: max(units, ISO_GROUPS) */
    iso_dtype dtype;     /* of the products */
    iso_deal deal;       /* of the rows to the groups */
    int64_t block;       /* rows in memory at a time: whole groups, or a part of one */
    int spans;           /* groups in a block at most */
    bool group_gram;     /* groups so small that their terms come cheaper from Gram matrices */
    int chunks;          /* groups of pairs that are read for one after another */
    int64_t *chunk_end;  /* pairs [chunk_end[c-1], chunk_end[c]) */
    int readings;        /* times the rows of a chunk are read */
    double operations;   /* of matrix products; a multiply and an add are two */
    int64_t bytes;       /* read from the sources, first rows for the pilot mean included */
    int64_t memory;      /* anonymous bytes at the peak */
} iso_plan;

/**
 * Chooses the method, cuts the pairs into chunks that fit the run's memory, counts.
 * Errors  ISO_EARG (rows differ, no pair, a method that cannot serve a measure, memory too small:
 *         the message names the least that would do), ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_plan_make(iso_plan *out, const iso_task *task, const iso_run *run);
ISO_API void iso_plan_free(iso_plan *plan);

/** How many replicates a measure has under a plan: its units. */
ISO_API int64_t iso_plan_units(const iso_plan *plan, const iso_measure *measure);

ISO_END

#endif
