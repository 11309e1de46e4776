/* The border with LAPACK: factors of a matrix and what is solved with them, in double. */
#ifndef ISO_LINALG_DECOMP_H
#define ISO_LINALG_DECOMP_H

#include <stdint.h>

#include "lib/linalg/view.h"

ISO_BEGIN

/* Matrices that are read are f32 or f64 and are copied. Multi-threaded inside, as the BLAS is:
 * never call these from a parallel region. Errors of all  ISO_EARG (shapes, types, a size beyond
 * LAPACK's integers), ISO_EFORMAT (not finite), ISO_ENUMERIC (no convergence, singular),
 * ISO_ENOMEM. */

/** A = U diag(s) Vᵀ of A (m × n), k = min(m, n): u m × k, s falling, vt k × n, f64. */
typedef struct iso_svd {
    int64_t k;
    iso_mat u, vt;
    double *s;
} iso_svd;

/** The thin singular value decomposition, by divide and conquer (gesdd). O(m n min(m, n)). */
ISO_API ISO_MUST_USE iso_err iso_svd_new(iso_svd *out, iso_view a);
ISO_API void iso_svd_free(iso_svd *svd);

/** The min(m, n) singular values alone, falling. A quarter of the cost. */
ISO_API ISO_MUST_USE iso_err iso_singular_values(double *s, iso_view a);

/**
 * How many of k falling values exceed `tolerance` times the first; a tolerance of 0 stands for
 * size · 2⁻⁵², size the larger side of the matrix.
 */
ISO_API int64_t iso_rank(const double *s, int64_t k, int64_t size, double tolerance);

/**
 * Eigenvalues, rising, of a symmetric matrix (n × n) of which only the upper triangle is read;
 * row i of `vectors` (n × n, f64; NULL = not wanted) is the unit eigenvector of values[i].
 */
ISO_API ISO_MUST_USE iso_err iso_eigen(double *values, iso_mat *vectors, iso_view a);

/** out (n × n, f64) = Σ f[i] vᵢvᵢᵀ over the rows vᵢ of `vectors`, as iso_eigen leaves them: a
 * function of the matrix they belong to. Cost  2n³. Errors  ISO_EARG, ISO_ENOMEM. */
ISO_API ISO_MUST_USE iso_err iso_spectral(iso_mat *out, const double *f, const iso_mat *vectors);

/**
 * The shortest X (n × q, f64) that minimises ‖AX − B‖ for A (m × n) and B (m × q), by singular
 * values (gelsd). Those up to `tolerance` times the largest count as zero (0: as in iso_rank);
 * `rank` (may be NULL) is the number of the others.
 */
ISO_API ISO_MUST_USE iso_err iso_least_squares(iso_mat *x, int64_t *rank, iso_view a, iso_view b,
                                               double tolerance);

/** The X (n × q, f64) with AX = B, A symmetric and positive definite (n × n, upper triangle). */
ISO_API ISO_MUST_USE iso_err iso_solve_positive(iso_mat *x, iso_view a, iso_view b);

/** The sign of the determinant of a square matrix: 1, −1, or 0 where a pivot is 0. */
ISO_API ISO_MUST_USE iso_err iso_det_sign(int *sign, iso_view a);

ISO_END

#endif
