/* Where the encoder's time goes, for those who ask: for the others a test of a pointer. */
#ifndef ISO_NN_TIMES_H
#define ISO_NN_TIMES_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* Products count what is done with their results too: that is part of activation and norms. */
enum { ISO_NN_PRODUCTS, ISO_NN_ATTENTION, ISO_NN_ACTIVATION, ISO_NN_NORMS, ISO_NN_KINDS };

/**
 * Nanoseconds of each kind: of the caller in products and attention, of all threads together in
 * activation and norms.
 */
typedef struct iso_nn_times {
    _Atomic int64_t spent[ISO_NN_KINDS];
} iso_nn_times;

/** Now, or 0 if nobody asks. */
static inline int64_t iso_nn_began(const iso_nn_times *t)
{
    struct timespec at;

    if (!t)
        return 0;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

static inline void iso_nn_ended(iso_nn_times *t, int kind, int64_t began)
{
    if (t)
        atomic_fetch_add_explicit(&t->spent[kind], iso_nn_began(t) - began, memory_order_relaxed);
}

#endif
