/* The best few of many cosines: a blocked product gives an upper bound of each, and whoever asks
 * looks at the exact cosines of those whose bound is high enough. */
#ifndef ISO_LINALG_TOPK_H
#define ISO_LINALG_TOPK_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/run.h"

ISO_BEGIN

/** x·y of n floats in double; the same bits on every machine, and for (y, x). */
double iso_topk_dot(const float *x, const float *y, int64_t n);

/**
 * Rows and what makes them unit vectors: row i times inverse[i] (0 for a row of zeros). With `pick`
 * they are rows pick[0], pick[1], … of data and inverse.
 */
typedef struct iso_topk_rows {
    const float *data;
    int64_t rows, cols, stride;
    const double *inverse;
    const int64_t *pick;
} iso_topk_rows;

/** The cosine of two rows from the exact dot product; 0 with a row of zeros. */
double iso_topk_cosine(const iso_topk_rows *x, int64_t i, const iso_topk_rows *y, int64_t j);

/** What the product is computed in. */
typedef enum iso_topk_precision {
    ISO_TOPK_F32 = 0,
    ISO_TOPK_INT8 /* what is left of unit vectors without their mean, each scaled to 8 bits */
} iso_topk_precision;

/**
 * How far a cosine from the f32 product may be from the double one: both unit vectors are rounded,
 * and a sum of d products in any order is off by d·2⁻²⁴/(1 − d·2⁻²⁴) of Σ|x_l y_l| ≤ 1; two units
 * more than that (d + 4) pay for the rounding of thresholds.
 */
double iso_topk_slack(int64_t cols);

/** An entry that may be among the best of its row; no cosine is above its key. */
typedef struct iso_topk_hit {
    float key;
    int32_t index;
} iso_topk_hit;

/**
 * For each row a list of at most `room` entries: everything that was shown and is not in it has a
 * key below floor[row]. held[row] is −1, and the floor infinite, where too many keys were equal.
 * want 0 is no lists at all.
 */
typedef struct iso_topk {
    int64_t rows;
    int want, room, limit; /* a list is cut when it has `limit` entries */
    int full, least; /* a search that begins wants few and more as it goes: `want` in the end */
    float *floor;
    int32_t *held;
    iso_topk_hit *hit;
} iso_topk;

/**
 * Empty lists for the `want` best keys, floors −∞. With `sure` above 0 a search keeps, of the share
 * of columns that it has seen, what a share of `want` would be, three standard deviations more, and
 * no fewer than twice `sure`: lists then may end with fewer than `want`, but no fewer than that.
 * Errors  ISO_EARG, ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_topk_make(iso_topk *out, int64_t rows, int want, int sure);
void iso_topk_free(iso_topk *t);

/** Adds an entry; the floor rises when the list is full. */
void iso_topk_push(iso_topk *t, int64_t row, float key, int64_t index);

/** Leaves the `want` best, and those equal to the last of them, in any order, and lifts the floor
 * accordingly; the result does not depend on the order of the pushes. */
void iso_topk_trim(iso_topk *t, int64_t row);

/** Both matrices laid out once for the product; what is NULL the precision has no use for. */
typedef struct iso_topk_sides {
    iso_topk_rows x, y; /* as given; what they look at must stay */
    float *panels;      /* f32: unit vectors of y; those of x are made as they are needed */
    int64_t depth;      /* 8 bits: columns, padded */
    uint8_t *left;
    int8_t *right;
    int32_t *start;
    float *of_x, *of_y; /* what makes bounds of sums */
} iso_topk_sides;

ISO_MUST_USE iso_err iso_topk_sides_make(iso_topk_sides *out, const iso_topk_rows *x,
                                         const iso_topk_rows *y, iso_topk_precision precision);
void iso_topk_sides_free(iso_topk_sides *s);

/** How many best cosines of each row of either side are asked for, or how long lists must be that
 * prove them. */
typedef struct iso_topk_depth {
    int of_x, of_y;
} iso_topk_depth;

/**
 * In the faster precision that serves, and in *lists how long lists have to be so that nearly all
 * prove the `best`: 8 bits, unless this CPU has no instructions for them, or lists would have to be
 * too long because rows lie too close together, which is tried with a sample of either side.
 * Cost  up to a fiftieth of the search. Errors  ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_topk_sides_best(iso_topk_sides *out, iso_topk_depth *lists,
                                         const iso_topk_rows *x, const iso_topk_rows *y,
                                         iso_topk_depth best);

/** For tests: the precision that is best from now on; −1 lets the rows decide. */
void iso_topk_force_precision(int precision);

/** Keys other than the cosine's: its bound − slope[i] · offset[j]. */
typedef struct iso_topk_tilt {
    const float *slope, *offset;
} iso_topk_tilt;

/**
 * Shows the bounds of all cosines of x and y to the lists of the rows of x and of the rows of y,
 * either of which may have want 0. Parallel: a task is a block of x and a block of y, and in each
 * round no block is in two tasks, so that nobody waits for a lock. tilt may be NULL.
 * Cost  2nmd operations. Errors  ISO_ENOMEM, ISO_ECANCEL.
 */
ISO_MUST_USE iso_err iso_topk_search(iso_topk *of_x, iso_topk *of_y, const iso_topk_sides *sides,
                                     const iso_topk_tilt *tilt, const iso_run *run);

/** One thing to count: keys of a row of x against a threshold. */
typedef struct iso_topk_count {
    int64_t row;
    float slope;
    float low, high; /* keys >= high count; those in [low, high) are asked about */
    int64_t count;
} iso_topk_count;

/**
 * For each of n counts, in ascending order of rows, adds to `count` the columns whose key, here the
 * f32 cosine and no bound of it, is at least `high` and those between for which `better(payload,
 * which count, column)` says so; it is called from several threads. Offsets may be NULL when all
 * slopes are 0; the sides are in f32.
 * Cost  2d operations a column and distinct row. Errors  ISO_ENOMEM, ISO_ECANCEL.
 */
ISO_MUST_USE iso_err iso_topk_count_above(iso_topk_count *what, int64_t n,
                                          const iso_topk_sides *sides, const float *offset,
                                          bool (*better)(void *payload, int64_t which,
                                                         int64_t column),
                                          void *payload, const iso_run *run);

ISO_END

#endif
