/* How items are dealt to the groups that intervals leave out. */
#ifndef ISO_LINALG_DEAL_H
#define ISO_LINALG_DEAL_H

#include <stdint.h>

#include "lib/base/api.h"

ISO_BEGIN

/**
 * Where an item goes depends on its place alone: not on how many there are, on which others take
 * part, on files, blocks, memory or threads. Places 0, 1, 2, … are cut into sweeps of as many runs
 * of neighbours as there are groups; each group has one run of each sweep, in turn, moved on by one
 * from sweep to sweep (so that no period of the items becomes a group). Runs have one place up to
 * 32 sweeps and then grow with the places before them, to between 1/32 and 1/16 of what a group has
 * already: a group is spread over the whole file (sorted corpora do no harm), is read in long
 * pieces, and groups of any first n places differ by 1/16 at most, or by one.
 */
typedef struct iso_deal {
    int64_t n, groups;
    const int64_t *place; /* of each row, rising; NULL: row i has place i. Borrowed */
    int64_t sweeps;       /* until the last row has its place */
    int64_t most;         /* rows of the largest group */
} iso_deal;

/** n rows for so many groups. O(sweeps · groups · log n); sweeps grow with the logarithm of n. */
ISO_API iso_deal iso_deal_of(int64_t n, int64_t groups, const int64_t *place);

/** The rows [*first, *first + *count) of sweep `sweep` of a group; count may be 0. */
ISO_API void iso_deal_run(const iso_deal *d, int64_t group, int64_t sweep, int64_t *first,
                          int64_t *count);

/** The group whose run is the turn-th of a sweep. */
ISO_API int64_t iso_deal_turn(const iso_deal *d, int64_t turn, int64_t sweep);

/** Rows of a group. */
ISO_API int64_t iso_deal_size(const iso_deal *d, int64_t group);

ISO_END

#endif
