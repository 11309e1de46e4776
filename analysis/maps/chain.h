/* Two maps into one space as an ordered chain: whiten, rotate, re-weight, de-whiten, reduce. */
#ifndef ISO_ANALYSIS_CHAIN_H
#define ISO_ANALYSIS_CHAIN_H

#include <stdint.h>

#include "lib/linalg/view.h"

ISO_BEGIN

typedef enum iso_chain_kind {
    ISO_CHAIN_WHITEN,   /* each side by (XᵀX)^(−1/2) of its paired rows */
    ISO_CHAIN_ROTATE,   /* onto the singular vectors: x by U, y by V of UΣVᵀ = XᵀY */
    ISO_CHAIN_REWEIGHT, /* columns by Σ^a of x, Σ^b of y */
    ISO_CHAIN_DEWHITEN, /* what whitening did undone, in the rotated axes */
    ISO_CHAIN_REDUCE    /* the first so many columns */
} iso_chain_kind;

enum { ISO_CHAIN_STEPS = 5 };

typedef struct iso_chain {
    int count;
    struct iso_chain_step {
        iso_chain_kind kind;
        double x, y; /* REWEIGHT: exponents; REDUCE: columns */
    } step[ISO_CHAIN_STEPS];
} iso_chain;

/**
 * "whiten,rotate,reweight:0.5,dewhiten,reduce:100"; "reweight:0/1" gives the sides their own
 * exponents. NULL is no step. `rotate` is needed, `whiten` stands before it, the others behind,
 * `dewhiten` goes with `whiten`, each once. Errors  ISO_EARG.
 */
ISO_API ISO_MUST_USE iso_err iso_chain_parse(iso_chain *out, const char *list);

/**
 * Fits the chain on paired rows x (n × p), y (n × q), f32 or f64. Sets a (p × r) and b (q × r),
 * f64: xa and yb are rows of one space. Directions in which paired rows have no variance
 * (eigenvalues under 1e-10 of the largest) are dropped by whitening. Cost  2n(p² + pq + q²) + O(p³
 * + q³). Errors  ISO_EARG (no step, rows differ, n < 1, more columns kept than there are),
 * ISO_EFORMAT (not finite), ISO_ENUMERIC, ISO_ENOMEM. Source  Artetxe, Labaka, Agirre, AAAI 2018.
 */
ISO_API ISO_MUST_USE iso_err iso_chain_fit(iso_mat *a, iso_mat *b, iso_view x, iso_view y,
                                           const iso_chain *chain);

ISO_END

#endif
