/* Whether a value stands above all its baselines. */
#ifndef ISO_STUDY_STANDS_H
#define ISO_STUDY_STANDS_H

#include "lib/io/beside.h"

typedef enum iso_stand {
    ISO_STAND_UNKNOWN, /* no baseline, no value, or of a measure without a better end */
    ISO_STAND_WITHIN,  /* not shown to stand above: its interval reaches one, or it has none */
    ISO_STAND_ABOVE
} iso_stand;

/*
 * Above: the lower end of the value's interval lies above every baseline's value, and above the
 * upper end of its range where it has one; of measures where lower is closer the mirror image.
 * Scores of a task are better the higher they are. A value with a flag never stands above.
 */
iso_stand iso_stands(const iso_beside *beside, const iso_record *r);

#endif
