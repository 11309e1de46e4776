/* How evenly the rows of a matrix fill their space: diagnostics that stand beside any similarity.
 */
#ifndef ISO_ANALYSIS_SPECTRUM_H
#define ISO_ANALYSIS_SPECTRUM_H

#include <stdint.h>

#include "lib/base/run.h"
#include "lib/linalg/rows.h"

ISO_BEGIN

/** NAN where undefined. */
typedef struct iso_spectrum {
    double participation; /* (Σλ)² / Σλ², λ the eigenvalues of the covariance: in how many
                           * directions the rows vary; from 1 to the least of n − 1 and d */
    double top_share;     /* the largest λ / Σλ, in (0, 1] */
    double cosine;        /* mean cosine of two different rows, over all pairs, in [−1, 1] */
    int64_t pairs;        /* n(n − 1)/2 */
    const char *why;      /* why one is undefined; NULL: none is */
} iso_spectrum;

/**
 * Of the rows of one matrix (n × d), read once. Σλ = tr S and Σλ² = tr S² come from the smaller of
 * the d × d covariance and the n × n products of centred rows; the mean of all cosines from the sum
 * of the rows of length 1, so that no pair need be drawn. A row of zeros has cosine 0 with all.
 * Undefined  with fewer than two rows; without variance (not the cosine); of rows that leave the
 *            range of double.
 * Cost    n d min(n, d) + min(n, d)³ operations in double; memory (min(n, d)² + block or n) × d.
 * Errors  ISO_EDATA (more memory than the run grants), ISO_EFORMAT (not finite), ISO_ENUMERIC,
 *         ISO_ENOMEM, ISO_ECANCEL, what the source says.
 * Threads any number may call at once, on different sources.
 * Source  Ethayarajh, EMNLP 2019, arXiv:1909.00512 (mean cosine of random pairs, share of the
 *         largest component); Gao et al., bioRxiv 214262 (2017) (participation ratio).
 */
ISO_API ISO_MUST_USE iso_err iso_spectrum_of(iso_spectrum *out, iso_rows *rows, const iso_run *run);

/** The memory it takes for n rows of d columns, in bytes. */
ISO_API double iso_spectrum_bytes(int64_t n, int64_t d);

ISO_END

#endif
