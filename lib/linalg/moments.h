/* The sums over rows from which nearly every measure follows: first moments of a matrix. */
#ifndef ISO_LINALG_MOMENTS_H
#define ISO_LINALG_MOMENTS_H

#include <stdint.h>

#include "lib/base/err.h"
#include "lib/linalg/view.h"

ISO_BEGIN

/* Rows are dealt to this many groups, whose own terms give the sums method its intervals. */
enum { ISO_GROUPS = 20 };

/**
 * First moments of one matrix X (n × p), of rows minus `shift`, in double:
 * s1 = Σx, q = Σ‖x‖², and the same by group (gn, gs1 [ISO_GROUPS × p], gq).
 * They add up over rows; the list is closed under shifts. What is added up is divided by 2^scale
 * (and 2^(2 scale) where it is squared), which is 0 unless the rows' fourth powers leave the range
 * of double; `shift` is as large as the rows are.
 */
typedef struct iso_moments {
    int64_t n, p;
    int scale;
    double *shift, *s1; /* p */
    double q;
    int64_t gn[ISO_GROUPS];
    double *gs1; /* ISO_GROUPS × p */
    double gq[ISO_GROUPS];
} iso_moments;

/** Empty sums of p columns, shift 0. Errors ISO_ENOMEM, ISO_EARG. */
ISO_API ISO_MUST_USE iso_err iso_moments_new(iso_moments *out, int64_t p);
ISO_API void iso_moments_free(iso_moments *m);

/**
 * Adds rows of one group. `x` is already shifted and divided by 2^(m->scale + scale), ISO_F32 or
 * ISO_F64, p columns; norm2[i] is ‖x_i‖². O(rows · p).
 */
ISO_API void iso_moments_add(iso_moments *m, iso_view x, const double *norm2, int scale, int group);

/** Moves the sums to another shift (p numbers), exactly. O(p). */
ISO_API void iso_moments_reshift(iso_moments *m, const double *shift);

/** Adds the sums of other rows of the same columns, shift and scale. Errors ISO_EARG. */
ISO_API ISO_MUST_USE iso_err iso_moments_merge(iso_moments *into, const iso_moments *from);

ISO_END

#endif
