/* Which random numbers are whose: streams of a run's seed (lib/base/rng.h), none of which is used
 * for two things. */
#ifndef ISO_TRAIN_STREAMS_H
#define ISO_TRAIN_STREAMS_H

#include "lib/base/rng.h"

typedef enum iso_stream {
    ISO_STREAM_ORDER = 1, /* items of epoch n */
    ISO_STREAM_TURNS,     /* steps of epoch n */
    ISO_STREAM_CYCLE,  /* a language's items, language · 2^32 + how often they were gone through */
    ISO_STREAM_SOURCE, /* where the source of step n comes from */
    ISO_STREAM_BUDGET,
    ISO_STREAM_HEAD,     /* new weights of map n */
    ISO_STREAM_SHUFFLED, /* wrong sources of the items of language n */
    ISO_STREAM_MASKED,   /* which tokens are masked in step n, from 1; 0: in no step */
    ISO_STREAM_REPLACED  /* what stands in their place */
} iso_stream;

static inline iso_rng iso_stream_rng(uint64_t seed, iso_stream stream, uint64_t n)
{
    return iso_rng_seeded(seed, ((uint64_t)stream << 56) + n);
}

#endif
