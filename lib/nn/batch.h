/* Sentences on their way through the encoder: one after another, without padding unless asked for.
 */
#ifndef ISO_NN_BATCH_H
#define ISO_NN_BATCH_H

#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

/** Sentence b is tokens [offsets[b], offsets[b + 1]); offsets[0] = 0. All borrowed. */
typedef struct iso_batch {
    int64_t B;              /* sentences */
    const int64_t *offsets; /* B + 1 */
    const int32_t *ids;
    const int32_t *types; /* NULL: all 0 */
    /* NULL: no padding. Else B numbers, 1 <= live[b] <= tokens of sentence b: after so many tokens
     * only padding follows. Nobody looks at it, yet it has states, as published code computes them.
     * A sentence without tokens has 0. */
    const int64_t *live;
} iso_batch;

ISO_END

#endif
