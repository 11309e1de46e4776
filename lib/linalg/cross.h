/* Second moments of a pair of matrices over the same rows, with the terms of every group. */
#ifndef ISO_LINALG_CROSS_H
#define ISO_LINALG_CROSS_H

#include <stdbool.h>

#include "lib/linalg/hsic.h"
#include "lib/linalg/moments.h"

ISO_BEGIN

/** What one group of rows says on its own; see iso_hsic_sums for the definitions. */
typedef struct iso_group_terms {
    int64_t n;
    double unbiased; /* HSIC₁ of the group's rows; NAN if n < 4 */
    double diag;     /* mean over the rows of ‖x−x̄‖²‖y−ȳ‖² */
    double dot;      /* Σ x·y of the shifted rows; 0 unless p = q */
} iso_group_terms;

/**
 * Second moments of X (n × p) and Y (n × q), both shifted, in double:
 * xy = XᵀY [p × q], qq = Σ‖x‖²‖y‖², qy_x = Σ‖y‖²x [p], qx_y = Σ‖x‖²y [q], dot = Σx·y (p = q).
 * With Y = X these are XᵀX, Σ‖x‖⁴ and Σ‖x‖²x. Memory 8pq bytes, twice that while a group
 * takes more than one block.
 */
typedef struct iso_cross {
    int64_t n, p, q;
    double *xy, *qy_x, *qx_y;
    double *kept; /* ISO_GROUPS products p × q, one a group; NULL unless iso_cross_keep */
    double qq, dot;
    iso_group_terms group[ISO_GROUPS];
    iso_hsic_sums total; /* set by iso_cross_finish */

    /* The group under way. */
    double *gxy, *gqy_x, *gqx_y;
    double gqq, gdot;
    bool open, upper;
    bool begun;          /* xy has been written; before, it holds what memory held */
    unsigned kept_begun; /* the same of the groups of kept, a bit each */
} iso_cross;

/** One block of rows of a group, reduced: the product XᵀY (ISO_F32 or ISO_F64, p × q; data NULL
 * when only dot is wanted) and its companions, qy_x and qx_y as one column each. All of them are of
 * rows divided by 2^xscale and 2^yscale more than the moments of the two sides say. */
typedef struct iso_cross_block {
    iso_view product, qy_x, qx_y;
    double qq, dot;
    int xscale, yscale;
    bool upper; /* Y is X: only the upper triangle of the product is set */
} iso_cross_block;

/** Empty sums, xy not yet zero (the first block is stored, not added); without xy, qy_x, qx_y when
 * `dot_only`. Errors ISO_ENOMEM, ISO_EARG. */
ISO_API ISO_MUST_USE iso_err iso_cross_new(iso_cross *out, int64_t p, int64_t q, bool dot_only);
ISO_API void iso_cross_free(iso_cross *c);

/** Keeps XᵀY of every group from now on: 8 · ISO_GROUPS · pq bytes. Such sums are
 * not pooled (iso_cross_pool). Errors ISO_ENOMEM. */
ISO_API ISO_MUST_USE iso_err iso_cross_keep(iso_cross *c);

/**
 * Adds a block of group `group`. The blocks of a group come one after another; with the last one
 * the group's terms are taken, for which x and y must hold the group's first moments already.
 * Errors  ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_cross_add(iso_cross *c, const iso_cross_block *block, int group,
                                           bool last, const iso_moments *x, const iso_moments *y);

/**
 * The same in two halves, where a group's terms come from elsewhere: adds a block of rows of any
 * groups to the total, and sets what one of these groups says. O(pq), O(1).
 */
ISO_API void iso_cross_pool(iso_cross *c, const iso_cross_block *block);
ISO_API void iso_cross_group(iso_cross *c, int group, const iso_hsic_sums *s, double dot);

/** Takes the scalars of all rows, and completes xy, once everything is added. O(pq). */
ISO_API void iso_cross_finish(iso_cross *c, const iso_moments *x, const iso_moments *y);

/**
 * Moves a pair's sums to other shifts, exactly, before the moments of its two sides are moved.
 * Group terms hold as they are, except dot. O(pq).
 */
ISO_API ISO_MUST_USE iso_err iso_cross_reshift(iso_cross *c, const iso_moments *x,
                                               const iso_moments *y, const double *xshift,
                                               const double *yshift);

/**
 * Adds the sums of other rows (equal shapes, equal shifts). Groups pool their terms by weight, as
 * two disjoint parts of one group. Errors ISO_EARG.
 */
ISO_API ISO_MUST_USE iso_err iso_cross_merge(iso_cross *into, const iso_cross *from);

ISO_END

#endif
