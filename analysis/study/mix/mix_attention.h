/* Cross attention of one sentence, as numbers: whom the tokens of a target look at in its source.
 * Threads: it is handed out from the thread that called. */
#ifndef ISO_MIX_ATTENTION_H
#define ISO_MIX_ATTENTION_H

#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

/** Everything is borrowed, for the call alone. */
typedef struct iso_cross_attention {
    const char *tgt, *src; /* languages */
    int target;            /* the number of `tgt` among the targets */
    const char *id;        /* of the sentence; NULL: it has none */
    int64_t item;          /* its number in the source's file, 0 the first */
    const char *const *tgt_token, *const *src_token; /* pieces, or ids where there is no text */
    int tgt_tokens, src_tokens;
    const float *weight; /* tgt_tokens x src_tokens, row-major: mean over heads, rows sum to 1 */
    const char *model, *mix; /* "mini", "xmixup" */
    int layer;               /* that is mixed */
    double lambda;           /* the share of the source */
} iso_cross_attention;

/** Takes one sentence's attention at one layer. Any error ends the run that hands it out. */
typedef iso_err iso_cross_attention_fn(void *payload, const iso_cross_attention *a);

ISO_END

#endif
