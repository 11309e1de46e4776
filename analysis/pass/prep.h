/* What is done to rows before they are compared: an ordered list of steps. */
#ifndef ISO_ANALYSIS_PREP_H
#define ISO_ANALYSIS_PREP_H

#include <stdbool.h>

#include "lib/base/str.h"
#include "lib/linalg/view.h"

ISO_BEGIN

typedef enum iso_prep_step {
    ISO_PREP_CENTER,     /* column means to 0 */
    ISO_PREP_UNIT,       /* rows to length 1; rows of zeros stay */
    ISO_PREP_ZSCORE,     /* column means to 0, population standard deviations to 1 */
    ISO_PREP_UNITDIM,    /* columns to length 1 */
    ISO_PREP_ITERNORM,   /* five times unit, center; then unit */
    ISO_PREP_REMOVE_PCS, /* :K, column means to 0, then the first K principal directions out */
    ISO_PREP_LSAR,       /* :R, the first R principal directions of the languages' means out */
    ISO_PREP_CLIP        /* :Q, each column cut off at its quantiles Q and 1 − Q */
} iso_prep_step;

enum { ISO_PREP_STEPS = 16 };

typedef struct iso_prep {
    int count;
    iso_prep_step step[ISO_PREP_STEPS];
    double param[ISO_PREP_STEPS]; /* K, R, Q; 0 of the others */
} iso_prep;

/**
 * What a step takes from other rows than those at hand: of lsar the directions that go, orthonormal
 * rows (R × d, f64; iso_prep_directions). NULL of all other steps.
 */
typedef struct iso_prep_span {
    const iso_mat *out[ISO_PREP_STEPS];
} iso_prep_span;

/** "center,clip:0.01" ("renorm" is unit, "centre" center); NULL and "none" are no step. ISO_EARG.
 */
ISO_API ISO_MUST_USE iso_err iso_prep_parse(iso_prep *out, const char *list);

/** The list as records have it; nothing for no step. */
ISO_API ISO_MUST_USE iso_err iso_prep_text(iso_buf *out, const iso_prep *p);

/** Whether a step is among the first `count`. */
ISO_API bool iso_prep_has(const iso_prep *p, iso_prep_step step);

/**
 * Applies the steps in order, in place, to x (n × d, f32 or f64); sums in double. `span` may be
 * NULL without lsar. On failure x is as far as it came.
 *
 * Quantiles are interpolated linearly between the sorted numbers of a column, at (n − 1) Q.
 * Cost    O(n d) a step; clip n d log n; remove-pcs n d min(n, d) + min(n, d)³ + n d K.
 * Errors  ISO_EARG (a type; K not below n − 1 and d; lsar without directions of d dims),
 * ISO_ENOMEM, those of iso_eigen. Source  iternorm: Zhang et al., ACL 2019, arXiv:1906.01622.
 * remove-pcs: Mu & Viswanath, ICLR 2018, arXiv:1702.01417. lsar: Xie et al., EMNLP 2022,
 * arXiv:2401.05792.
 */
ISO_API ISO_MUST_USE iso_err iso_prep_apply(iso_mat *x, const iso_prep *p,
                                            const iso_prep_span *span);

/**
 * The directions that lsar:R takes out: the first R principal directions of the means of languages
 * (L × d, f64), after the steps before it. The published algorithm then makes what all means have
 * in common orthogonal to them, which does not change what they span.
 * Errors  ISO_EARG (R not below L), ISO_EDATA (the means differ in fewer directions), ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_prep_directions(iso_mat *out, iso_view means, int64_t rank);

ISO_END

#endif
