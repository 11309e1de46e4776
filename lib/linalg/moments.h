/* The sums over rows from which nearly every measure follows (ARCHITECTURE.md, "Sums first"). */
#ifndef ISO_LINALG_MOMENTS_H
#define ISO_LINALG_MOMENTS_H

#include <stdint.h>

#include "lib/base/err.h"
#include "lib/linalg/view.h"

ISO_BEGIN

/* Rows are dealt to this many groups, whose own terms give the sums road its intervals. */
enum { ISO_GROUPS = 20 };

/**
 * First moments of one matrix X (n × p), of rows minus `shift`, in double:
 * s1 = Σx, q = Σ‖x‖², and the same by group (gn, gs1 [ISO_GROUPS × p], gq).
 */
typedef struct iso_moments {
    int64_t n, p;
    double *shift, *s1; /* p */
    double q;
    int64_t gn[ISO_GROUPS];
    double *gs1; /* ISO_GROUPS × p */
    double gq[ISO_GROUPS];
} iso_moments;

/** Unbiased terms of one group of rows; see iso_cross. */
typedef struct iso_group_terms {
    int64_t n;
    double hsic;   /* HSIC₁ of the group's rows; NAN if n < 4 */
    double diag;   /* mean of ‖x−x̄‖²‖y−ȳ‖² over the group */
    double dot;    /* Σ x·y of the shifted rows (p = q only) */
} iso_group_terms;

/**
 * Second moments of a pair X (n × p), Y (n × q) over the same rows, both shifted:
 * xy = XᵀY [p × q], qq = Σ‖x‖²‖y‖², qy_x = Σ‖y‖²x [p], qx_y = Σ‖x‖²y [q]. With Y = X these
 * are XᵀX, Σ‖x‖⁴ and Σ‖x‖²x.
 */
typedef struct iso_cross {
    int64_t n, p, q;
    double *xy, *qy_x, *qx_y;
    double qq, dot;
    iso_group_terms group[ISO_GROUPS];
} iso_cross;

ISO_API ISO_MUST_USE iso_err iso_moments_new(iso_moments *out, int64_t p);
ISO_API void iso_moments_free(iso_moments *m);

/** Without xy (NULL) when `sums` is false: then only dot and group[].dot are kept. */
ISO_API ISO_MUST_USE iso_err iso_cross_new(iso_cross *out, int64_t p, int64_t q, int sums);
ISO_API void iso_cross_free(iso_cross *c);

/** Adds rows (already shifted; ISO_F32 or ISO_F64) that belong to one group. */
ISO_API void iso_moments_add(iso_moments *m, iso_view x, int group);

/** Moves a matrix's sums to another shift, exactly. */
ISO_API void iso_moments_reshift(iso_moments *m, const double *shift);

/** Moves a pair's sums along, before the moments of its two sides are moved to the same shifts. */
ISO_API ISO_MUST_USE iso_err iso_cross_reshift(iso_cross *c, const iso_moments *x, const iso_moments *y,
                                               const double *xshift, const double *yshift);

/** Adds the sums of other rows (equal shapes and shifts). Errors ISO_EARG. */
ISO_API ISO_MUST_USE iso_err iso_moments_merge(iso_moments *into, const iso_moments *from);
ISO_API ISO_MUST_USE iso_err iso_cross_merge(iso_cross *into, const iso_cross *from);

ISO_END

#endif
