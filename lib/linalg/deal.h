/* How rows are dealt to the groups of the sums method. */
#ifndef ISO_LINALG_DEAL_H
#define ISO_LINALG_DEAL_H

#include <stdint.h>

#include "lib/base/api.h"

ISO_BEGIN

/**
 * n rows are cut into sweeps × groups runs of neighbours, equal within one row, and run r belongs
 * to group r mod groups. So a group is spread over the whole file (sorted corpora do no harm) and
 * is still read in long pieces, and what a group holds depends on n and the files' layout alone,
 * never on block size, threads or memory.
 */
typedef struct iso_deal {
    int64_t n, groups, sweeps;
} iso_deal;

/** `run` is the number of neighbouring rows that the sources like to give together. */
ISO_API iso_deal iso_deal_of(int64_t n, int64_t groups, int64_t run);

/** The rows [*first, *first + *count) of sweep `sweep` of a group; count may be 0. */
ISO_API void iso_deal_run(const iso_deal *d, int64_t group, int64_t sweep, int64_t *first,
                          int64_t *count);

/** Rows of a group. */
ISO_API int64_t iso_deal_size(const iso_deal *d, int64_t group);

/** Rows of the largest group. */
ISO_API int64_t iso_deal_most(const iso_deal *d);

ISO_END

#endif
