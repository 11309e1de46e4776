/* What an analysis returns: a number with its uncertainty and its chance level.
 * Threads: any number may call at once. */
#ifndef ISO_ANALYSIS_VALUE_H
#define ISO_ANALYSIS_VALUE_H

#include <stdint.h>

#include "lib/base/api.h"

ISO_BEGIN

/** What a high value means for the two languages. */
typedef enum iso_high { ISO_HIGH_APART = -1, ISO_HIGH_NEITHER, ISO_HIGH_ALIKE } iso_high;

/** Calibrated values are 0 at the quantile of the chance distribution that this share exceeds. */
#define ISO_LEVEL 0.05

/** Absent numbers are NAN, absent counts 0; an undefined `value` has the reason in `why`. Texts are
 * static. */
typedef struct iso_value {
    double value, lo, hi;
    const char *interval; /* none, jackknife, groups, boot-items, boot-pairs; NULL = none */
    double null, null_sd, p;
    int64_t n;
    int64_t rank; /* kept dimensions; -1 absent */
    double param;
    const char *why;
    double calibrated;    /* (value − τ) / (end − τ): see measure.h */
    double p_max;         /* p corrected for the search among `family` values */
    int64_t permutations; /* that p was made of */
    int64_t family;
} iso_value;

/** A value in which everything is absent. */
ISO_API iso_value iso_value_none(void);

/** An undefined value with its reason (a static text). */
ISO_API iso_value iso_value_undefined(int64_t n, const char *why);

ISO_END

#endif
