/* Numbers whose right answers are known, recomputed on this machine. */
#ifndef ISO_BIN_GOLDEN_H
#define ISO_BIN_GOLDEN_H

#include <stdbool.h>

#include "lib/base/run.h"

/* One answer: where it comes from, what it should be, what came out with both methods. */
struct golden {
    const char *source, *measure, *estimator;
    double expected, tolerance;
    double gram, sums; /* NAN where the method gives none */
    bool ok;
};

enum { GOLDEN_ROOM = 16 };

/* Recomputes all of them in double precision; sets out[0..*count). */
ISO_MUST_USE iso_err golden_check(struct golden out[GOLDEN_ROOM], int *count, const iso_run *run);

#endif
