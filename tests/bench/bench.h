/* What the benchmark programs share: clocks, and leaving when a call fails. */
#ifndef ISO_TESTS_BENCH_H
#define ISO_TESTS_BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lib/base/err.h"

static inline double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static inline void check(iso_err err)
{
    if (err) {
        fprintf(stderr, "%s\n", iso_err_msg());
        exit(1);
    }
}

#endif
