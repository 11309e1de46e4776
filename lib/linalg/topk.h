/* The best few of many cosines: a blocked product finds what may be among the best of each row
 * and of each column, and whoever asks scores that again with the exact dot product. */
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

/** What the product is computed in. */
typedef enum iso_topk_precision {
    ISO_TOPK_F32 = 0,
    ISO_TOPK_INT16 /* unit vectors times 32766, rounded; sums exact in 32 bits */
} iso_topk_precision;

/**
 * How far a cosine from the product may be from the double one. f32: both unit vectors are rounded,
 * and a sum of d products in any order is off by d·2⁻²⁴/(1 − d·2⁻²⁴) of Σ|x_l y_l| ≤ 1; two units
 * more than that (d + 4) pay for the rounding of thresholds. 16 bits: rounding moves a unit vector
 * by ε ≤ √d/2/32766, and |x·y − q(x)·q(y)| ≤ 2ε + ε²; 2⁻²¹ pays for the rest.
 */
double iso_topk_slack(iso_topk_precision precision, int64_t cols);

/** An entry that may be among the best of its row; `key` is its cosine, or what that became. */
typedef struct iso_topk_hit {
    float key;
    int32_t index;
} iso_topk_hit;

/**
 * For each row a list of at most `room` entries that holds all whose key is not provably below the
 * `want` best: everything that is not in it has a key below floor[row]. held[row] is −1, and the
 * floor infinite, where there were too many. want 0 is no lists at all.
 */
typedef struct iso_topk {
    int64_t rows;
    int want, room;
    float gap; /* keys this far below the last wanted one go; twice the slack */
    float *floor;
    int32_t *held;
    iso_topk_hit *hit;
} iso_topk;

/** Empty lists, floors −∞. Errors  ISO_EARG, ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_topk_make(iso_topk *out, int64_t rows, int want, double slack);
void iso_topk_free(iso_topk *t);

/** Adds an entry; the floor rises when the list is full. */
void iso_topk_push(iso_topk *t, int64_t row, float key, int64_t index);

/** A key below which none of the row's `want` best is (as stated above), −∞ when all are wanted. */
float iso_topk_threshold(iso_topk *t, int64_t row, int want);

/** Leaves the `want` best (1 … t->want) and what lies within the gap below them, in any order, and
 * lifts the floor accordingly; the result does not depend on the order of the pushes. */
void iso_topk_trim(iso_topk *t, int64_t row, int want);

/** y as unit vectors, laid out once for the product: in f32 or, not NULL then, in 16 bits. */
typedef struct iso_topk_panels {
    int64_t rows, cols;
    float *at;
    int16_t *whole;
} iso_topk_panels;

ISO_MUST_USE iso_err iso_topk_panels_make(iso_topk_panels *out, const iso_topk_rows *y,
                                          iso_topk_precision precision);
void iso_topk_panels_free(iso_topk_panels *p);

/**
 * Panels of y for lists of the best of both sides, in the faster precision that serves: 16 bits,
 * unless this CPU has no vectors for them, or so many rows lie so close together that their lists
 * would overflow, which is tried with a sample of either side. Cost  up to a fiftieth of the
 * search. Errors  ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_topk_panels_best(iso_topk_panels *out, iso_topk_precision *precision,
                                          const iso_topk_rows *x, const iso_topk_rows *y,
                                          int want_x, int want_y);

/** For tests: the precision that is best from now on; −1 lets the rows decide. */
void iso_topk_force_precision(int precision);

/** Keys other than the cosine: cos(x_i, y_j) − slope[i] · offset[j]. */
typedef struct iso_topk_tilt {
    const float *slope, *offset;
} iso_topk_tilt;

/**
 * Shows all cosines of x and y to the lists of the rows of x and of the rows of y, either of which
 * may have want 0. Parallel: a task is a block of x and a block of y, and in each round no block is
 * in two tasks, so that nobody waits for a lock. tilt may be NULL.
 * Cost  2nmd operations. Errors  ISO_ENOMEM, ISO_ECANCEL.
 */
ISO_MUST_USE iso_err iso_topk_search(iso_topk *of_x, iso_topk *of_y, const iso_topk_rows *x,
                                     const iso_topk_panels *y, const iso_topk_tilt *tilt,
                                     const iso_run *run);

/** One thing to count: keys of a row of x against a threshold. */
typedef struct iso_topk_count {
    int64_t row;
    float slope;
    float low, high; /* keys >= high count; those in [low, high) are asked about */
    int64_t count;
} iso_topk_count;

/**
 * For each of n counts, in ascending order of rows, adds to `count` the columns whose key is at
 * least `high` and those between for which `better(payload, which count, column)` says so; it is
 * called from several threads. Offsets may be NULL when all slopes are 0.
 * Cost  2d operations a column and distinct row. Errors  ISO_ENOMEM, ISO_ECANCEL.
 */
ISO_MUST_USE iso_err iso_topk_count_above(iso_topk_count *what, int64_t n, const iso_topk_rows *x,
                                          const iso_topk_panels *y, const float *offset,
                                          bool (*better)(void *payload, int64_t which,
                                                         int64_t column),
                                          void *payload, const iso_run *run);

ISO_END

#endif
