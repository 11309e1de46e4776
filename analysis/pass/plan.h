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
 * Pairs of matrices over the same items, and the measures wanted of every pair.
 * Everything is borrowed. A matrix may be in many pairs, a pair may be of a matrix
 * with itself; a matrix in no pair is not read.
 *
 * Items may differ from pair to pair: matrices with the same number in `set` are over the same
 * items, and a pair is of one set. place[set][i] is the place of its item i in the whole, by which
 * it goes to a group (lib/linalg/deal.h).
 */
typedef struct iso_task {
    iso_rows *const *matrix;     /* all of a set of equal rows */
    const int *set;              /* by matrix, from 0; NULL: all are of set 0 */
    const int64_t *const *place; /* by set, each rising; NULL, also of one set: 0, 1, 2, … */
    const int *peers; /* matrices with the same number share a mean of centroids; NULL: all */
    int matrices;
    const iso_gram_pair *pair;
    int64_t pairs;
    const iso_gram_pair *joint; /* the same pairs over the items that all peers have, all of one
                                   set, for measures that look at peers; NULL: `pair` */
    const iso_measure *const *measure;
    int measures;
    iso_method method; /* AUTO: as each measure would have it alone */
    bool tested;       /* p and calibrated values too, where a formula gives them */
    const struct iso_design *const *design; /* NULL, or of each pair what its rows were regressed
                                             * on; NULL where they were not */
    bool dear; /* intervals too that cost many times their value (dear_needs) */
} iso_task;

/**
 * One reading: the pairs of one set, and those measures that take the same method. What else is
 * asked for changes neither the method nor the groups of a measure.
 */
typedef struct iso_plan_part {
    iso_task task; /* these pairs and measures alone */
    int set;
    int64_t *cell; /* by pair and measure of the part: its cell of the whole task */
    iso_method method;
    unsigned needs;      /* union of the measures' needs, SUMS | GRAM settled */
    int64_t rows, units; /* items; what they are dealt to */
    iso_dtype dtype;     /* of the products */
    iso_deal deal;       /* of the rows to the groups */
    int64_t block;       /* rows in memory at a time: whole groups, or a part of one */
    int spans;           /* groups in a block at most */
    bool packed;         /* a matrix is stored in chunks of rows */
    bool group_gram;     /* groups so small that their terms come cheaper from Gram matrices */
    bool by_items; /* all terms of SUMS do, of rows that lie in memory whole; no XᵀY is made */
    int used;      /* matrices of the part */
    int chunks;    /* groups of pairs that are read for one after another */
    int64_t *chunk_end; /* pairs [chunk_end[c-1], chunk_end[c]) */
    int readings;       /* times the rows of a chunk are read */
    double operations;  /* of matrix products; a multiply and an add are two */
    double time;        /* foreseen, in operations of a product: what sums cost besides is in it */
    int64_t bytes;      /* read from the sources, first rows for the pilot mean included */
    int64_t memory;     /* anonymous bytes at the peak */
    const struct iso_design **design; /* what `task` borrows, as the next two */
    iso_gram_pair *pair;
    const iso_measure **measure;
} iso_plan_part;

/** The methods and their price. Free with iso_plan_free. */
typedef struct iso_plan {
    iso_plan_part *part; /* carried out one after another */
    int parts;
    int *part_of;   /* by cell: pair * measures + measure */
    int measures;   /* of the task */
    int64_t stride; /* replicates of each value: the most units of a part, or ISO_GROUPS */
    int64_t rows;   /* items of the largest set */
    int chunks;     /* summed over the parts, as are the next two */
    double operations;
    int64_t bytes;
    int readings;   /* the most of a row */
    int64_t memory; /* anonymous bytes at the peak */
} iso_plan;

/**
 * Chooses the methods, cuts the pairs into chunks that fit the run's memory, counts.
 * Errors  ISO_EARG (rows differ, no pair, a method that cannot serve a measure, memory too small:
 *         the message names the least that would do), ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_plan_make(iso_plan *out, const iso_task *task, const iso_run *run);
ISO_API void iso_plan_free(iso_plan *plan);

/** How many replicates a measure of a pair (by their numbers in the task) has: its units. */
ISO_API int64_t iso_plan_units(const iso_plan *plan, int64_t pair, int measure);

/** The methods of all parts, "gram", "sums" or "gram,sums". */
ISO_API const char *iso_plan_method(const iso_plan *plan);

ISO_END

#endif
