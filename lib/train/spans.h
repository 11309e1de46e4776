/* The best span of a sentence by the logits of where one begins and ends. */
#ifndef ISO_TRAIN_SPANS_H
#define ISO_TRAIN_SPANS_H

#include <stdint.h>

#include "lib/base/api.h"

ISO_BEGIN

/** Tokens first … last; score −∞: none. */
typedef struct iso_span {
    int64_t first, last;
    double score; /* logit of the beginning + that of the end: comparable between windows */
} iso_span;

/**
 * Of logits (two columns a token) the span within tokens [from, end) with the largest score, of at
 * most `longest` tokens; of equal ones the first to begin, then the shorter. A token with a logit
 * that is no number begins and ends none. Cost  (end − from) · longest.
 */
iso_span iso_span_best(const float *logits, int64_t from, int64_t end, int64_t longest);

ISO_END

#endif
