/* The border with liblbfgs: the minimum of a smooth function of many numbers. */
#ifndef ISO_LINALG_MINIMISE_H
#define ISO_LINALG_MINIMISE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

/** value(payload, x, gradient) is f(x), and fills the gradient (n numbers each). */
typedef struct iso_smooth {
    double (*value)(void *payload, const double *x, double *gradient);
    void *payload;
    int64_t n;
} iso_smooth;

/** All zero: 500 steps, ‖gradient‖ <= 1e-5 · max(1, ‖x‖). */
typedef struct iso_minimise_opt {
    int steps;
    double tolerance;
} iso_minimise_opt;

typedef struct iso_minimised {
    double value;
    int evaluations;
    bool converged; /* false: out of steps, or no further progress in this precision */
} iso_minimised;

/**
 * Moves x (n numbers) downhill from where it is to a minimum of f. May be called from a parallel
 * region, if `value` may.
 *
 * Cost  about one evaluation and 50 n operations a step; 14 n numbers of memory.
 * Errors  ISO_EARG (n < 1), ISO_ENUMERIC (f is not finite where it was asked), ISO_ENOMEM; x is
 *         untouched then. Source  Liu, Nocedal, Mathematical Programming 45 (1989) (L-BFGS).
 */
ISO_MUST_USE iso_err iso_minimise(iso_minimised *out, double *x, const iso_smooth *f,
                                  const iso_minimise_opt *opt);

ISO_END

#endif
