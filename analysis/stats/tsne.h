/* t-SNE, exact: points in the plane whose neighbours are those of rows in many dims. */
#ifndef ISO_ANALYSIS_TSNE_H
#define ISO_ANALYSIS_TSNE_H

#include "lib/base/run.h"
#include "lib/linalg/view.h"

ISO_BEGIN

/** 0 stands for the default of a field. */
typedef struct iso_tsne_opt {
    double perplexity; /* 30: effective number of neighbours; at most (n − 1) / 3 is used */
    int iterations;    /* 1000: the first quarter with attraction exaggerated 12 times */
} iso_tsne_opt;

/**
 * y (n × 2, begins where the caller puts it: principal components as a rule) is moved to minimise
 * Σ p_ij log(p_ij / q_ij), p the symmetrised Gaussian neighbourhoods of the rows of x (n × d, f32
 * or f64; Euclidean distances, each row's width by the perplexity), q ∝ 1 / (1 + ‖y_i − y_j‖²). *kl
 * (NULL: not wanted) is what it comes to.
 *
 * By all pairs, with scikit-learn's method "exact": y is first scaled to a standard deviation of
 * 1e-4 in its first column; step max(n / 48, 50), momentum 0.5 while exaggerated, then 0.8, gains
 * for each number. The same bits for any number of threads and any of our kernels: each point's
 * forces are added up by one thread in a fixed order.
 * Cost    iterations · n² terms, each of one division; 4 n² bytes.
 * Errors  ISO_EARG (n < 4, perplexity below 1 or not finite, y without spread), ISO_EFORMAT (x not
 *         finite), ISO_EDATA (more memory than the run grants), ISO_ENOMEM, ISO_ECANCEL.
 * Source  van der Maaten, Hinton, JMLR 9 (2008); Kobak, Berens, Nature Communications 10 (2019)
 *         (start and step).
 */
ISO_API ISO_MUST_USE iso_err iso_tsne(double *y, double *kl, iso_view x, const iso_tsne_opt *opt,
                                      const iso_run *run);

ISO_END

#endif
