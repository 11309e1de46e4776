/* What changes from step to step: the learning rate, and where X-Mixup's source comes from. */
#ifndef ISO_TRAIN_SCHEDULE_H
#define ISO_TRAIN_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

typedef enum iso_schedule_kind {
    ISO_SCHEDULE_LINEAR,       /* to 0 after the last step */
    ISO_SCHEDULE_INVERSE_SQRT, /* √(warmup / (step + 1)) */
    ISO_SCHEDULE_CONSTANT
} iso_schedule_kind;

typedef struct iso_schedule {
    iso_schedule_kind kind;
    int64_t steps;  /* of the whole run */
    int64_t warmup; /* first steps, over which the rate rises in equal parts to the full one */
} iso_schedule;

/** Warmup over a part of the steps, rounded up: iso_schedule_of(kind, steps, 0.1). */
iso_schedule iso_schedule_of(iso_schedule_kind kind, int64_t steps, double warmup);

/**
 * The factor of the learning rate in (0, 1] at step 0, 1, …, steps − 1; no step has 0. With n
 * steps, w of warmup: (step + 1) / w before w, then (n − step) / (n − w), √(max(w, 1) / (step + 1))
 * or 1; beyond the last step LINEAR is 0. (transformers' schedules are one step behind: their first
 * step has rate 0.)
 */
double iso_schedule_factor(const iso_schedule *s, int64_t step);

/** Whether a step takes its source from the corpus (gold) or from a translation. */
typedef struct iso_sampling {
    double k;
    uint64_t seed;
    int64_t epoch_steps; /* 0: a draw each step. Else one draw an epoch of so many steps, at its
                          * first: what the published code does */
} iso_sampling;

/** k with k ln k = steps / 2, so that p = 1/2 in the middle of the run; at least 1. */
double iso_sampling_k(int64_t steps);

/** p = k / (k + exp(step / k)); 0 where the exponential overflows. k >= 1. */
double iso_sampling_p(double k, int64_t step);

/** Whether the source is gold: u <= p, u a function of seed and step (or epoch). */
bool iso_sampling_gold(const iso_sampling *s, int64_t step);

ISO_END

#endif
