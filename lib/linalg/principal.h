/* Principal directions of rows: what a covariance matrix says, without the directions it does not
 * need. */
#ifndef ISO_LINALG_PRINCIPAL_H
#define ISO_LINALG_PRINCIPAL_H

#include "lib/linalg/view.h"

/**
 * The first k principal directions of x (n × d, f32 or f64) about `mean` (d): out (at most k × d,
 * f64), orthonormal rows, largest variance first; fewer where the rows vary in fewer directions.
 * By the smaller of d × d and n × n. Cost  n d min(n, d) + min(n, d)³. Errors  those of iso_eigen.
 */
ISO_MUST_USE iso_err iso_principal(iso_mat *out, iso_view x, const double *mean, int64_t k);

/** The anonymous memory iso_principal takes of its own, in bytes. */
int64_t iso_principal_bytes(int64_t n, int64_t d);

#endif
