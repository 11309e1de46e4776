/* Random numbers that are the same on every machine, compiler and thread count. */
#ifndef ISO_BASE_RNG_H
#define ISO_BASE_RNG_H

#include <stdint.h>

#include "lib/base/api.h"

ISO_BEGIN

/** The state of one stream (xoshiro256**); copied by value, owned by nobody. */
typedef struct iso_rng {
    uint64_t s[4];
} iso_rng;

/**
 * A stream for a seed. Streams of one seed differ in their number, so that the work of one seed
 * can be dealt to threads or units and still not depend on how many there are.
 */
ISO_API iso_rng iso_rng_seeded(uint64_t seed, uint64_t stream);

/** 64 random bits. */
ISO_API uint64_t iso_rng_next(iso_rng *rng);

/** Uniform in [0, 1), 53 bits. */
ISO_API double iso_rng_uniform(iso_rng *rng);

/** Uniform in {0, …, n − 1}, without the bias of a remainder; 0 for n < 1. */
ISO_API int64_t iso_rng_below(iso_rng *rng, int64_t n);

/**
 * Standard normal. Made by comparing integers only, since log and cos differ between C libraries
 * in their last bit. Cost about a dozen draws.
 * Source  Karney, ACM TOMS 42 (2016), arXiv:1303.6257 (algorithm N).
 */
ISO_API double iso_rng_normal(iso_rng *rng);

/** Fills out[0..n) with the numbers 0 … n − 1 in random order. */
ISO_API void iso_rng_permutation(iso_rng *rng, int64_t *out, int64_t n);

ISO_END

#endif
