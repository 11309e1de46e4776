/* Sentences on their way through the encoder: one after another, without padding. */
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
} iso_batch;

ISO_END

#endif
