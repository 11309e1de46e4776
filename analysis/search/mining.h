/* Pairs found in two lists of nearest rows, and how many of them are true. */
#ifndef ISO_ANALYSIS_MINING_H
#define ISO_ANALYSIS_MINING_H

#include "analysis/search/neighbours.h"
#include "analysis/measure/value.h"
#include "lib/linalg/bootstrap.h"

ISO_BEGIN

typedef enum iso_mine_way {
    ISO_MINE_FORWARD = 0, /* each row of x with its best of y */
    ISO_MINE_BACKWARD,    /* each row of y with its best of x */
    ISO_MINE_MAX,         /* both together, best score first, each row once */
    ISO_MINE_INTERSECTION /* those that are in both */
} iso_mine_way;

enum { ISO_MINE_WAYS = 4 };

/** "forward", "backward", "max", "intersection". */
ISO_API const char *iso_mine_way_name(iso_mine_way way);

/** Row `src` of x and row `tgt` of y, counted from 0. */
typedef struct iso_mined {
    int64_t src, tgt;
    double score;
} iso_mined;

/**
 * The pairs of one way, best score first, ties by rows; *out is yours to iso_free. Rows without a
 * neighbour, or with a score that is no number, are left out. Cost O(n log n). Errors  ISO_ENOMEM.
 * Source  Artetxe, Schwenk, ACL 2019, arXiv:1811.01136.
 */
ISO_API ISO_MUST_USE iso_err iso_mine(iso_mined **out, int64_t *count, const iso_near *forward,
                                      const iso_near *backward, iso_mine_way way);

/** How pairs that score `threshold` or more agree with the true ones. NAN where undefined. */
typedef struct iso_mine_score {
    double threshold, precision, recall, f1;
    int64_t mined, right, truth; /* mined: at or above the threshold */
} iso_mine_score;

/**
 * Scores `pair` (as iso_mine leaves it) against `truth`, the true pairs (their scores are not read,
 * repeated pairs count once). Threshold NAN: the one with the best F1 on these true pairs, so an
 * upper bound for new text; it lies half way to the next score below. Cost O((count + truth_count)
 * log truth_count). Errors  ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_mine_against(iso_mine_score *out, const iso_mined *pair,
                                              int64_t count, const iso_mined *truth,
                                              int64_t truth_count, double threshold);

/**
 * `score`, as iso_mine_against left it for these pairs and this `truth`, as values with 95 %
 * intervals
 * (`boot-items`): out[0] F1, out[1] precision, out[2] recall, n the true pairs, param the
 * threshold. What is drawn with replacement are rows of x (`backward`: of y), each with what was
 * mined for it and its true pairs, since a row makes finds and misses together: to draw true pairs
 * alone would leave the false finds fixed, and precision would seem certain. All three are ratios
 * of sums over rows. The threshold stays fixed, also one that was searched. Undefined values say
 * why. Cost  2000 draws a row that has pairs. Errors  ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_mine_values(iso_value out[3], const iso_mine_score *score,
                                             const iso_mined *pair, int64_t count,
                                             const iso_mined *truth, int64_t truth_count,
                                             bool backward, iso_boot boot, uint64_t seed);

ISO_END

#endif
