/* Dense products of matrices, on our own micro-kernels and OpenMP's threads.
 *
 * All operands of one call are ISO_F32, or all ISO_F64. Sums run over the inner size in order, in
 * stretches of fixed length, in the type of the operands: the bits depend neither on threads nor on
 * what is computed beside. Multi-threaded, unless called from a parallel region.
 * Errors  ISO_EARG (shapes, types), ISO_ENOMEM. */
#ifndef ISO_LINALG_PRODUCT_H
#define ISO_LINALG_PRODUCT_H

#include <stdbool.h>

#include "lib/linalg/view.h"

ISO_BEGIN

/** C = AᵀB + beta·C;  A is n × p, B n × q, C p × q. 2npq operations. */
ISO_MUST_USE iso_err iso_mul_tn(iso_mat *c, iso_view a, iso_view b, double beta);

/** C = ABᵀ + beta·C;  A is m × k, B n × k, C m × n. */
ISO_MUST_USE iso_err iso_mul_nt(iso_mat *c, iso_view a, iso_view b, double beta);

/** C = AB + beta·C;  A is m × k, B k × n, C m × n. */
ISO_MUST_USE iso_err iso_mul_nn(iso_mat *c, iso_view a, iso_view b, double beta);

/** The upper triangle of C = AᵀA + beta·C;  A is n × p, C p × p. Half the work of iso_mul_tn; what
 * lies below the diagonal is undefined. */
ISO_MUST_USE iso_err iso_square_tn(iso_mat *c, iso_view a, double beta);

/** The upper triangle of C = AAᵀ;  A is n × k, C n × n. Half the work of iso_mul_nt; as above. */
ISO_MUST_USE iso_err iso_square_nt(iso_mat *c, iso_view a);

/**
 * What is done with a result while it lies in the cache. `call` gets each part of it once,
 * finished: `part` (borrowed) begins at row `row` and column `col` of C. Parts come in any order,
 * from several threads at once.
 */
typedef struct iso_then {
    void (*call)(void *with, const iso_mat *part, int64_t row, int64_t col);
    void *with;
    bool whole; /* wants whole rows: col is 0 */
} iso_then;

/** A product in general: C = op(A) op(B) + beta·C, op transposing or not. */
typedef struct iso_product {
    iso_view a, b;
    bool ta, tb;
    bool upper;           /* C is symmetric: its upper triangle alone is wanted */
    bool thirds;          /* where it is faster, f32 in bf16 parts (lib/linalg/thirds.h) */
    double beta;          /* 0: what C holds is not read */
    const iso_then *then; /* or NULL */
} iso_product;

ISO_MUST_USE iso_err iso_product_run(iso_mat *c, const iso_product *p);

ISO_END

#endif
