/* Which items make up which step: a function of seed and epoch. */
#ifndef ISO_TRAIN_SAMPLER_H
#define ISO_TRAIN_SAMPLER_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

/** What can be drawn, borrowed for as long as the sampler lives. */
typedef struct iso_sampler_items {
    int64_t n;
    const int64_t *tokens;   /* of each: what it costs; NULL: 1 */
    const int64_t *labelled; /* units of each that have a label; NULL: 1 */
    const int32_t *lang;     /* of each, from 0; NULL: one language */
    int langs;
} iso_sampler_items;

typedef struct iso_sampler_opt {
    uint64_t seed;
    int64_t batch;  /* items of a step; 0: by tokens */
    int64_t tokens; /* of a step, where `batch` is 0; an item that has more is a step alone */
    int64_t micro;  /* tokens of a micro-batch; 0: a step is one */
    int64_t window; /* items that are sorted by length before they are cut into steps, which makes
                     * the items of a step alike; steps then come in random order. 0: none */
    bool apart;     /* items of a step come language by language, and a micro-batch is of one */
    bool reweigh; /* languages are drawn with probability ∝ n_l^exponent; else every item once */
    double exponent;
} iso_sampler_opt;

typedef struct iso_sampler iso_sampler;

/**
 * An epoch has every item once, in random order, cut into steps; the last step keeps what is left.
 * With `reweigh` an epoch has as many items as there are, of each language its part, rounded; each
 * language goes on where its epoch before stopped, and begins again, in new order, after its last
 * item. Items without tokens are legal. Time  O(n log n) an epoch.
 * Errors  ISO_EARG (no items, nothing that limits a step), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_sampler_new(iso_sampler **out, const iso_sampler_items *items,
                                     const iso_sampler_opt *opt);
void iso_sampler_free(iso_sampler *s);

/** Lays out an epoch, from 0; whichever was laid out before does not matter. */
void iso_sampler_epoch(iso_sampler *s, int64_t epoch);

/** Steps of the epoch that is laid out; of the first `epochs` (lays out each, the last remains). */
int64_t iso_sampler_steps(const iso_sampler *s);
int64_t iso_sampler_all_steps(iso_sampler *s, int64_t epochs);

/** Items of a step, or of a part of it; they live until the next epoch is laid out. */
typedef struct iso_sample {
    const int64_t *items;
    int64_t count, tokens;
    int64_t labelled; /* units: of a micro-batch its own, the step's has those of all */
} iso_sample;

iso_sample iso_sampler_step(const iso_sampler *s, int64_t step);

/** The next micro-batch of a step; false after the last. *done counts its items that came, from 0:
 *
 *     for (int64_t done = 0; iso_sampler_micro(&micro, s, &step, &done);) …
 */
bool iso_sampler_micro(iso_sample *micro, const iso_sampler *s, const iso_sample *step,
                       int64_t *done);

ISO_END

#endif
