/* What a query and a candidate score: cosine, CSLS, margins, inverted softmax.
 * Threads: any number may call at once. */
#ifndef ISO_ANALYSIS_RULE_H
#define ISO_ANALYSIS_RULE_H

#include "lib/base/err.h"

ISO_BEGIN

/**
 * Scores of a query x and a candidate y, c = cos(x, y); r_T(x) is the mean cosine of x to its
 * `neighbours` nearest candidates (all, where there are fewer), r_S(y) that of y to its nearest
 * queries. CSLS, ratio and difference of (x, y) have the same bits in both directions.
 */
typedef enum iso_rule {
    ISO_RULE_COSINE = 0,
    ISO_RULE_CSLS,       /* 2c − r_T(x) − r_S(y) */
    ISO_RULE_RATIO,      /* c / ((r_T(x) + r_S(y)) / 2); 0 where c is 0 */
    ISO_RULE_DIFFERENCE, /* c − (r_T(x) + r_S(y)) / 2 */
    ISO_RULE_ABSOLUTE,   /* c; the margins' name for it */
    ISO_RULE_INVSOFTMAX  /* exp(beta c) / Σ over queries x' of exp(beta cos(x', y)) */
} iso_rule;

enum { ISO_RULE_BETA = 30 }; /* beta where none is given: that of MUSE */

/** "cosine", "csls", "ratio", "difference", "absolute", "invsoftmax"; ISO_EARG with the nearest. */
ISO_API ISO_MUST_USE iso_err iso_rule_find(iso_rule *out, const char *name);
ISO_API const char *iso_rule_name(iso_rule rule);

ISO_END

#endif
