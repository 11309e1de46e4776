/* What is done to rows before they are compared: an ordered list of steps. */
#ifndef ISO_ANALYSIS_PREP_H
#define ISO_ANALYSIS_PREP_H

#include "lib/base/str.h"
#include "lib/linalg/view.h"

ISO_BEGIN

typedef enum iso_prep_step {
    ISO_PREP_CENTER,  /* column means to 0 */
    ISO_PREP_UNIT,    /* rows to length 1; rows of zeros stay */
    ISO_PREP_ZSCORE,  /* column means to 0, population standard deviations to 1 */
    ISO_PREP_UNITDIM, /* columns to length 1 */
    ISO_PREP_ITERNORM /* five times unit, center; then unit */
} iso_prep_step;

enum { ISO_PREP_STEPS = 16 };

typedef struct iso_prep {
    int count;
    iso_prep_step step[ISO_PREP_STEPS];
} iso_prep;

/** "center,unit" ("renorm" is unit, "centre" center); NULL and "none" are no step. ISO_EARG. */
ISO_API ISO_MUST_USE iso_err iso_prep_parse(iso_prep *out, const char *list);

/** The list as records have it; nothing for no step. */
ISO_API ISO_MUST_USE iso_err iso_prep_text(iso_buf *out, const iso_prep *p);

/**
 * Applies the steps in order, in place, to x (n × d, f32 or f64); sums in double. Cost O(n d) a
 * step. Source of iternorm  Zhang et al., ACL 2019, arXiv:1906.01622.
 */
ISO_API ISO_MUST_USE iso_err iso_prep_apply(iso_mat *x, const iso_prep *p);

ISO_END

#endif
